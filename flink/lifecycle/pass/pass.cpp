#include "flink/lifecycle/pass/pass.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

namespace {

milliseconds retry_delay(int32_t attempts) {
  auto delay = defaults::retry_first;
  for (int32_t i = 1; i < attempts && delay < defaults::retry_longest; ++i)
    delay *= 2;
  return std::min(delay, defaults::retry_longest);
}

milliseconds since(std::chrono::steady_clock::time_point then, const moment& now) {
  return std::chrono::duration_cast<milliseconds>(now.steady - then);
}

/// Whether a refusal says something about the user's version. Everything else that is refused, a patch whose test
/// failed for one, is tried again: nobody else would.
bool is_verdict(const action& x) {
  return !job_manager_of(x).empty() || std::holds_alternative<create_object>(x)
      || std::holds_alternative<rehearse_object>(x);
}

bool switched_on(const config_value& x) {
  auto* text = std::get_if<std::string>(&x);
  if (!text)
    return false;
  std::string lower;
  for (char c : *text)
    if (c != ' ')
      lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  return !lower.empty() && lower != "none";
}

} // namespace

step::step(const situation& what)
    : x{what}, was{what.app.status}, next{what.app.status}, look_again_{defaults::resync_period} {}

bool step::passed(const std::optional<std::string>& then, std::chrono::seconds patience) const {
  auto start = then ? k8s::parse_time(*then) : std::nullopt;
  return start && x.now.wall - *start >= patience;
}

milliseconds step::pace() const {
  auto& end = was.deletion ? was.deletion : was.suspension;
  return pace(end ? std::optional{end->started_at} : was.target ? was.target->step_started_at : std::nullopt);
}

milliseconds step::pace(const std::optional<std::string>& since) const {
  auto started = since ? k8s::parse_time(*since) : std::nullopt;
  if (!started)
    return defaults::poll_first;
  // An eighth of the age so far: what has taken long may take long, and a late look costs little of it.
  auto age = std::chrono::duration_cast<milliseconds>(x.now.wall - *started);
  return std::clamp(age / 8, defaults::poll_first, defaults::poll_longest);
}

bool step::has_finalizer() const {
  auto& all = x.app.metadata.finalizers;
  return std::find(all.begin(), all.end(), finalizer_name) != all.end();
}

bool step::high_availability() const {
  for (auto* key : {"high-availability", "high-availability.type"})
    if (auto i = x.app.spec.flink_config.find(key); i != x.app.spec.flink_config.end() && switched_on(i->second))
      return true;
  return false;
}

void step::event(std::string reason, std::string message) {
  act(record_event{false, std::move(reason), std::move(message)});
}

void step::warn(std::string reason, std::string message) {
  act(record_event{true, std::move(reason), std::move(message)});
}

bool step::under_way(const action& what) const {
  auto i = x.seen.under_way.find(to_string(what));
  auto c = cluster(job_manager_of(what));
  return i != x.seen.under_way.end() && c.leader && i->second.pod_uid == c.leader->head.uid;
}

const failure* step::failure_of(const action& what) const {
  auto i = x.seen.outcomes.find(to_string(what));
  return i != x.seen.outcomes.end() && i->second.failed ? &*i->second.failed : nullptr;
}

progress step::order(const action& what) {
  auto i = x.seen.outcomes.find(to_string(what));
  if (i == x.seen.outcomes.end()) {
    act(what);
    return progress::pending;
  }
  auto& last = i->second;
  if (!last.failed)
    return progress::done;
  tell_missing_right(what, last);
  if (last.failed->kind == failure_class::unknown)
    return progress::unknown;
  if (!retryable(last.failed->kind) && last.failed->kind != failure_class::forbidden && is_verdict(what))
    return progress::failed;
  auto pause = retry_delay(last.attempts) - since(last.at, x.now);
  if (pause <= milliseconds{0})
    act(what);
  else
    look_within(pause);
  return progress::pending;
}

void step::send_again(const action& what) {
  auto pause = answered(what) + defaults::poll_longest - x.now.steady;
  if (pause.count() <= 0)
    act(what);
  else
    look_within(std::chrono::ceil<milliseconds>(pause));
}

void step::cancel(const std::string& cluster_id, const std::string& job_id) {
  action what = cancel_job{cluster_id, job_id};
  auto how = order(what);
  if (how == progress::unknown)
    act(what); // cancelling twice is harmless
  else if (how != progress::pending)
    send_again(what);
}

void step::insist(const action& what) {
  auto how = order(what);
  auto pause = answered(what) + defaults::effect_timeout - x.now.steady;
  if (how == progress::unknown || (how == progress::done && pause.count() <= 0))
    act(what);
  else if (how == progress::done)
    look_within(std::chrono::ceil<milliseconds>(pause));
}

void step::ask(const action& question, const std::chrono::steady_clock::time_point* answered, milliseconds every) {
  auto pause = answered ? every - since(*answered, x.now) : milliseconds{0};
  if (auto i = x.seen.outcomes.find(to_string(question)); i != x.seen.outcomes.end() && i->second.failed) {
    tell_missing_right(question, i->second);
    pause = std::max(pause,
                     std::min(retry_delay(i->second.attempts), defaults::poll_longest) - since(i->second.at, x.now));
  }
  if (pause > milliseconds{0})
    look_within(pause);
  else if (std::find(actions_.begin(), actions_.end(), question) == actions_.end())
    act(question);
}

void step::tell_missing_right(const action& what, const outcome& last) {
  if (last.failed->kind != failure_class::forbidden)
    return;
  auto way = job_manager_of(what).empty() ? std::string{} : "the way to the JobManager is closed: ";
  if (last.failed->status == 401)
    return trouble("Unauthorized", way + last.failed->message);
  trouble("Forbidden", way + last.failed->message);
}

template <class T>
const T* step::newest(const learned<T>* known, const action& question, milliseconds every,
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

const rest::overview* step::overview(const cluster_view& c, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::overview), ask_overview{c.id}, every) : nullptr;
}

const rest::features* step::features(const cluster_view& c, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::features), ask_features{c.id}, every) : nullptr;
}

const std::vector<rest::job_summary>* step::jobs(const cluster_view& c, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::jobs), ask_jobs{c.id}, every) : nullptr;
}

const std::vector<rest::job_summary>* step::jobs_now(const cluster_view& c) {
  auto* all = jobs(c, defaults::answer_max_age);
  return all && since(c.told->jobs->at, x.now) < defaults::answer_max_age ? all : nullptr;
}

const maybe<rest::job>* step::job(const cluster_view& c, const std::string& id, milliseconds every,
                                  std::chrono::steady_clock::time_point not_before) {
  if (!c.leader)
    return nullptr;
  auto* known = find(c.told, &job_manager_view::job, id);
  if (known && known->value && rest::is_terminal(known->value->state))
    return &known->value;
  return newest(known, ask_job{c.id, id}, every, not_before);
}

const rest::job* step::known_job(const cluster_view& c, const std::string& id) const {
  auto* known = find(c.told, &job_manager_view::job, id);
  return known && known->value ? &*known->value : nullptr;
}

std::chrono::steady_clock::time_point step::job_answered(const cluster_view& c, const std::string& id) const {
  auto* known = find(c.told, &job_manager_view::job, id);
  return known ? known->at : std::chrono::steady_clock::time_point{};
}

const maybe<rest::checkpoints>* step::checkpoints(const cluster_view& c, const std::string& job_id, milliseconds every,
                                                  std::chrono::steady_clock::time_point not_before) {
  return c.leader ? newest(find(c.told, &job_manager_view::checkpoints, job_id), ask_checkpoints{c.id, job_id}, every,
                           not_before)
                  : nullptr;
}

const maybe<rest::restarts>* step::restarts(const cluster_view& c, const std::string& job_id, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::restarts, job_id), ask_restarts{c.id, job_id}, every)
                  : nullptr;
}

const maybe<rest::exceptions>* step::exceptions(const cluster_view& c, const std::string& job_id, milliseconds every) {
  return c.leader ? newest(find(c.told, &job_manager_view::exceptions, job_id), ask_exceptions{c.id, job_id}, every)
                  : nullptr;
}

const maybe<rest::savepoint>* step::savepoint(const cluster_view& c, const std::string& job_id,
                                              const std::string& trigger_id, milliseconds every,
                                              std::chrono::steady_clock::time_point not_before) {
  if (!c.leader)
    return nullptr;
  auto* known = find(c.told, &job_manager_view::savepoints, trigger_id);
  if (known && known->value && !known->value->in_progress)
    return &known->value; // final: nothing to ask
  return newest(known, ask_savepoint{c.id, job_id, trigger_id}, every, not_before);
}

const maybe<rest::requirements>* step::requirements(const cluster_view& c, const std::string& job_id,
                                                    milliseconds every,
                                                    std::chrono::steady_clock::time_point not_before) {
  return c.leader ? newest(find(c.told, &job_manager_view::requirements, job_id), ask_requirements{c.id, job_id}, every,
                           not_before)
                  : nullptr;
}

const maybe<rest::disposal>* step::disposal(const cluster_view& c, const std::string& path, milliseconds every) {
  auto i = c.leader && c.told ? c.told->disposal_ids.find(path) : decltype(c.told->disposal_ids.end()){};
  if (!c.leader || !c.told || i == c.told->disposal_ids.end())
    return nullptr;
  auto* known = find(c.told, &job_manager_view::disposals, i->second);
  if (known && known->value && !known->value->in_progress)
    return &known->value; // final: nothing to ask
  return newest(known, ask_disposal{c.id, i->second}, every);
}

void step::enter(phase to, std::string why) {
  next.phase = phase_text(to);
  if (next.target)
    next.target->step_started_at = now_text();
  why_ = std::move(why);
}

void step::wait(std::string reason, std::string message) {
  if (!waiting_.trouble)
    waiting_ = {.reason = std::move(reason), .message = std::move(message)};
}

void step::wait_long(std::string reason, std::string message) {
  if (!waiting_.trouble)
    waiting_ = {.reason = std::move(reason), .message = std::move(message), .told = true};
}

void step::trouble(std::string reason, std::string message) {
  waiting_ = {.reason = std::move(reason), .message = std::move(message), .trouble = true};
}

void step::look_within(milliseconds delay) {
  look_again_ = std::min(look_again_, std::max(delay, milliseconds{1}));
}

std::string step::now_text() const {
  return k8s::format_time(x.now.wall);
}

std::chrono::steady_clock::time_point step::answered(const action& what) const {
  auto i = x.seen.outcomes.find(to_string(what));
  return i == x.seen.outcomes.end() ? std::chrono::steady_clock::time_point{} : i->second.at;
}

decision step::finish() {
  auto& meta = x.app.metadata;
  // Nothing to say yet: the first write is the first intent.
  bool silent = phase_of(next) == phase::New || (next == was && left_by_go_operator(was));
  if (silent && !waiting_.trouble)
    return {was, std::move(actions_), look_again_, std::move(waiting_), {}};
  if (next != was)
    refresh_health(*this);
  next.observed_generation = meta.generation;
  mirror_versions(next);
  set_conditions(next, x, waiting_);
  if (next != was) {
    next.last_updated_at = now_text();
    if (why_.empty())
      why_ = waiting_.trouble || note_.empty() ? waiting_.message : note_;
    if (why_.empty())
      why_ = "the picture changed";
  }
  return {std::move(next), std::move(actions_), look_again_, std::move(waiting_), std::move(why_)};
}

std::chrono::seconds patience(const step& s, std::optional<int32_t> timeouts::* what, std::chrono::seconds otherwise) {
  auto& own = s.x.app.spec.timeouts;
  return own && (*own).*what ? std::chrono::seconds{*((*own).*what)} : otherwise;
}

std::string complaints_in_words(const step& s) {
  constexpr std::size_t shown = 5;
  auto& all = s.x.complaints;
  std::string words;
  for (std::size_t i = 0; i < std::min(all.size(), shown); ++i)
    words += (i ? "; " : "") + json::to_string(all[i]);
  if (all.size() > shown)
    words += "; and " + std::to_string(all.size() - shown) + " more";
  return words;
}

std::string serving_job(const status& x) {
  return x.job_status && x.job_status->job_id ? *x.job_status->job_id : std::string{};
}

std::string second_job(const status& x) {
  bool two = x.updating_cluster && x.version_statuses.size() > 1 && x.version_statuses[1].job_status;
  return two ? x.version_statuses[1].job_status->job_id.value_or("") : std::string{};
}

namespace {

/// Whether a cluster's job was given to this life of its JobManager.
bool was_given_to(const status& x, const cluster_view& c) {
  auto given = [&](auto& y) { return y && y->id == c.id && y->job_manager == incarnation_of(*c.leader); };
  return given(x.cluster) || given(x.updating_cluster);
}

/// A person has looked, and says that nothing of this cluster runs.
bool confirmed_gone(const step& s, const cluster_view& c) {
  auto& all = s.x.app.metadata.annotations;
  auto i = all.find(std::string{confirm_gone_annotation});
  return i != all.end() && i->second == c.id;
}

/// Besides the JobManager that answers another pod may still run: on its way out, or on a node that is cut off.
bool other_job_manager(const cluster_view& c) {
  return std::any_of(c.job_manager_pods.begin(), c.job_manager_pods.end(),
                     [&](auto* x) { return x != c.leader && x->phase != "Succeeded" && x->phase != "Failed"; });
}

} // namespace

std::optional<bool> job_ended(step& s, const cluster_view& c, const std::string& job_id,
                              std::chrono::steady_clock::time_point not_before) {
  if (job_id.empty() || c.gone() || confirmed_gone(s, c))
    return true;
  auto* known = s.job(c, job_id, s.pace(), not_before);
  if (!known)
    return std::nullopt;
  if (*known)
    return rest::is_terminal((*known)->state);
  // 404: this JobManager does not know the job. In the life that it was given to, it is over. Without HA, what ran in
  // another life died with that. With HA the job may be on its way back, for a while.
  if (was_given_to(s.was, c))
    return true;
  if (other_job_manager(c))
    return std::nullopt;
  if (!s.high_availability() || s.x.now.steady >= c.told->since + defaults::high_availability_recovery)
    return true;
  return std::nullopt;
}

} // namespace flink
