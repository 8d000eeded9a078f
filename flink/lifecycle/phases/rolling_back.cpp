// RollingBackJob: the new version was given up after the old job had been stopped; the old version gets its job back
// from the state that was just saved, once it is certain that the new version's job does not run.
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace {

std::string short_cause(const pass& p) {
  return p.was.target->rollback->reason;
}

/// Is it certain that the given-up version's job does not run and never will?
bool new_job_ended(pass& p) {
  auto& t = *p.was.target;
  auto c = p.cluster(t.cluster_id);
  if (!t.job_id || c.gone())
    return true;
  auto* known = p.ask(c, ask_job{c.id, *t.job_id}, p.poll_interval());
  if (known && *known && rest::is_terminal((*known)->state))
    return true;
  if (known && *known) {
    p.cancel(c.id, *t.job_id);
    p.wait("EndingNewJob", "cancelling job " + *t.job_id + " of the version that is given up");
    return false;
  }
  // Not there, not refused, or nobody answers: it may appear later. Only its end with its cluster is certain.
  auto* why = p.failure_of(submit_job{t.cluster_id, *t.job_id, *t.job, start_state(t)});
  if (known && why && why->kind == failure_class::rejected)
    return true;
  bool another_pod = c.leader && t.job_manager && t.job_manager->pod_uid != c.leader->head.uid;
  if (known && another_pod && !p.high_availability())
    return true;
  if (in_place(p.was)) {
    if (!job_manager_stopped(p, c))
      restart_job_manager(p, c, "job " + *t.job_id + " may still appear");
    return false;
  }
  p.wait("EndingNewJob", "removing cluster " + c.id + ": its job may still appear");
  return remove_cluster(p, c.id);
}

void finish_rollback(pass& p, const rest::job& job) {
  auto reason = short_cause(p);
  p.next.cluster->job_manager = p.was.target->rollback->job_manager;
  p.next.job_status->job_id = job.id;
  p.next.job_status->restore_path = p.was.target->restore_path;
  p.next.job_status->last_checkpoint = p.was.target->restore_path; // until the job completes its own
  p.next.job_status->last_checkpoint_time = p.was.target->restore_path ? std::optional{p.now_text()} : std::nullopt;
  p.next.savepoint_path.reset();
  p.event("RollbackSucceeded", "the old version runs again as job " + job.id);
  fail_deploy(p, "RolledBack", reason);
}

/// The start of the job that is given back.
start to_give_back(const pass& p, const cluster_view& old) {
  auto& t = *p.was.target;
  return {old, *t.rollback->job_id, serving_parameters(p.was), t.restore_path.value_or("")};
}

void restart_old(pass& p, const cluster_view& old) {
  auto verdict = start_job(p, to_give_back(p, old));
  // A job that is there is the one that serves, also while its tasks wait for slots, or when it has failed already:
  // only one that is known can be ended, or started again.
  if (verdict.job)
    return finish_rollback(p, *verdict.job);
  if (verdict.how == started::no) {
    rollback_failed(p, verdict.why);
  } else if (verdict.how == started::late)
    restart_job_manager(p, old, verdict.why);
}

/// BlueGreen: nothing is to be given back.
void end_second(pass& p) {
  if (new_job_ended(p))
    fail_deploy(p, "JobStartFailed", short_cause(p));
}

/// The job was stopped by us: it left a savepoint for this deploy. In Single, and after a stop whose trigger was lost,
/// the path may be of another state, also of the one that the job itself had started from.
bool was_stopped(const status& x) {
  auto& path = x.savepoint_path ? x.savepoint_path : x.target->restore_path;
  if (!path || (!x.savepoint_path && path == x.job_status->restore_path))
    return false;
  auto kept = std::ranges::find(x.savepoints, *path, &savepoint_record::path);
  return kept == x.savepoints.end() ? x.savepoint_path && !is_parked(x) : kept->reason == "Update";
}

/// The old job had come to its end by itself: a success that is not repeated.
bool old_job_is_through(const status& x) {
  return x.job_status->state == "FINISHED" && !was_stopped(x);
}

/// Returns whether there is a JobManager to give the job back to.
bool old_job_manager_runs(pass& p, const cluster_view& old) {
  if (old.leader)
    return true;
  if (!old.job_manager && old.job_manager_pods.empty())
    rollback_failed(p, "the JobManager's Deployment of the old cluster " + old.id + " has been deleted");
  else
    p.blocked("OldJobManagerDown", "waiting for the JobManager of the old cluster " + old.id);
  return false;
}

} // namespace

void begin_rollback(pass& p, const std::string& why) {
  p.next.target->rollback = rollback{.reason = why};
  p.enter(phase::RollingBackJob, why);
  p.clear_wait(); // what the new version waited for does not matter any more
  p.warn("DeployFailed", "deployment " + p.was.target->cluster_id + " failed, rolling back: " + why);
}

void rollback_failed(pass& p, const std::string& why) {
  p.warn("RollbackFailed", why);
  p.next.job_status->job_id.reset();
  p.next.savepoint_path = p.was.target->restore_path; // what the next edit starts from
  fail_deploy(p, "RollbackFailed",
              why + "; no job runs. Its state is " + p.was.target->restore_path.value_or("none")
                  + "; an edit starts from it, or from spec.savepointPath, or without state where that is gone and "
                    "fallbackWithoutState is set");
}

void rolling_back_job(pass& p) {
  auto& t = p.was.target;
  if (!t || !t->rollback || !p.was.cluster || !p.was.job_status)
    return fail_deploy(p, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  if (is_beside(p.was)) // the old version runs
    return end_second(p);
  auto old = p.cluster(p.was.cluster->id);
  if (!t->rollback->job_id) {
    if (!new_job_ended(p) || (is_parked(p.was) && !old_cluster_back(p)) || (is_rescale(p.was) && !shrunk(p)))
      return;
    if (old_job_is_through(p.was))
      return fail_deploy(p, "RolledBack", short_cause(p) + "; the old job had finished by itself");
    if (!old_job_manager_runs(p, old))
      return;
    p.next.target->rollback->job_id = p.in.fresh.job_id;
    p.next.target->rollback->job_manager = incarnation_of(*old.leader);
    p.enter(phase::RollingBackJob, "the new version's job has ended for certain");
    p.act(ask_jobs{old.id});
    return p.wait("RollingBackJob", "giving the old version its job back");
  }
  if (job_manager_stopped(p, old) || !old_job_manager_runs(p, old))
    return;
  if (t->rollback->job_manager != incarnation_of(*old.leader)) {
    auto how = after_restart(p, to_give_back(p, old), t->rollback->job_manager);
    if (how == afterlife::unknown)
      return;
    if (how == afterlife::another)
      p.next.target->rollback->job_id = p.in.fresh.job_id;
    p.next.target->rollback->job_manager = incarnation_of(*old.leader);
    p.enter(phase::RollingBackJob, "the JobManager of the old cluster is another one than before");
    return p.wait("JobManagerRestarted", "the JobManager of cluster " + old.id + " is another one than before");
  }
  switch_generic_service(p, old);
  restart_old(p, old);
}

} // namespace flink
