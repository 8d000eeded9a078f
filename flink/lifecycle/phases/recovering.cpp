// Recovering: a job goes on from its newest state, because it failed, or was lost with its JobManager, or could not be
// stopped with a savepoint. It is started again on the cluster that serves; in an update, on the new one.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/modes.hpp"
#include "k8s/time.hpp"

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

/// The pause before a restart doubles with each of a row.
std::chrono::seconds pause_before(const failure_policy& policy, const job_failures& x) {
  auto doublings = std::clamp(x.restarts - 1, 0, 16); // far beyond any window, and no overflow
  return std::min(policy.backoff * (1 << doublings), std::max(policy.backoff, policy.window));
}

/// What counts against the policy: failures before the window do not.
job_failures counted(const pass& p, const failure_policy& policy) {
  auto& known = p.next.job_failures;
  if (!known || !known->window_started_at || p.passed(known->window_started_at, policy.window))
    return {.window_started_at = p.now_text()};
  return *known;
}

std::string serving_version(const pass& p) {
  return "job " + serving_job(p.was) + " of cluster " + p.was.cluster->id;
}

/// Nothing more is tried until the spec is edited.
void stay_failed(pass& p, const std::string& reason, const std::string& why) {
  p.next.target.reset();
  p.next.reason = reason + ": " + why;
  p.enter(phase::Failed, *p.next.reason);
  p.clear_wait();
  p.warn("JobFailed", *p.next.reason);
}

/// The old job of an update does not get its tasks to run, and its state is known: it makes room.
bool old_job_ended(pass& p, const cluster_view& old) {
  auto ended = job_ended(p, old, serving_job(p.was), p.answered_at(cancel_job{old.id, serving_job(p.was)}));
  if (!ended) {
    p.blocked("OldClusterUnconfirmed", "asking whether " + serving_version(p) + " has ended");
    return false;
  }
  if (*ended)
    return true;
  if (starts_again(p.was)) {
    // It runs after all: Flink, or a person, was faster.
    p.next.target.reset();
    if (old.leader)
      p.next.cluster->job_manager = incarnation_of(*old.leader);
    p.enter(resting_phase(p), serving_version(p) + " runs");
    return false;
  }
  if (is_beside(p.was)) {
    fail_deploy(p, "SavepointFailed", serving_version(p) + " runs after all and goes on");
    return false;
  }
  p.cancel(old.id, serving_job(p.was));
  p.wait("Cancelling", "waiting for " + serving_version(p) + " to be cancelled: it cannot be stopped with a savepoint");
  return false;
}

bool slots_free(pass& p, const cluster_view& c) {
  auto* overview = p.ask(c, ask_overview{c.id}, p.poll_interval());
  auto wanted = p.was.target->job->parallelism;
  if (overview && overview->slots_total >= wanted)
    return true;
  p.wait("TaskManagersStarting", "waiting for " + std::to_string(wanted) + " task slots of cluster " + c.id);
  return false;
}

void tell_pause(pass& p, const job_failures& x, std::chrono::seconds pause) {
  p.blocked("JobFailed", x.reason.value_or("the job has failed") + "; it is started again "
                             + std::to_string(pause.count()) + " s later");
}

bool paused_enough(pass& p) {
  auto& known = p.next.job_failures;
  auto failed_at = known && known->last_failed_at ? k8s::parse_time(*known->last_failed_at) : std::nullopt;
  if (!failed_at)
    return true;
  auto pause = pause_before(policy_of(p.in.app.spec), *known);
  if (p.in.now.wall >= *failed_at + pause)
    return true;
  tell_pause(p, *known, pause);
  p.requeue_within(std::chrono::ceil<std::chrono::milliseconds>(
      std::min(*failed_at + pause - p.in.now.wall, std::chrono::system_clock::duration{pause})));
  return false;
}

/// Returns whether the cluster that serves is ready for the next try.
bool ready_again(pass& p, const cluster_view& c) {
  if (lacks_objects(p, c) || job_manager_stopped(p, c))
    return false;
  wake(p, c);
  if (!paused_enough(p))
    return false;
  if (!c.leader) {
    p.blocked("JobManagerDown", "waiting for a JobManager pod of cluster " + c.id);
    return false;
  }
  return slots_free(p, c);
}

/// The savepoint of a stop is the job's last state, and nobody has written it down yet.
std::optional<std::string> left_by_a_stop(const pass& p, const rest::checkpoints& x) {
  return is_newest_savepoint(x) && !is_known_savepoint(p.was, x.latest_savepoint->external_path)
           ? std::optional{x.latest_savepoint->external_path}
           : std::nullopt;
}

/// The version that serves is started again where it ran.
void aim_at_restart(pass& p, int32_t attempt) {
  p.next.target = deploy_target{.cluster_id = p.was.cluster->id,
                                .spec_hash = p.was.cluster->spec_hash,
                                .generation = p.in.app.metadata.generation,
                                .attempt = attempt,
                                .started_at = p.now_text(),
                                .job = serving_parameters(p.was)};
}

/// The stop that was ordered has ended the job after all, though its trigger was lost: what it left is its savepoint.
/// One that is said to have failed has not. `nullopt`: not known yet.
std::optional<bool> was_stopped_after_all(pass& p) {
  auto c = p.cluster(p.was.cluster->id);
  auto& trigger = p.was.target->trigger_id;
  auto* job = p.known_job(c, serving_job(p.was));
  if (!trigger || !job || job->state != rest::job_state::finished)
    return false;
  auto* told = p.ask(c, ask_savepoint{c.id, job->id, *trigger}, defaults::poll_job);
  return told ? std::optional{!*told || !(*told)->failure} : std::nullopt;
}

void go_on_from(pass& p, const recoverable& state) {
  auto stopped = was_stopped_after_all(p);
  if (!stopped)
    return p.wait("LookingForState", "asking what has become of the stop of " + serving_version(p));
  if (state.path && *stopped && !is_known_savepoint(p.was, *state.path))
    record_savepoint(p, *state.path, "Update");
  auto message = serving_version(p) + " has ended without a savepoint; starting from " + state.source;
  if (state.path)
    p.warn("RestoringExternalizedCheckpoint", message);
  else
    p.warn("RestoringWithoutExternalizedCheckpoint", message);
  old_job_gone(p, state.path, "the job goes on from " + state.source);
}

} // namespace

std::string way_back(const status& x) {
  auto& known = x.job_status->last_checkpoint;
  return known ? "an edit (restartNonce) starts it from " + *known
                     + ", or without state where that is gone and fallbackWithoutState is set"
               : "no state of it is known: an edit that sets fallbackWithoutState starts it without";
}

bool in_place(const status& x) {
  return x.target && x.cluster && x.target->cluster_id == x.cluster->id;
}

bool starts_again(const status& x) {
  return in_place(x) && x.target->spec_hash == x.cluster->spec_hash && !x.target->rollback;
}

phase resting_phase(const pass& p) {
  bool failed_before = p.was.failed && p.was.failed->spec_hash == p.in.spec_hash;
  return failed_before ? phase::DeployFailed : phase::Running;
}

bool lacks_objects(pass& p, const cluster_view& c) {
  auto missing = missing_objects(p, c);
  if (missing.empty())
    return false;
  bool known = p.was.cluster && p.was.cluster->id == c.id && p.was.cluster->spec_hash == p.in.spec_hash
            && p.in.complaints.empty();
  auto what = "the " + std::string{to_string(missing.front())} + " of cluster " + c.id + " is missing";
  if (!known)
    p.blocked("ObjectsMissing", what + ", and the spec has moved on from what runs there: "
                                    + (p.was.updating_cluster ? "spec.tearDownVersionHash " + c.id + " removes it"
                                                              : "an edit (restartNonce) makes a new cluster"));
  else
    p.blocked("ObjectsMissing", create_missing(p, c).refused.value_or(what + ": creating it again"));
  return true;
}

void job_failed(pass& p, std::string reason, std::string why) {
  auto policy = policy_of(p.in.app.spec);
  if (!policy.restarts)
    return stay_failed(p, reason, why + "; spec.jobFailurePolicy.restart is Never; " + way_back(p.was));
  auto count = counted(p, policy);
  if (count.restarts >= policy.most)
    return stay_failed(p, reason,
                       why + "; it was started again " + std::to_string(count.restarts) + " times within "
                           + std::to_string(policy.window.count()) + " s (spec.jobFailurePolicy); " + way_back(p.was));
  ++count.restarts;
  count.last_failed_at = p.now_text();
  count.reason = why;
  p.next.job_failures = count;
  aim_at_restart(p, count.restarts);
  p.warn("JobFailed", reason + ": " + why + "; it is started again from its newest state ("
                          + std::to_string(count.restarts) + " of " + std::to_string(policy.most) + " times within "
                          + std::to_string(policy.window.count()) + " s)");
  tell_pause(p, count, pause_before(policy, count));
  p.enter(phase::Recovering, std::move(why));
}

void job_finished(pass& p, const cluster_view& c, const std::string& job_id) {
  auto& trigger = p.was.job_status->stop_trigger_id;
  if (!trigger)
    return;
  auto* known = p.ask(c, ask_savepoint{c.id, job_id, *trigger}, defaults::poll_job);
  auto* told = p.ask(c, ask_checkpoints{c.id, job_id}, defaults::poll_job, p.job_answered(c, job_id));
  if (!known || !told)
    return p.wait("LookingForState", "asking whether job " + job_id + " was stopped by an update that was given up");
  p.next.job_status->stop_trigger_id.reset();
  auto path = *known ? (*known)->location : *told ? left_by_a_stop(p, **told) : std::nullopt;
  if (!path)
    return; // it has come to its end by itself
  record_savepoint(p, *path, "Update");
  aim_at_restart(p, 1);
  auto why = "job " + job_id + " was stopped late, by an update that had been given up, with savepoint " + *path;
  p.warn("CanceledJob", why + "; it is started again");
  p.enter(phase::Recovering, why);
}

void recovering(pass& p) {
  if (!p.was.target || !p.was.target->job || !p.was.cluster || !p.was.job_status)
    return fail_deploy(p, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  auto old = p.cluster(p.was.cluster->id);
  sweep(p);
  bool again = starts_again(p.was);
  if (again && deploy_wanted(p))
    return begin_deploy(p, "edited while the job was waiting for its restart");
  if (again && !ready_again(p, old))
    return;
  if (!old_job_ended(p, old) || (!again && !serving_cluster_is_idle(p)))
    return;
  auto state = newest_state(p, old, serving_job(p.was), again ? age_limit::holds : age_limit::passed);
  if (state.pending)
    return p.wait("LookingForState", "looking for the newest state of " + serving_version(p));
  if (state.problem.empty())
    return go_on_from(p, state);
  if (again)
    return stay_failed(p, "NoStateToRestore", state.problem);
  if (p.was.target->start_from) // of a rollback, too
    return old_job_gone(p, p.was.target->start_from, "the old job has ended; spec.restoreFrom names the state");
  fail_deploy(p, "NoStateToRestore", state.problem);
}

void started_again(pass& p, const cluster_view& c, const verdict& how) {
  auto& t = *p.was.target;
  if (how.job) {
    p.next.cluster->job_manager = t.job_manager;
    auto& now = *p.next.job_status;
    now.restore_path = t.restore_path;
    if (t.restore_path != now.last_checkpoint) {
      now.last_checkpoint = t.restore_path; // until the job completes its own
      now.last_checkpoint_time = t.restore_path ? std::optional{p.now_text()} : std::nullopt;
    }
    record_job(p, *how.job);
    p.next.target.reset();
    p.enter(resting_phase(p), "job " + how.job->id + " runs again");
    p.event("JobRestarted", "job " + how.job->id + " runs on cluster " + c.id
                                + (t.restore_path ? ", restored from " + *t.restore_path : ", without state"));
    return;
  }
  if (how.how == started::no)
    return job_failed(p, "JobSubmissionFailed", how.why);
  if (how.how == started::late)
    restart_job_manager(p, c, how.why);
}

} // namespace flink
