#include "flink/lifecycle/steps/savepoints.hpp"

#include "config/defaults.hpp"
#include "k8s/timestamp.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;
using std::chrono::system_clock;

void record_savepoint(report& p, const std::string& path, std::optional<savepoint_reason> reason) {
  auto& all = p.next.savepoints;
  all.push_back({path, p.now(), reason});
  auto counted
      = [](auto& x) { return x.reason != savepoint_reason::Schedule; }; // the schedule's go when they are disposed of
  if (std::count_if(all.begin(), all.end(), counted) > static_cast<std::ptrdiff_t>(defaults::remembered_savepoints))
    all.erase(std::find_if(all.begin(), all.end(), counted));
}

void count_as_checkpoint(report& p, const rest::checkpoint& x) {
  auto& job = *p.next.job_status;
  auto taken = system_clock::time_point{milliseconds{x.trigger_timestamp}}; // both times are the JobManager's
  auto known = job.last_checkpoint == job.restore_path ? std::nullopt : job.last_checkpoint_time;
  if (known && known->at() > taken && job.last_checkpoint != x.external_path)
    return;
  job.last_checkpoint = x.external_path;
  job.last_checkpoint_time = k8s::timestamp::with_milliseconds(taken);
}

bool is_newest_savepoint(const rest::checkpoints& x) {
  auto& last = x.latest_savepoint;
  return last && (!x.latest_completed || x.latest_completed->trigger_timestamp <= last->trigger_timestamp);
}

bool is_known_savepoint(const status& x, const std::string& path) {
  return (x.job_status && x.job_status->restore_path == path)
      || std::any_of(x.savepoints.begin(), x.savepoints.end(), [&](auto& y) { return y.path == path; });
}

} // namespace flink
