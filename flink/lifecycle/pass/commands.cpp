#include "flink/lifecycle/pass/commands.hpp"

#include "config/defaults.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

milliseconds commands::retry_delay(int32_t attempts) {
  auto delay = defaults::retry_first;
  for (int32_t i = 1; i < attempts && delay < defaults::retry_longest; ++i)
    delay *= 2;
  return std::min(delay, defaults::retry_longest);
}

bool commands::in_flight(const action& what) const {
  auto i = in.seen.under_way.find(what);
  auto c = cluster(job_manager_of(what));
  return i != in.seen.under_way.end() && c.leader && i->second.pod_uid == c.leader->head.uid;
}

const failure* commands::failure_of(const action& what) const {
  auto i = in.seen.outcomes.find(what);
  return i != in.seen.outcomes.end() && i->second.failed ? &*i->second.failed : nullptr;
}

std::chrono::steady_clock::time_point commands::answered_at(const action& what) const {
  auto i = in.seen.outcomes.find(what);
  return i == in.seen.outcomes.end() ? std::chrono::steady_clock::time_point{} : i->second.at;
}

progress commands::send(const action& what) {
  auto i = in.seen.outcomes.find(what);
  if (i == in.seen.outcomes.end()) {
    act(what);
    return progress::pending;
  }
  auto& last = i->second;
  if (!last.failed)
    return progress::done;
  report_missing_right(what, last);
  if (last.failed->kind == failure_class::unknown)
    return progress::unknown;
  if (!retryable(last.failed->kind) && last.failed->kind != failure_class::forbidden && is_verdict(what))
    return progress::failed;
  auto pause = retry_delay(last.attempts) - age_of(last.at);
  if (pause <= milliseconds{0})
    act(what);
  else
    requeue_within(pause);
  return progress::pending;
}

void commands::repeat(const action& what) {
  auto pause = answered_at(what) + defaults::poll_longest - in.now.steady;
  if (pause.count() <= 0)
    act(what);
  else
    requeue_within(std::chrono::ceil<milliseconds>(pause));
}

void commands::cancel(const cluster_id& cluster_id, const job_id& job_id) {
  action what = cancel_job{cluster_id, job_id};
  auto how = send(what);
  if (how == progress::unknown)
    act(what); // cancelling twice is harmless
  else if (how != progress::pending)
    repeat(what);
}

void commands::ensure(const action& what) {
  auto how = send(what);
  auto pause = answered_at(what) + defaults::effect_timeout - in.now.steady;
  if (how == progress::unknown || (how == progress::done && pause.count() <= 0))
    act(what);
  else if (how == progress::done)
    requeue_within(std::chrono::ceil<milliseconds>(pause));
}

void commands::report_missing_right(const action& what, const outcome& last) {
  if (last.failed->kind != failure_class::forbidden)
    return;
  auto target = target_of(what) == action_target::kubernetes ? std::string{} : "access to the JobManager is denied: ";
  if (last.failed->status == 401)
    return blocked(reason::Unauthorized, target + last.failed->message);
  blocked(reason::Forbidden, target + last.failed->message);
}

} // namespace flink
