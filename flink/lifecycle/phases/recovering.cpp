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
job_failures counted(const step& s, const failure_policy& policy) {
  auto& known = s.next.job_failures;
  if (!known || !known->window_started_at || s.passed(known->window_started_at, policy.window))
    return {.window_started_at = s.now_text()};
  return *known;
}

std::string serving_version(const step& s) {
  return "job " + serving_job(s.was) + " of cluster " + s.was.cluster->id;
}

/// Nothing more is tried until the spec is edited.
void stay_failed(step& s, const std::string& reason, const std::string& why) {
  s.next.target.reset();
  s.next.reason = reason + ": " + why;
  s.enter(phase::Failed, *s.next.reason);
  s.calm();
  s.warn("JobFailed", *s.next.reason);
}

/// The old job of an update does not get its tasks to run, and its state is known: it makes room.
bool old_job_ended(step& s, const cluster_view& old) {
  auto ended = job_ended(s, old, serving_job(s.was), s.answered(cancel_job{old.id, serving_job(s.was)}));
  if (!ended) {
    s.trouble("OldClusterUnconfirmed", "asking whether " + serving_version(s) + " has ended");
    return false;
  }
  if (*ended)
    return true;
  if (starts_again(s.was)) {
    // It runs after all: Flink, or a person, was faster.
    s.next.target.reset();
    if (old.leader)
      s.next.cluster->job_manager = incarnation_of(*old.leader);
    s.enter(resting_phase(s), serving_version(s) + " runs");
    return false;
  }
  if (is_beside(s.was)) {
    fail_deploy(s, "SavepointFailed", serving_version(s) + " runs after all and goes on");
    return false;
  }
  s.cancel(old.id, serving_job(s.was));
  s.wait("Cancelling", "waiting for " + serving_version(s) + " to be cancelled: it cannot be stopped with a savepoint");
  return false;
}

bool slots_free(step& s, const cluster_view& c) {
  auto* overview = s.ask(c, ask_overview{c.id}, s.pace());
  auto wanted = s.was.target->job->parallelism;
  if (overview && overview->slots_total >= wanted)
    return true;
  s.wait("TaskManagersStarting", "waiting for " + std::to_string(wanted) + " task slots of cluster " + c.id);
  return false;
}

void tell_pause(step& s, const job_failures& x, std::chrono::seconds pause) {
  s.trouble("JobFailed", x.reason.value_or("the job has failed") + "; it is started again "
                             + std::to_string(pause.count()) + " s later");
}

bool paused_enough(step& s) {
  auto& known = s.next.job_failures;
  auto failed_at = known && known->last_failed_at ? k8s::parse_time(*known->last_failed_at) : std::nullopt;
  if (!failed_at)
    return true;
  auto pause = pause_before(policy_of(s.x.app.spec), *known);
  if (s.x.now.wall >= *failed_at + pause)
    return true;
  tell_pause(s, *known, pause);
  s.look_within(std::chrono::ceil<std::chrono::milliseconds>(
      std::min(*failed_at + pause - s.x.now.wall, std::chrono::system_clock::duration{pause})));
  return false;
}

/// Returns whether the cluster that serves is ready for the next try.
bool ready_again(step& s, const cluster_view& c) {
  if (lacks_objects(s, c) || job_manager_stopped(s, c))
    return false;
  wake(s, c);
  if (!paused_enough(s))
    return false;
  if (!c.leader) {
    s.trouble("JobManagerDown", "waiting for a JobManager pod of cluster " + c.id);
    return false;
  }
  return slots_free(s, c);
}

/// The savepoint of a stop is the job's last state, and nobody has written it down yet.
std::optional<std::string> left_by_a_stop(const step& s, const rest::checkpoints& x) {
  return is_newest_savepoint(x) && !is_known_savepoint(s.was, x.latest_savepoint->external_path)
           ? std::optional{x.latest_savepoint->external_path}
           : std::nullopt;
}

/// The version that serves is started again where it ran.
void aim_at_restart(step& s, int32_t attempt) {
  s.next.target = deploy_target{.cluster_id = s.was.cluster->id,
                                .spec_hash = s.was.cluster->spec_hash,
                                .generation = s.x.app.metadata.generation,
                                .attempt = attempt,
                                .started_at = s.now_text(),
                                .job = serving_parameters(s.was)};
}

/// The stop that was ordered has ended the job after all, though its trigger was lost: what it left is its savepoint.
/// One that is said to have failed has not. `nullopt`: not known yet.
std::optional<bool> was_stopped_after_all(step& s) {
  auto c = s.cluster(s.was.cluster->id);
  auto& trigger = s.was.target->trigger_id;
  auto* job = s.known_job(c, serving_job(s.was));
  if (!trigger || !job || job->state != rest::job_state::finished)
    return false;
  auto* told = s.ask(c, ask_savepoint{c.id, job->id, *trigger}, defaults::poll_job);
  return told ? std::optional{!*told || !(*told)->failure} : std::nullopt;
}

void go_on_from(step& s, const recoverable& state) {
  auto stopped = was_stopped_after_all(s);
  if (!stopped)
    return s.wait("LookingForState", "asking what has become of the stop of " + serving_version(s));
  if (state.path && *stopped && !is_known_savepoint(s.was, *state.path))
    record_savepoint(s, *state.path, "Update");
  auto message = serving_version(s) + " has ended without a savepoint; starting from " + state.source;
  if (state.path)
    s.warn("RestoringExternalizedCheckpoint", message);
  else
    s.warn("RestoringWithoutExternalizedCheckpoint", message);
  old_job_gone(s, state.path, "the job goes on from " + state.source);
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

phase resting_phase(const step& s) {
  bool failed_before = s.was.failed && s.was.failed->spec_hash == s.x.spec_hash;
  return failed_before ? phase::DeployFailed : phase::Running;
}

bool lacks_objects(step& s, const cluster_view& c) {
  auto missing = missing_objects(s, c);
  if (missing.empty())
    return false;
  bool known = s.was.cluster && s.was.cluster->id == c.id && s.was.cluster->spec_hash == s.x.spec_hash
            && s.x.complaints.empty();
  auto what = "the " + std::string{to_string(missing.front())} + " of cluster " + c.id + " is missing";
  if (!known)
    s.trouble("ObjectsMissing", what + ", and the spec has moved on from what runs there: "
                                    + (s.was.updating_cluster ? "spec.tearDownVersionHash " + c.id + " removes it"
                                                              : "an edit (restartNonce) makes a new cluster"));
  else
    s.trouble("ObjectsMissing", create_missing(s, c).refused.value_or(what + ": creating it again"));
  return true;
}

void job_failed(step& s, std::string reason, std::string why) {
  auto policy = policy_of(s.x.app.spec);
  if (!policy.restarts)
    return stay_failed(s, reason, why + "; spec.jobFailurePolicy.restart is Never; " + way_back(s.was));
  auto count = counted(s, policy);
  if (count.restarts >= policy.most)
    return stay_failed(s, reason,
                       why + "; it was started again " + std::to_string(count.restarts) + " times within "
                           + std::to_string(policy.window.count()) + " s (spec.jobFailurePolicy); " + way_back(s.was));
  ++count.restarts;
  count.last_failed_at = s.now_text();
  count.reason = why;
  s.next.job_failures = count;
  aim_at_restart(s, count.restarts);
  s.warn("JobFailed", reason + ": " + why + "; it is started again from its newest state ("
                          + std::to_string(count.restarts) + " of " + std::to_string(policy.most) + " times within "
                          + std::to_string(policy.window.count()) + " s)");
  tell_pause(s, count, pause_before(policy, count));
  s.enter(phase::Recovering, std::move(why));
}

void job_finished(step& s, const cluster_view& c, const std::string& job_id) {
  auto& trigger = s.was.job_status->stop_trigger_id;
  if (!trigger)
    return;
  auto* known = s.ask(c, ask_savepoint{c.id, job_id, *trigger}, defaults::poll_job);
  auto* told = s.ask(c, ask_checkpoints{c.id, job_id}, defaults::poll_job, s.job_answered(c, job_id));
  if (!known || !told)
    return s.wait("LookingForState", "asking whether job " + job_id + " was stopped by an update that was given up");
  s.next.job_status->stop_trigger_id.reset();
  auto path = *known ? (*known)->location : *told ? left_by_a_stop(s, **told) : std::nullopt;
  if (!path)
    return; // it has come to its end by itself
  record_savepoint(s, *path, "Update");
  aim_at_restart(s, 1);
  auto why = "job " + job_id + " was stopped late, by an update that had been given up, with savepoint " + *path;
  s.warn("CanceledJob", why + "; it is started again");
  s.enter(phase::Recovering, why);
}

void recovering(step& s) {
  if (!s.was.target || !s.was.target->job || !s.was.cluster || !s.was.job_status)
    return fail_deploy(s, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  auto old = s.cluster(s.was.cluster->id);
  sweep(s);
  bool again = starts_again(s.was);
  if (again && deploy_wanted(s))
    return begin_deploy(s, "edited while the job was waiting for its restart");
  if (again && !ready_again(s, old))
    return;
  if (!old_job_ended(s, old) || (!again && !serving_cluster_is_idle(s)))
    return;
  auto state = newest_state(s, old, serving_job(s.was), again ? age_limit::holds : age_limit::passed);
  if (state.pending)
    return s.wait("LookingForState", "looking for the newest state of " + serving_version(s));
  if (state.problem.empty())
    return go_on_from(s, state);
  if (again)
    return stay_failed(s, "NoStateToRestore", state.problem);
  if (s.was.target->start_from) // of a rollback, too
    return old_job_gone(s, s.was.target->start_from, "the old job has ended; spec.restoreFrom names the state");
  fail_deploy(s, "NoStateToRestore", state.problem);
}

void started_again(step& s, const cluster_view& c, const verdict& how) {
  auto& t = *s.was.target;
  if (how.job) {
    s.next.cluster->job_manager = t.job_manager;
    auto& now = *s.next.job_status;
    now.restore_path = t.restore_path;
    if (t.restore_path != now.last_checkpoint) {
      now.last_checkpoint = t.restore_path; // until the job completes its own
      now.last_checkpoint_time = t.restore_path ? std::optional{s.now_text()} : std::nullopt;
    }
    record_job(s, *how.job);
    s.next.target.reset();
    s.enter(resting_phase(s), "job " + how.job->id + " runs again");
    s.event("JobRestarted", "job " + how.job->id + " runs on cluster " + c.id
                                + (t.restore_path ? ", restored from " + *t.restore_path : ", without state"));
    return;
  }
  if (how.how == started::no)
    return job_failed(s, "JobSubmissionFailed", how.why);
  if (how.how == started::late)
    restart_job_manager(s, c, how.why);
}

} // namespace flink
