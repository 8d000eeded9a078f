#include "flink/lifecycle/steps/savepoints.hpp"

#include "config/defaults.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;
using std::chrono::system_clock;

namespace {

std::optional<system_clock::time_point> time_of(const std::optional<std::string>& text) {
  return text ? k8s::parse_time(*text) : std::nullopt;
}

} // namespace

void record_savepoint(report& p, const std::string& path, const std::string& reason) {
  auto& all = p.next.savepoints;
  all.push_back({path, p.now_text(), reason});
  auto counted = [](auto& x) { return x.reason != scheduled_savepoint; }; // the schedule's go when they are disposed of
  if (std::count_if(all.begin(), all.end(), counted) > static_cast<std::ptrdiff_t>(defaults::remembered_savepoints))
    all.erase(std::find_if(all.begin(), all.end(), counted));
}

void count_as_checkpoint(report& p, const rest::checkpoint& x) {
  auto& job = *p.next.job_status;
  auto taken = system_clock::time_point{milliseconds{x.trigger_timestamp}}; // both times are the JobManager's
  auto known = job.last_checkpoint == job.restore_path ? std::nullopt : time_of(job.last_checkpoint_time);
  if (known && *known > taken && job.last_checkpoint != x.external_path)
    return;
  job.last_checkpoint = x.external_path;
  job.last_checkpoint_time = k8s::format_milliseconds(taken);
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
