#include "flink/lifecycle/pass/queries.hpp"

#include "config/defaults.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

void queries::request(const action& question, const std::chrono::steady_clock::time_point* answered,
                      milliseconds every) {
  auto pause = answered ? every - age_of(*answered) : milliseconds{0};
  if (auto i = in.seen.outcomes.find(question); i != in.seen.outcomes.end() && i->second.failed) {
    report_missing_right(question, i->second);
    pause = std::max(pause, std::min(retry_delay(i->second.attempts), defaults::poll_longest) - age_of(i->second.at));
  }
  if (pause > milliseconds{0})
    requeue_within(pause);
  else if (std::find(actions_.begin(), actions_.end(), question) == actions_.end())
    act(question);
}

const std::vector<rest::job_summary>* queries::jobs_now(const cluster_view& c) {
  auto* all = ask(c, ask_jobs{c.id}, defaults::answer_max_age);
  return all && age_of(c.known(ask_jobs{c.id})->at) < defaults::answer_max_age ? all : nullptr;
}

const rest::job* queries::known_job(const cluster_view& c, const job_id& id) const {
  auto* known = c.known(ask_job{c.id, id});
  return known && known->value ? &*known->value : nullptr;
}

std::chrono::steady_clock::time_point queries::job_answered(const cluster_view& c, const job_id& id) const {
  auto* known = c.known(ask_job{c.id, id});
  return known ? known->at : std::chrono::steady_clock::time_point{};
}

const or_not_found<rest::disposal>* queries::disposal(const cluster_view& c, const std::string& path,
                                                      milliseconds every) {
  if (!c.leader || !c.replies)
    return nullptr;
  auto i = c.replies->disposal_ids.find(path);
  return i == c.replies->disposal_ids.end() ? nullptr : ask(c, ask_disposal{c.id, i->second}, every);
}

} // namespace flink
