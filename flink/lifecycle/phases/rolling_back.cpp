// RollingBackJob: the new version was given up after the old job had been stopped; the old version gets its job back
// from the state that was just saved, once it is certain that the new version's job does not run.
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace {

std::string short_cause(const step& s) {
  return s.was.target->rollback->reason;
}

/// Is it certain that the given-up version's job does not run and never will?
bool new_job_ended(step& s) {
  auto& t = *s.was.target;
  auto c = s.cluster(t.cluster_id);
  if (!t.job_id || c.gone())
    return true;
  auto* known = s.ask(c, ask_job{c.id, *t.job_id}, s.pace());
  if (known && *known && rest::is_terminal((*known)->state))
    return true;
  if (known && *known) {
    s.cancel(c.id, *t.job_id);
    s.wait("EndingNewJob", "cancelling job " + *t.job_id + " of the version that is given up");
    return false;
  }
  // Not there, not refused, or nobody answers: it may appear later. Only its end with its cluster is certain.
  auto* why = s.failure_of(submit_job{t.cluster_id, *t.job_id, *t.job, start_state(t)});
  if (known && why && why->kind == failure_class::rejected)
    return true;
  bool another_pod = c.leader && t.job_manager && t.job_manager->pod_uid != c.leader->head.uid;
  if (known && another_pod && !s.high_availability())
    return true;
  if (in_place(s.was)) {
    if (!job_manager_stopped(s, c))
      restart_job_manager(s, c, "job " + *t.job_id + " may still appear");
    return false;
  }
  s.wait("EndingNewJob", "removing cluster " + c.id + ": its job may still appear");
  return remove_cluster(s, c.id);
}

void finish_rollback(step& s, const rest::job& job) {
  auto reason = short_cause(s);
  s.next.cluster->job_manager = s.was.target->rollback->job_manager;
  s.next.job_status->job_id = job.id;
  s.next.job_status->restore_path = s.was.target->restore_path;
  s.next.job_status->last_checkpoint = s.was.target->restore_path; // until the job completes its own
  s.next.job_status->last_checkpoint_time = s.was.target->restore_path ? std::optional{s.now_text()} : std::nullopt;
  s.next.savepoint_path.reset();
  s.event("RollbackSucceeded", "the old version runs again as job " + job.id);
  fail_deploy(s, "RolledBack", reason);
}

/// The start of the job that is given back.
start to_give_back(const step& s, const cluster_view& old) {
  auto& t = *s.was.target;
  return {old, *t.rollback->job_id, serving_parameters(s.was), t.restore_path.value_or("")};
}

void restart_old(step& s, const cluster_view& old) {
  auto verdict = start_job(s, to_give_back(s, old));
  // A job that is there is the one that serves, also while its tasks wait for slots, or when it has failed already:
  // only one that is known can be ended, or started again.
  if (verdict.job)
    return finish_rollback(s, *verdict.job);
  if (verdict.how == started::no) {
    rollback_failed(s, verdict.why);
  } else if (verdict.how == started::late)
    restart_job_manager(s, old, verdict.why);
}

/// BlueGreen: nothing is to be given back.
void end_second(step& s) {
  if (new_job_ended(s))
    fail_deploy(s, "JobStartFailed", short_cause(s));
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
bool old_job_manager_runs(step& s, const cluster_view& old) {
  if (old.leader)
    return true;
  if (!old.job_manager && old.job_manager_pods.empty())
    rollback_failed(s, "the JobManager's Deployment of the old cluster " + old.id + " has been deleted");
  else
    s.trouble("OldJobManagerDown", "waiting for the JobManager of the old cluster " + old.id);
  return false;
}

} // namespace

void begin_rollback(step& s, const std::string& why) {
  s.next.target->rollback = rollback{.reason = why};
  s.enter(phase::RollingBackJob, why);
  s.calm(); // what the new version waited for does not matter any more
  s.warn("DeployFailed", "deployment " + s.was.target->cluster_id + " failed, rolling back: " + why);
}

void rollback_failed(step& s, const std::string& why) {
  s.warn("RollbackFailed", why);
  s.next.job_status->job_id.reset();
  s.next.savepoint_path = s.was.target->restore_path; // what the next edit starts from
  fail_deploy(s, "RollbackFailed",
              why + "; no job runs. Its state is " + s.was.target->restore_path.value_or("none")
                  + "; an edit starts from it, or from spec.savepointPath, or without state where that is gone and "
                    "fallbackWithoutState is set");
}

void rolling_back_job(step& s) {
  auto& t = s.was.target;
  if (!t || !t->rollback || !s.was.cluster || !s.was.job_status)
    return fail_deploy(s, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  if (is_beside(s.was)) // the old version runs
    return end_second(s);
  auto old = s.cluster(s.was.cluster->id);
  if (!t->rollback->job_id) {
    if (!new_job_ended(s) || (is_parked(s.was) && !old_cluster_back(s)) || (is_rescale(s.was) && !shrunk(s)))
      return;
    if (old_job_is_through(s.was))
      return fail_deploy(s, "RolledBack", short_cause(s) + "; the old job had finished by itself");
    if (!old_job_manager_runs(s, old))
      return;
    s.next.target->rollback->job_id = s.x.fresh.job_id;
    s.next.target->rollback->job_manager = incarnation_of(*old.leader);
    s.enter(phase::RollingBackJob, "the new version's job has ended for certain");
    s.act(ask_jobs{old.id});
    return s.wait("RollingBackJob", "giving the old version its job back");
  }
  if (job_manager_stopped(s, old) || !old_job_manager_runs(s, old))
    return;
  if (t->rollback->job_manager != incarnation_of(*old.leader)) {
    auto how = after_restart(s, to_give_back(s, old), t->rollback->job_manager);
    if (how == afterlife::unknown)
      return;
    if (how == afterlife::another)
      s.next.target->rollback->job_id = s.x.fresh.job_id;
    s.next.target->rollback->job_manager = incarnation_of(*old.leader);
    s.enter(phase::RollingBackJob, "the JobManager of the old cluster is another one than before");
    return s.wait("JobManagerRestarted", "the JobManager of cluster " + old.id + " is another one than before");
  }
  switch_generic_service(s, old);
  restart_old(s, old);
}

} // namespace flink
