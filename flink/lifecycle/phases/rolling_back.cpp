// RollingBackJob: the new version failed after the stop of the old job. The operator restarts the old version's job
// from the saved state, once it is certain that the new version's job does not run.
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/pass/step_result.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/single.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace {

std::string short_cause(const pass& p) {
  return p.was.target->rollback->reason;
}

/// Ends the failed version's job. Returns whether it has ended for certain.
bool end_new_job(pass& p) {
  auto& t = *p.was.target;
  auto c = p.cluster(t.cluster_id);
  auto fate = fate_of_new_job(p);
  if (fate == job_fate::ended)
    return true;
  if (fate == job_fate::running) {
    p.cancel(c.id, *t.job_id);
    p.wait(reason::EndingNewJob, "cancelling job " + *t.job_id + " of the failed version");
    return false;
  }
  if (in_place(p.was)) {
    if (!await_job_manager_restart(p, c))
      restart_job_manager(p, c, "job " + *t.job_id + " may still start");
    return false;
  }
  p.wait(reason::EndingNewJob, "removing cluster " + c.id + ", because its job may still start");
  return remove_cluster(p, c.id);
}

void finish_rollback(pass& p, const rest::job& job) {
  auto reason = short_cause(p);
  p.next.cluster->job_manager = p.was.target->rollback->job_manager;
  p.next.job_status->job_id = job.id;
  p.next.job_status->restore_path = p.was.target->restore_path;
  p.next.job_status->last_checkpoint = p.was.target->restore_path; // until the job completes its own
  p.next.job_status->last_checkpoint_time = p.was.target->restore_path ? std::optional{p.now()} : std::nullopt;
  p.next.savepoint_path.reset();
  p.event(reason::RollbackSucceeded, "the old version runs again as job " + job.id);
  fail_deploy(p, reason::RolledBack, reason);
}

/// Returns the start of the old version's job.
start to_give_back(const pass& p, const cluster_view& old) {
  auto& t = *p.was.target;
  return {old, *t.rollback->job_id, serving_parameters(p.was), t.restore_path.value_or("")};
}

void restart_old(pass& p, const cluster_view& old) {
  auto begun = start_job(p, to_give_back(p, old));
  // A job that Flink lists serves from now on, even if its tasks wait for slots or it has failed already: the operator
  // can end or restart only a job that is in the status.
  if (begun.job)
    return finish_rollback(p, *begun.job);
  if (begun.state == start_state::failed) {
    fail_rollback(p, begun.why);
  } else if (begun.state == start_state::timed_out)
    restart_job_manager(p, old, begun.why);
}

/// BlueGreen: the old version's job still runs, so only the new one has to end.
void end_second(pass& p) {
  if (end_new_job(p))
    fail_deploy(p, reason::JobStartFailed, short_cause(p));
}

/// Returns whether we stopped the job with a savepoint for this deploy. In Single, and after a stop whose trigger was
/// lost, the path may be another state, even the one from which the job itself had started.
bool was_stopped(const status& x) {
  auto& path = x.savepoint_path ? x.savepoint_path : x.target->restore_path;
  if (!path || (!x.savepoint_path && path == x.job_status->restore_path))
    return false;
  auto kept = std::ranges::find(x.savepoints, *path, &savepoint_record::path);
  return kept == x.savepoints.end() ? x.savepoint_path && !old_cluster_at_zero(x)
                                    : kept->reason == savepoint_reason::Update;
}

/// Returns whether the old job had finished by itself. A finished job is not restarted.
bool old_job_is_through(const status& x) {
  return x.job_status->state == "FINISHED" && !was_stopped(x);
}

/// Returns whether the old cluster has a JobManager. Fails the rollback if it cannot get one.
bool await_old_job_manager(pass& p, const cluster_view& old) {
  if (old.leader)
    return true;
  if (!old.job_manager && old.job_manager_pods.empty())
    fail_rollback(p, "the JobManager's Deployment of the old cluster " + old.id + " has been deleted");
  else
    p.blocked(reason::OldJobManagerDown, "waiting for the JobManager of the old cluster " + old.id);
  return false;
}

} // namespace

void rolling_back_job(pass& p) {
  auto& t = p.was.target;
  if (runs_side_by_side(p.was)) // the old version runs
    return end_second(p);
  auto old = p.cluster(p.was.cluster->id);
  if (!t->rollback->job_id) {
    if (!end_new_job(p) || (old_cluster_at_zero(p.was) && restore_old_cluster(p) != step_result::done)
        || (is_rescale(p.was) && !remove_added_task_managers(p)))
      return;
    if (old_job_is_through(p.was))
      return fail_deploy(p, reason::RolledBack, short_cause(p) + "; the old job had already finished");
    if (!await_old_job_manager(p, old))
      return;
    p.next.target->rollback->job_id = p.in.fresh.job_id;
    p.next.target->rollback->job_manager = incarnation_of(*old.leader);
    p.enter(phase::RollingBackJob, "the new version's job has ended");
    p.act(ask_jobs{old.id});
    return p.wait(reason::RollingBackJob, "restarting the job on the previous version");
  }
  if (await_job_manager_restart(p, old) || !await_old_job_manager(p, old))
    return;
  if (t->rollback->job_manager != incarnation_of(*old.leader)) {
    auto how = resubmit_after_restart(p, to_give_back(p, old), t->rollback->job_manager);
    if (must_wait(how))
      return;
    if (how == resubmit::new_id)
      p.next.target->rollback->job_id = p.in.fresh.job_id;
    p.next.target->rollback->job_manager = incarnation_of(*old.leader);
    p.enter(phase::RollingBackJob, "the JobManager of the old cluster has restarted");
    return p.wait(reason::JobManagerRestarted, "the JobManager of cluster " + old.id + " has restarted");
  }
  switch_generic_service(p, old);
  restart_old(p, old);
}

} // namespace flink
