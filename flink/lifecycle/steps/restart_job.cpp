#include "flink/lifecycle/steps/restart_job.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/savepoints.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

struct failure_policy {
  bool restarts;
  int32_t most;
  std::chrono::seconds window;
  std::chrono::seconds backoff;
};

failure_policy policy_of(const spec& x) {
  auto p = x.job_failure_policy.value_or(job_failure_policy{});
  return {.restarts = p.restart.value_or(restart_policy::Always) == restart_policy::Always,
          .most = p.max_restarts.value_or(defaults::job_restarts),
          .window = std::chrono::seconds{p.window_seconds.value_or(defaults::job_restart_window_seconds)},
          .backoff = std::chrono::seconds{p.backoff_seconds.value_or(defaults::job_restart_backoff_seconds)}};
}

/// Returns the pause before a restart. It doubles with each restart in a row.
std::chrono::seconds pause_before(const failure_policy& policy, const job_failures& x) {
  auto doublings = std::clamp(x.restarts - 1, 0, 16); // far beyond any window, and no overflow
  return std::min(policy.backoff * (1 << doublings), std::max(policy.backoff, policy.window));
}

/// Returns the restarts that count against the policy. Those from before the window do not.
job_failures counted(const pass_inputs& p, const failure_policy& policy) {
  auto& known = p.next.job_failures;
  if (!known || !known->window_started_at || p.passed(known->window_started_at, policy.window))
    return {.window_started_at = p.now()};
  return *known;
}

void report_pause(report& p, const job_failures& x, std::chrono::seconds pause) {
  p.blocked(reason::JobFailed, x.reason.value_or("the job has failed") + "; the operator restarts it "
                                   + std::to_string(pause.count()) + " s after the failure");
}

/// Returns the savepoint of a stop: it is the job's last state, and the status does not know it yet.
std::optional<std::string> left_by_a_stop(const pass_inputs& p, const rest::checkpoints& x) {
  return is_newest_savepoint(x) && !is_known_savepoint(p.was, x.latest_savepoint->external_path)
           ? std::optional{x.latest_savepoint->external_path}
           : std::nullopt;
}

/// Makes a restart of the serving version, on its own cluster, the target.
void aim_at_restart(report& p, int32_t attempt) {
  p.next.target = deploy_target{.cluster_id = p.was.cluster->id,
                                .spec_hash = p.was.cluster->spec_hash,
                                .generation = p.in.app.metadata.generation,
                                .attempt = attempt,
                                .started_at = p.now(),
                                .job = serving_parameters(p.was)};
}

} // namespace

std::string serving_version(const pass_inputs& p) {
  return "job " + serving_job(p.was) + " of cluster " + p.was.cluster->id;
}

void stay_failed(report& p, reason what, const std::string& why) {
  p.next.target.reset();
  p.next.reason = std::string{name_of(what)} + ": " + why;
  p.enter(phase::Failed, *p.next.reason);
  p.clear_wait();
  p.warn(reason::JobFailed, *p.next.reason);
}

void restart_failed_job(report& p, reason what, std::string why) {
  auto policy = policy_of(p.in.app.spec);
  if (!policy.restarts)
    return stay_failed(p, what, why + "; spec.jobFailurePolicy.restart is Never; " + restart_hint(p.was));
  auto count = counted(p, policy);
  if (count.restarts >= policy.most)
    return stay_failed(p, what,
                       why + "; the operator has already restarted it " + std::to_string(count.restarts)
                           + " times within " + std::to_string(policy.window.count()) + " s (spec.jobFailurePolicy); "
                           + restart_hint(p.was));
  ++count.restarts;
  count.last_failed_at = p.now();
  count.reason = why;
  p.next.job_failures = count;
  aim_at_restart(p, count.restarts);
  p.warn(reason::JobFailed, std::string{name_of(what)} + ": " + why
                                + "; the operator restarts it from its newest state (restart "
                                + std::to_string(count.restarts) + " of at most " + std::to_string(policy.most)
                                + " within " + std::to_string(policy.window.count()) + " s)");
  report_pause(p, count, pause_before(policy, count));
  p.enter(phase::Recovering, std::move(why));
}

void restart_if_stopped_late(queries& p, const cluster_view& c, const job_id& job_id) {
  auto& trigger = p.was.job_status->stop_trigger_id;
  if (!trigger)
    return;
  auto* known = p.ask(c, ask_savepoint{c.id, job_id, *trigger}, defaults::poll_job);
  auto* told = p.ask(c, ask_checkpoints{c.id, job_id}, defaults::poll_job, p.job_answered(c, job_id));
  if (!known || !told)
    return p.wait(reason::LookingForState, "checking whether a failed update has stopped job " + job_id);
  p.next.job_status->stop_trigger_id.reset();
  auto path = *known ? (*known)->location : *told ? left_by_a_stop(p, **told) : std::nullopt;
  if (!path)
    return; // it has come to its end by itself
  record_savepoint(p, *path, savepoint_reason::Update);
  aim_at_restart(p, 1);
  auto why = "job " + job_id + " has stopped with savepoint " + *path
           + ": the stop command of a failed update took effect late";
  p.warn(reason::CanceledJob, why + "; the operator restarts it");
  p.enter(phase::Recovering, why);
}

bool await_restart_pause(report& p) {
  auto& known = p.next.job_failures;
  if (!known || !known->last_failed_at)
    return true;
  auto failed_at = known->last_failed_at->at();
  auto pause = pause_before(policy_of(p.in.app.spec), *known);
  if (p.in.now.wall >= failed_at + pause)
    return true;
  report_pause(p, *known, pause);
  p.requeue_within(std::chrono::ceil<std::chrono::milliseconds>(
      std::min(failed_at + pause - p.in.now.wall, std::chrono::system_clock::duration{pause})));
  return false;
}

void conclude_restart(queries& p, const cluster_view& c, const start_result& how) {
  auto& t = *p.was.target;
  if (how.job) {
    p.next.cluster->job_manager = t.job_manager;
    auto& now = *p.next.job_status;
    now.restore_path = t.restore_path;
    if (t.restore_path != now.last_checkpoint) {
      now.last_checkpoint = t.restore_path; // until the job completes its own
      now.last_checkpoint_time = t.restore_path ? std::optional{p.now()} : std::nullopt;
    }
    record_job(p, *how.job);
    p.next.target.reset();
    p.enter(resting_phase(p), "job " + how.job->id + " runs again");
    p.event(reason::JobRestarted, "job " + how.job->id + " runs on cluster " + c.id
                                      + (t.restore_path ? ", restored from " + *t.restore_path : ", without state"));
    return;
  }
  if (how.state == start_state::failed)
    return restart_failed_job(p, reason::JobSubmissionFailed, how.why);
  if (how.state == start_state::timed_out)
    restart_job_manager(p, c, how.why);
}

} // namespace flink
