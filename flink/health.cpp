// How the cluster and its job are, as the status tells it: status.clusterStatus and status.jobStatus.
#include "config/defaults.hpp"
#include "flink/labels.hpp"
#include "flink/step.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

std::string_view health_of(const rest::job& x) {
  using rest::job_state;
  if (x.state == job_state::finished || rest::all_tasks_running(x))
    return "Green";
  bool on_its_way = x.state == job_state::running || x.state == job_state::restarting || x.state == job_state::created
                 || x.state == job_state::initializing || x.state == job_state::reconciling;
  return on_its_way ? "Yellow" : "Red";
}

int32_t ready_pods(const std::vector<const k8s::pod*>& all) {
  return static_cast<int32_t>(
      std::count_if(all.begin(), all.end(), [](auto* x) { return x->ready && !x->head.deleting; }));
}

} // namespace

void record_job(job_status& to, const rest::job& from) {
  to.job_id = from.id;
  to.state = std::string{to_string(from.state)};
  to.health = std::string{health_of(from)};
  to.start_time = k8s::format_time(std::chrono::system_clock::time_point{std::chrono::milliseconds{from.start_time}});
  to.running_tasks = from.tasks_running;
  to.total_tasks = from.tasks_total;
}

bool answers(const step& s, const cluster_view& c) {
  auto i = s.x.seen.outcomes.find(to_string(action{ask_job{c.id, serving_job(s.was)}}));
  return i == s.x.seen.outcomes.end() || i->second.attempts < defaults::breaker_failures;
}

void record_cluster(step& s, const cluster_view& c) {
  auto& to = s.next.cluster_status.emplace(s.was.cluster_status.value_or(cluster_status{}));
  auto wanted = c.task_manager ? c.task_manager->replicas : 0;
  auto ready = ready_pods(c.task_manager_pods);
  to.number_of_task_managers = wanted;
  to.healthy_task_managers = std::min(ready, wanted);
  if (c.told && c.told->overview) {
    to.number_of_task_slots = c.told->overview->value.slots_total;
    to.available_task_slots = c.told->overview->value.slots_available;
  }
  bool alive = c.leader && answers(s, c);
  to.health = !alive ? "Red" : ready < wanted ? "Yellow" : "Green";
  s.next.selector
      = std::string{labels::cluster_id} + "=" + c.id + "," + std::string{labels::deployment_type} + "=taskmanager";
}

void record_checkpoint(step& s, const cluster_view& c, const std::string& job_id) {
  if (s.high_availability() || !s.next.job_status || job_id.empty())
    return;
  auto& job = *s.next.job_status;
  bool has_own = job.last_checkpoint && job.last_checkpoint != job.restore_path;
  auto* known = s.checkpoints(c, job_id, has_own ? defaults::poll_checkpoints : defaults::poll_job);
  if (!known || !*known)
    return;
  auto& last = (*known)->latest_completed;
  if (!last || last->external_path.empty() || job.last_checkpoint == last->external_path)
    return;
  job.last_checkpoint = last->external_path;
  job.last_checkpoint_time
      = k8s::format_time(std::chrono::system_clock::time_point{std::chrono::milliseconds{last->trigger_timestamp}});
  job.completed_checkpoint_count = (*known)->completed;
  job.failed_checkpoint_count = (*known)->failed;
  job.job_restart_count = (*known)->restored;
  if ((*known)->latest_restored)
    job.restore_path = (*known)->latest_restored->external_path;
}

} // namespace flink
