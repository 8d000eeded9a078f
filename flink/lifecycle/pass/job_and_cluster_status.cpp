#include "flink/lifecycle/pass/job_and_cluster_status.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/timestamp.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

namespace {

/// Returns whether a phase ends the job, or has done so already.
bool is_leaving(phase x) {
  return x == phase::Savepointing || x == phase::Cancelling || x == phase::Recovering || x == phase::SubmittingJob
      || x == phase::RollingBackJob || x == phase::Deleting;
}

/// Returns whether the job fails now or has failed a moment ago, by its JobManager's clock.
bool fails(const rest::job& x) {
  return x.state == rest::job_state::restarting || x.state == rest::job_state::failing
      || (x.last_failing > 0 && milliseconds{x.now - x.last_failing} < defaults::crash_loop_cooldown);
}

health health_of(const rest::job& x, phase at) {
  using rest::job_state;
  if (x.state == job_state::failed || x.state == job_state::unknown || x.state == job_state::suspended)
    return health::Red;
  if (is_terminal(x.state) && is_leaving(at))
    return health::Yellow; // expected; the next job starts soon
  if (x.state == job_state::finished || (rest::all_tasks_running(x) && !fails(x)))
    return health::Green;
  return x.state == job_state::cancelling || x.state == job_state::canceled ? health::Red : health::Yellow;
}

k8s::timestamp time_of(int64_t since_epoch) {
  return k8s::timestamp{std::chrono::system_clock::time_point{milliseconds{since_epoch}}};
}

/// Returns a message if checkpoints fail and none has completed for long: a failure now would lose all progress since
/// then.
std::optional<std::string> checkpoints_fail(const pass_inputs& p, const rest::job& job) {
  auto c = p.next.cluster ? p.cluster(p.next.cluster->id) : cluster_view{};
  if (!c.replies || rest::is_terminal(job.state))
    return std::nullopt;
  auto* known = c.known(ask_checkpoints{c.id, job.id});
  if (!known || !known->value || !known->value->latest_failed)
    return std::nullopt;
  auto& failed = *known->value->latest_failed;
  auto& last = known->value->latest_completed;
  auto completed = last ? last->trigger_timestamp : job.start_time;
  if (failed.failure_timestamp < completed || milliseconds{job.now - completed} < defaults::checkpoints_overdue)
    return std::nullopt;
  return "no checkpoint of job " + job.id + " has completed since " + time_of(completed).text()
       + ", and the latest attempt failed: " + failed.message;
}

/// Returns the address of a page of Flink's web UI if an Ingress leads to it.
std::optional<std::string> page(const pass_inputs& p, const cluster_id& cluster_id, const std::string& path) {
  auto host = ingress_host(p.in.app, {.id = cluster_id, .colour = colour_of(p.next, cluster_id)}, p.in.settings.render);
  return host.empty() ? std::nullopt : std::optional{host + "/#/" + path};
}

int32_t ready_pods(const std::vector<const k8s::pod*>& all) {
  return static_cast<int32_t>(
      std::count_if(all.begin(), all.end(), [](auto* x) { return x->ready && !x->head.deleting; }));
}

/// Returns the selector of the TaskManagers' Deployment: pods of the Go operator carry no label with their cluster's
/// id.
std::optional<std::string> selector_of(const k8s::deployment* task_manager) {
  if (!task_manager || task_manager->selector.empty())
    return std::nullopt;
  std::string out;
  for (auto& [key, value] : task_manager->selector)
    out += (out.empty() ? "" : ",") + key + "=" + value;
  return out;
}

/// An answer with every slot free is from before the job took its slots.
bool slots_are_taken(const rest::overview& x) {
  return x.slots_available < x.slots_total;
}

/// Records the task slots, only in a status that is written anyway: a change of them alone does not justify a write.
void record_slots(const pass_inputs& p, const cluster_view& c, cluster_status& to) {
  to.number_of_task_slots.reset();
  to.available_task_slots.reset();
  auto* overview = c.known(ask_overview{c.id});
  if (!overview)
    return;
  auto& known = overview->value;
  to.number_of_task_slots = known.slots_total;
  bool runs = p.next.job_status && p.next.job_status->running_tasks.value_or(0) > 0;
  if (!runs || slots_are_taken(known))
    to.available_task_slots = known.slots_available;
}

/// Records that the job's state is unknown.
void record_job_unknown(report& p) {
  if (!p.next.job_status)
    return;
  p.next.job_status->health.reset();
  p.next.job_status->running_tasks.reset();
}

void record_restarts(queries& p, const cluster_view& c, const rest::job& job) {
  if (!fails(job) && job.last_failing == 0)
    return; // the number alone does not justify a query
  auto* known = p.ask(c, ask_restarts{c.id, job.id}, fails(job) ? defaults::poll_job : defaults::poll_checkpoints);
  if (known && *known && (*known)->count)
    p.next.job_status->job_restart_count = (*known)->count;
}

std::chrono::system_clock::time_point taken_at(const rest::checkpoint& x) {
  return std::chrono::system_clock::time_point{milliseconds{x.trigger_timestamp}};
}

/// Returns whether a checkpoint is older than the newest recorded state. If that is a savepoint that the JobManager
/// reports, too, the JobManager's clock counts: our clock recorded only when the operator learned of it.
bool is_older(const rest::checkpoint& x, const job_status& job, const std::optional<rest::checkpoint>& saved) {
  if (saved && saved->external_path == job.last_checkpoint)
    return taken_at(x) < taken_at(*saved);
  return job.last_checkpoint_time && taken_at(x) < job.last_checkpoint_time->at();
}

} // namespace

void record_job(report& p, const rest::job& from) {
  auto& to = *p.next.job_status;
  if (to.job_id != from.id) {
    to.job_restart_count.reset();
    to.stop_trigger_id.reset();
  }
  if (to.state != to_string(from.state))
    p.note("job " + from.id + " is " + std::string{to_string(from.state)});
  to.job_id = from.id;
  to.job_overview_url = page(p, p.next.cluster ? p.next.cluster->id : cluster_id{}, "jobs/" + from.id);
  to.state = std::string{to_string(from.state)};
  to.health = health_of(from, phase_of(p.next));
  if (to.health == health::Green && checkpoints_fail(p, from))
    to.health = health::Yellow;
  to.start_time = time_of(from.start_time);
  to.running_tasks = from.tasks_running;
  to.total_tasks = from.tasks_total;
  if (from.last_failing > 0)
    to.last_failing_time = time_of(from.last_failing);
  else if (!to.job_restart_count)
    to.job_restart_count = 0;
}

void record_job_lost(report& p) {
  p.next.job_status->state = "LOST";
  p.next.job_status->health = health::Red;
}

bool job_manager_answers(const commands& p, const cluster_view& c) {
  auto i = p.in.seen.outcomes.find(ask_job{c.id, serving_job(p.was)});
  return i == p.in.seen.outcomes.end() || i->second.attempts < defaults::breaker_failures;
}

void record_cluster(commands& p, const cluster_view& c) {
  auto& to = p.next.cluster_status.emplace(p.was.cluster_status.value_or(cluster_status{}));
  auto wanted = c.task_manager ? c.task_manager->replicas : 0;
  auto ready = ready_pods(c.task_manager_pods);
  to.cluster_overview_url = page(p, c.id, "overview");
  to.number_of_task_managers = wanted;
  to.healthy_task_managers = std::min(ready, wanted);
  bool alive = c.leader && job_manager_answers(p, c);
  to.health = !alive ? health::Red : ready < wanted ? health::Yellow : health::Green;
  if (!alive)
    record_job_unknown(p);
  p.next.selector = selector_of(c.task_manager);
}

void refresh_health(queries& p) {
  if (!p.next.cluster || !p.next.job_status)
    return;
  auto c = p.cluster(p.next.cluster->id);
  if (auto* job = p.known_job(c, serving_job(p.next)))
    record_job(p, *job);
  record_cluster(p, c);
  record_slots(p, c, *p.next.cluster_status);
  if (!c.leader && phase_of(p.next) == phase::Deleting)
    p.next.cluster_status->health.reset(); // this end is expected
}

void record_serving(queries& p) {
  auto job_id = serving_job(p.was);
  if (!p.was.cluster || job_id.empty())
    return;
  auto c = p.cluster(p.was.cluster->id);
  auto* known = p.ask(c, ask_job{c.id, job_id}, defaults::poll_job);
  if (known && *known)
    record_job(p, **known);
  else if (known)
    record_job_lost(p);
  record_cluster(p, c);
  record_checkpoint(p, c, job_id);
}

void record_checkpoint(queries& p, const cluster_view& c, const job_id& job_id) {
  if (!p.next.job_status || job_id.empty())
    return;
  auto& job = *p.next.job_status;
  bool has_own = job.last_checkpoint && job.last_checkpoint != job.restore_path;
  auto* known = p.ask(c, ask_checkpoints{c.id, job_id}, has_own ? defaults::poll_checkpoints : defaults::poll_job);
  if (!known || !*known)
    return;
  auto& last = (*known)->latest_completed;
  if (!last || last->external_path.empty() || job.last_checkpoint == last->external_path)
    return;
  if (has_own && is_older(*last, job, (*known)->latest_savepoint))
    return; // a savepoint beside the job is newer
  job.last_checkpoint = last->external_path;
  p.note("the newest state is " + last->external_path);
  // To the millisecond: a savepoint beside the job is compared with it.
  job.last_checkpoint_time = k8s::timestamp::with_milliseconds(taken_at(*last));
  job.completed_checkpoint_count = (*known)->completed;
  job.failed_checkpoint_count = (*known)->failed;
  if ((*known)->latest_restored)
    job.restore_path = (*known)->latest_restored->external_path;
}

std::optional<std::string> cause_of_failure(queries& p, const cluster_view& c, const job_id& job_id,
                                            milliseconds every) {
  auto* known = p.ask(c, ask_exceptions{c.id, job_id}, every);
  if (known && *known)
    return (*known)->latest ? ": " + *(*known)->latest : std::string{};
  // A failed query is repeated, but nothing waits for it.
  return c.leader && !p.failure_of(ask_exceptions{c.id, job_id}) ? std::nullopt : std::optional{std::string{}};
}

void watch_running_job(queries& p, const cluster_view& c, const rest::job& job) {
  record_checkpoint(p, c, job.id);
  if (auto why = checkpoints_fail(p, job))
    p.blocked(reason::CheckpointsFail, *why);
  record_restarts(p, c, job);
  auto* overview = c.known(ask_overview{c.id});
  if (!overview || !slots_are_taken(overview->value))
    p.ask(c, ask_overview{c.id}, defaults::poll_job);
  if (fails(job))
    p.blocked(reason::JobRestarting, "job " + job.id + " has failed, and Flink restarts it"
                                         + cause_of_failure(p, c, job.id, defaults::poll_job).value_or(""));
}

void mirror_versions(status& next) {
  if (!is_blue_green(next) || phase_of(next) == phase::New)
    return;
  if (!next.target && !next.updating_cluster) {
    next.updating_version.reset();
    next.updating_hash.reset();
  }
  auto& all = next.version_statuses;
  all.resize(2);
  all[0] = next.cluster ? version_status{next.deploy_version, next.cluster->id, next.cluster_status, next.job_status}
                        : version_status{};
  if (!next.updating_cluster)
    all[1] = {};
  else {
    all[1].app_version = next.updating_version;
    all[1].version_hash = next.updating_cluster->id;
  }
}

} // namespace flink
