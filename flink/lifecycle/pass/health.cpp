// How the cluster and its job are, as the status tells it: status.clusterStatus and status.jobStatus.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;
using std::chrono::milliseconds;

namespace {

/// Whether the present phase means to end the job, or has done so already.
bool is_leaving(phase x) {
  return x == phase::Savepointing || x == phase::Cancelling || x == phase::Recovering || x == phase::SubmittingJob
      || x == phase::RollingBackJob || x == phase::Deleting;
}

/// Whether the job fails now or has failed a moment ago, by its JobManager's clock.
bool fails(const rest::job& x) {
  return x.state == rest::job_state::restarting || x.state == rest::job_state::failing
      || (x.last_failing > 0 && milliseconds{x.now - x.last_failing} < defaults::crash_loop_cooldown);
}

std::string_view health_of(const rest::job& x, phase at) {
  using rest::job_state;
  if (x.state == job_state::failed || x.state == job_state::unknown || x.state == job_state::suspended)
    return "Red";
  if (is_terminal(x.state) && is_leaving(at))
    return "Yellow"; // as it should be; the next one is on its way
  if (x.state == job_state::finished || (rest::all_tasks_running(x) && !fails(x)))
    return "Green";
  return x.state == job_state::cancelling || x.state == job_state::canceled ? "Red" : "Yellow";
}

std::string time_text(int64_t since_epoch) {
  return k8s::format_time(std::chrono::system_clock::time_point{milliseconds{since_epoch}});
}

/// Says so if checkpoints are tried and fail, and none has completed for long: a failure now would cost all that since.
std::optional<std::string> checkpoints_fail(const step& s, const rest::job& job) {
  auto c = s.next.cluster ? s.cluster(s.next.cluster->id) : cluster_view{};
  if (!c.told || rest::is_terminal(job.state))
    return std::nullopt;
  auto known = c.told->checkpoints.find(job.id);
  if (known == c.told->checkpoints.end() || !known->second.value || !known->second.value->latest_failed)
    return std::nullopt;
  auto& failed = *known->second.value->latest_failed;
  auto& last = known->second.value->latest_completed;
  auto completed = last ? last->trigger_timestamp : job.start_time;
  if (failed.failure_timestamp < completed || milliseconds{job.now - completed} < defaults::checkpoints_overdue)
    return std::nullopt;
  return "no checkpoint of job " + job.id + " has completed since " + time_text(completed)
       + ", and they are tried: " + failed.message;
}

/// Address of a page of Flink's web UI, where the way to it is known.
std::optional<std::string> page(const step& s, const std::string& cluster_id, const std::string& path) {
  auto host = ingress_host(s.x.app, {.id = cluster_id, .colour = colour_of(s.next, cluster_id)}, s.x.settings.render);
  return host.empty() ? std::nullopt : std::optional{host + "/#/" + path};
}

int32_t ready_pods(const std::vector<const k8s::pod*>& all) {
  return static_cast<int32_t>(
      std::count_if(all.begin(), all.end(), [](auto* x) { return x->ready && !x->head.deleting; }));
}

/// As their Deployment selects them: pods of the Go operator carry no label with the id of their cluster.
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

/// Only a status that is written anyway tells them: they are not worth a write of their own.
void record_slots(const step& s, const cluster_view& c, cluster_status& to) {
  to.number_of_task_slots.reset();
  to.available_task_slots.reset();
  if (!c.told || !c.told->overview)
    return;
  auto& known = c.told->overview->value;
  to.number_of_task_slots = known.slots_total;
  bool runs = s.next.job_status && s.next.job_status->running_tasks.value_or(0) > 0;
  if (!runs || slots_are_taken(known))
    to.available_task_slots = known.slots_available;
}

/// Nobody can say how the job is.
void record_job_unknown(step& s) {
  if (!s.next.job_status)
    return;
  s.next.job_status->health.reset();
  s.next.job_status->running_tasks.reset();
}

void record_restarts(step& s, const cluster_view& c, const rest::job& job) {
  if (!fails(job) && job.last_failing == 0)
    return; // a number alone is not worth a question
  auto* known = s.restarts(c, job.id, fails(job) ? defaults::poll_job : defaults::poll_checkpoints);
  if (known && *known && (*known)->count)
    s.next.job_status->job_restart_count = (*known)->count;
}

} // namespace

void record_job(step& s, const rest::job& from) {
  auto& to = *s.next.job_status;
  if (to.job_id != from.id) {
    to.job_restart_count.reset();
    to.stop_trigger_id.reset();
  }
  if (to.state != to_string(from.state))
    s.note("job " + from.id + " is " + std::string{to_string(from.state)});
  to.job_id = from.id;
  to.job_overview_url = page(s, s.next.cluster ? s.next.cluster->id : std::string{}, "jobs/" + from.id);
  to.state = std::string{to_string(from.state)};
  to.health = std::string{health_of(from, phase_of(s.next))};
  if (to.health == "Green" && checkpoints_fail(s, from))
    to.health = "Yellow";
  to.start_time = time_text(from.start_time);
  to.running_tasks = from.tasks_running;
  to.total_tasks = from.tasks_total;
  if (from.last_failing > 0)
    to.last_failing_time = time_text(from.last_failing);
  else if (!to.job_restart_count)
    to.job_restart_count = 0;
}

void record_job_lost(step& s) {
  s.next.job_status->state = "LOST";
  s.next.job_status->health = "Red";
}

bool answers(const step& s, const cluster_view& c) {
  auto i = s.x.seen.outcomes.find(to_string(action{ask_job{c.id, serving_job(s.was)}}));
  return i == s.x.seen.outcomes.end() || i->second.attempts < defaults::breaker_failures;
}

void record_cluster(step& s, const cluster_view& c) {
  auto& to = s.next.cluster_status.emplace(s.was.cluster_status.value_or(cluster_status{}));
  auto wanted = c.task_manager ? c.task_manager->replicas : 0;
  auto ready = ready_pods(c.task_manager_pods);
  to.cluster_overview_url = page(s, c.id, "overview");
  to.number_of_task_managers = wanted;
  to.healthy_task_managers = std::min(ready, wanted);
  bool alive = c.leader && answers(s, c);
  to.health = !alive ? "Red" : ready < wanted ? "Yellow" : "Green";
  if (!alive)
    record_job_unknown(s);
  s.next.selector = selector_of(c.task_manager);
}

void refresh_health(step& s) {
  if (!s.next.cluster || !s.next.job_status)
    return;
  auto c = s.cluster(s.next.cluster->id);
  if (auto* job = s.known_job(c, serving_job(s.next)))
    record_job(s, *job);
  record_cluster(s, c);
  record_slots(s, c, *s.next.cluster_status);
  if (!c.leader && phase_of(s.next) == phase::Deleting)
    s.next.cluster_status->health.reset(); // its end is no trouble
}

void record_serving(step& s) {
  auto job_id = serving_job(s.was);
  if (!s.was.cluster || job_id.empty())
    return;
  auto c = s.cluster(s.was.cluster->id);
  auto* known = s.job(c, job_id, defaults::poll_job);
  if (known && *known)
    record_job(s, **known);
  else if (known)
    record_job_lost(s);
  record_cluster(s, c);
  record_checkpoint(s, c, job_id);
}

namespace {

std::chrono::system_clock::time_point taken_at(const rest::checkpoint& x) {
  return std::chrono::system_clock::time_point{milliseconds{x.trigger_timestamp}};
}

/// Was a checkpoint taken before the newest state that is written down? Where that is a savepoint of which the
/// JobManager tells too, its clock counts: ours has written when we heard of it.
bool is_older(const rest::checkpoint& x, const job_status& job, const std::optional<rest::checkpoint>& saved) {
  if (saved && saved->external_path == job.last_checkpoint)
    return taken_at(x) < taken_at(*saved);
  auto written = job.last_checkpoint_time ? k8s::parse_time(*job.last_checkpoint_time) : std::nullopt;
  return written && taken_at(x) < *written;
}

} // namespace

void record_checkpoint(step& s, const cluster_view& c, const std::string& job_id) {
  if (!s.next.job_status || job_id.empty())
    return;
  auto& job = *s.next.job_status;
  bool has_own = job.last_checkpoint && job.last_checkpoint != job.restore_path;
  auto* known = s.checkpoints(c, job_id, has_own ? defaults::poll_checkpoints : defaults::poll_job);
  if (!known || !*known)
    return;
  auto& last = (*known)->latest_completed;
  if (!last || last->external_path.empty() || job.last_checkpoint == last->external_path)
    return;
  if (has_own && is_older(*last, job, (*known)->latest_savepoint))
    return; // a savepoint beside the job is newer
  job.last_checkpoint = last->external_path;
  s.note("the newest state is " + last->external_path);
  // To the millisecond: a savepoint beside the job is compared with it.
  job.last_checkpoint_time = k8s::format_milliseconds(taken_at(*last));
  job.completed_checkpoint_count = (*known)->completed;
  job.failed_checkpoint_count = (*known)->failed;
  if ((*known)->latest_restored)
    job.restore_path = (*known)->latest_restored->external_path;
}

std::optional<std::string> cause_of_failure(step& s, const cluster_view& c, const std::string& job_id,
                                            milliseconds every) {
  auto* known = s.exceptions(c, job_id, every);
  if (known && *known)
    return (*known)->latest ? ": " + *(*known)->latest : std::string{};
  // A question that failed is asked again, but not waited for.
  return c.leader && !s.failure_of(ask_exceptions{c.id, job_id}) ? std::nullopt : std::optional{std::string{}};
}

void watch_running_job(step& s, const cluster_view& c, const rest::job& job) {
  record_checkpoint(s, c, job.id);
  if (auto why = checkpoints_fail(s, job))
    s.trouble("CheckpointsFail", *why);
  record_restarts(s, c, job);
  if (!c.told || !c.told->overview || !slots_are_taken(c.told->overview->value))
    s.overview(c, defaults::poll_job);
  if (fails(job))
    s.trouble("JobRestarting", "job " + job.id + " has failed, and Flink restarts it"
                                   + cause_of_failure(s, c, job.id, defaults::poll_job).value_or(""));
}

} // namespace flink
