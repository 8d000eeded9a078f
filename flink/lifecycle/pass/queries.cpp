#include "flink/lifecycle/pass/queries.hpp"

#include "config/defaults.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

void queries::ask(const action& question, const std::chrono::steady_clock::time_point* answered, milliseconds every) {
  auto pause = answered ? every - age_of(*answered) : milliseconds{0};
  if (auto i = in.seen.outcomes.find(to_string(question)); i != in.seen.outcomes.end() && i->second.failed) {
    report_missing_right(question, i->second);
    pause = std::max(pause, std::min(retry_delay(i->second.attempts), defaults::poll_longest) - age_of(i->second.at));
  }
  if (pause > milliseconds{0})
    requeue_within(pause);
  else if (std::find(actions_.begin(), actions_.end(), question) == actions_.end())
    act(question);
}

template <class T>
const T* queries::newest(const learned<T>* known, const action& question, milliseconds every,
                         std::chrono::steady_clock::time_point not_before) {
  if (known && known->at < not_before)
    known = nullptr;
  ask(question, known ? &known->at : nullptr, every);
  return known ? &known->value : nullptr;
}

namespace {

template <class T>
const learned<T>* find(const job_manager_view* view, const std::optional<learned<T>> job_manager_view::* what) {
  return view && view->*what ? &*(view->*what) : nullptr;
}

template <class T>
const learned<T>* find(const job_manager_view* view, const std::map<std::string, learned<T>> job_manager_view::* what,
                       const std::string& key) {
  if (!view)
    return nullptr;
  auto i = (view->*what).find(key);
  return i == (view->*what).end() ? nullptr : &i->second;
}

} // namespace

const rest::overview* queries::overview(const cluster_view& c, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::overview), ask_overview{c.id}, every) : nullptr;
}

const rest::features* queries::features(const cluster_view& c, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::features), ask_features{c.id}, every) : nullptr;
}

const std::vector<rest::job_summary>* queries::jobs(const cluster_view& c, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::jobs), ask_jobs{c.id}, every) : nullptr;
}

const std::vector<rest::job_summary>* queries::jobs_now(const cluster_view& c) {
  auto* all = jobs(c, defaults::fresh);
  return all && age_of(c.told->jobs->at) < defaults::fresh ? all : nullptr;
}

const maybe<rest::job>* queries::job(const cluster_view& c, const std::string& id, milliseconds every,
                                     std::chrono::steady_clock::time_point not_before) {
  if (!c.leader)
    return nullptr;
  auto* known = find(c.told, &job_manager_view::job, id);
  if (known && known->value && rest::is_terminal(known->value->state))
    return &known->value;
  return newest(known, ask_job{c.id, id}, every, not_before);
}

const rest::job* queries::known_job(const cluster_view& c, const std::string& id) const {
  auto* known = find(c.told, &job_manager_view::job, id);
  return known && known->value ? &*known->value : nullptr;
}

std::chrono::steady_clock::time_point queries::job_answered(const cluster_view& c, const std::string& id) const {
  auto* known = find(c.told, &job_manager_view::job, id);
  return known ? known->at : std::chrono::steady_clock::time_point{};
}

const maybe<rest::checkpoints>* queries::checkpoints(const cluster_view& c, const std::string& job_id,
                                                     milliseconds every,
                                                     std::chrono::steady_clock::time_point not_before) {
  return c.leader ? newest(find(c.told, &job_manager_view::checkpoints, job_id), ask_checkpoints{c.id, job_id}, every,
                           not_before)
                  : nullptr;
}

const maybe<rest::restarts>* queries::restarts(const cluster_view& c, const std::string& job_id, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::restarts, job_id), ask_restarts{c.id, job_id}, every)
                  : nullptr;
}

const maybe<rest::exceptions>* queries::exceptions(const cluster_view& c, const std::string& job_id,
                                                   milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::exceptions, job_id), ask_exceptions{c.id, job_id}, every)
                  : nullptr;
}

const maybe<rest::savepoint>* queries::savepoint(const cluster_view& c, const std::string& job_id,
                                                 const std::string& trigger_id, milliseconds every,
                                                 std::chrono::steady_clock::time_point not_before) {
  if (!c.leader)
    return nullptr;
  auto* known = find(c.told, &job_manager_view::savepoints, trigger_id);
  if (known && known->value && !known->value->in_progress)
    return &known->value; // final: nothing to ask
  return newest(known, ask_savepoint{c.id, job_id, trigger_id}, every, not_before);
}

const maybe<rest::requirements>* queries::requirements(const cluster_view& c, const std::string& job_id,
                                                       milliseconds every,
                                                       std::chrono::steady_clock::time_point not_before) {
  return c.leader ? newest(find(c.told, &job_manager_view::requirements, job_id), ask_requirements{c.id, job_id}, every,
                           not_before)
                  : nullptr;
}

const maybe<rest::disposal>* queries::disposal(const cluster_view& c, const std::string& path, milliseconds every) {
  auto i = c.leader && c.told ? c.told->disposal_ids.find(path) : decltype(c.told->disposal_ids.end()){};
  if (!c.leader || !c.told || i == c.told->disposal_ids.end())
    return nullptr;
  auto* known = find(c.told, &job_manager_view::disposals, i->second);
  if (known && known->value && !known->value->in_progress)
    return &known->value; // final: nothing to ask
  return newest(known, ask_disposal{c.id, i->second}, every);
}

} // namespace flink
