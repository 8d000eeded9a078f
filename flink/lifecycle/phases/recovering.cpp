// Recovering: a job is started again from its newest state, because it failed, was lost with its JobManager, or could
// not be stopped with a savepoint. It starts on the serving cluster; in an update, on the new one.
#include "config/defaults.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/move_job.hpp"
#include "flink/lifecycle/steps/newest_state.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/restart_job.hpp"
#include "flink/lifecycle/steps/savepoints.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Ensures that the old job has ended. In an update it cancels the job: its tasks do not run, and its state is known.
/// Returns whether the end is certain.
bool end_old_job(pass& p, const cluster_view& old) {
  auto fate = fate_of_job(p, old, serving_job(p.was), p.answered_at(cancel_job{old.id, serving_job(p.was)}));
  if (fate == job_fate::unknown) {
    p.blocked(reason::OldClusterUnconfirmed, "checking whether " + serving_version(p) + " has ended");
    return false;
  }
  if (fate == job_fate::ended)
    return true;
  if (starts_again(p.was)) {
    // It already runs again: Flink or a person restarted it.
    p.next.target.reset();
    if (old.leader)
      p.next.cluster->job_manager = incarnation_of(*old.leader);
    p.enter(resting_phase(p), serving_version(p) + " runs");
    return false;
  }
  if (runs_side_by_side(p.was)) {
    fail_deploy(p, reason::SavepointFailed, serving_version(p) + " still runs, and the operator does not stop it");
    return false;
  }
  p.cancel(old.id, serving_job(p.was));
  p.wait(reason::Cancelling,
         "waiting for " + serving_version(p) + " to be cancelled, because Flink cannot stop it with a savepoint");
  return false;
}

bool await_slots_again(pass& p, const cluster_view& c) {
  auto* overview = p.ask(c, ask_overview{c.id}, p.poll_interval());
  auto wanted = p.was.target->job->parallelism;
  if (overview && overview->slots_total >= wanted)
    return true;
  p.wait(reason::TaskManagersStarting, "waiting for " + std::to_string(wanted) + " task slots of cluster " + c.id);
  return false;
}

/// Prepares the serving cluster for the next try. Returns whether it is ready.
bool make_ready_again(pass& p, const cluster_view& c) {
  if (recreate_objects(p, c) || await_job_manager_restart(p, c))
    return false;
  restore_replicas(p, c);
  if (!await_restart_pause(p))
    return false;
  if (!c.leader) {
    p.blocked(reason::JobManagerDown, "waiting for a JobManager pod of cluster " + c.id);
    return false;
  }
  return await_slots_again(p, c);
}

/// Returns true if a stop whose trigger was lost has ended the job after all, so that the job left a savepoint. Returns
/// false if the stop has failed, or if there was none; nullopt while that is unknown.
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
    return p.wait(reason::LookingForState, "checking the result of stopping " + serving_version(p));
  if (state.path && *stopped && !is_known_savepoint(p.was, *state.path))
    record_savepoint(p, *state.path, savepoint_reason::Update);
  auto message = serving_version(p) + " has ended without a savepoint; starting from " + state.source;
  if (state.path)
    p.warn(reason::RestoringExternalizedCheckpoint, message);
  else
    p.warn(reason::RestoringWithoutExternalizedCheckpoint, message);
  go_on_after_old_job(p, state.path, "starting the job from " + state.source);
}

} // namespace

void recovering(pass& p) {
  auto old = p.cluster(p.was.cluster->id);
  prune_clusters(p);
  bool again = starts_again(p.was);
  if (again && deploy_wanted(p))
    return begin_deploy(p, "the spec was edited while the job waited for its restart");
  if (again && !make_ready_again(p, old))
    return;
  if (!end_old_job(p, old) || (!again && !confirm_serving_cluster_idle(p)))
    return;
  auto state = newest_state(p, old, serving_job(p.was), again ? age_limit::applies : age_limit::lifted);
  if (state.pending)
    return p.wait(reason::LookingForState, "looking for the newest state of " + serving_version(p));
  if (state.problem.empty())
    return go_on_from(p, state);
  if (again)
    return stay_failed(p, reason::NoStateToRestore, state.problem);
  if (p.was.target->start_from) // of a rollback, too
    return go_on_after_old_job(p, p.was.target->start_from, "the old job has ended; starting from spec.restoreFrom");
  fail_deploy(p, reason::NoStateToRestore, state.problem);
}

} // namespace flink
