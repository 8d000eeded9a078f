// spec.suspend: the job ends with a savepoint, its clusters are removed, and status.savepointPath holds the state to
// resume from. Possible from any phase: it abandons a deploy in progress. The phase is Savepointing or Cancelling until
// no job runs and no cluster is left, then Suspended.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_jobs.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/newest_state.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

bool wanted(const pass& p) {
  return p.in.app.spec.suspend.value_or(false);
}

bool without_savepoint(const pass& p) {
  return p.in.app.spec.savepoint_disabled.value_or(false);
}

void finish_suspension(pass& p) {
  auto& n = p.next;
  n.suspension.reset();
  n.target.reset();
  n.failed.reset();
  n.cluster.reset();
  n.job_status.reset();
  n.cluster_status.reset();
  n.job_failures.reset();
  n.savepoint_request.reset();
  n.selector.reset();
  n.deploy_hash.reset();
  n.failed_deploy_hash.reset();
  n.rollback_hash.reset();
  n.reason.reset();
  p.enter(phase::Suspended, "no job and no cluster is left");
  p.event(reason::Suspended, n.savepoint_path
                                 ? "suspended; when you resume it, the job starts from " + *n.savepoint_path
                                 : "suspended; when you resume it, the job starts like a first deploy: from "
                                   "spec.savepointPath, or without state");
}

/// Abandons the current deploy. Continues a stop or cancel that it has begun.
void begin_suspension(pass& p) {
  auto& e = p.next.suspension.emplace(ending{.started_at = p.now()});
  auto& t = p.was.target;
  auto at = phase_of(p.was);
  bool stopping = at == phase::Savepointing && !runs_side_by_side(p.was) && t && t->trigger_id;
  bool cancelling = at == phase::Cancelling || (at == phase::Recovering && !starts_again(p.was));
  if ((stopping || cancelling) && p.was.cluster) {
    e.cluster_id = p.was.cluster->id;
    e.job_id = serving_job(p.was);
    e.trigger_id = stopping ? t->trigger_id : std::nullopt;
  }
  if (t && !t->job_id && !old_cluster_at_zero(p.was))
    p.next.target.reset(); // no job can have been submitted
  p.enter(without_savepoint(p) ? phase::Cancelling : phase::Savepointing, "spec.suspend is set");
  p.wait(reason::Suspending, "ending the job");
}

/// Returns whether spec.suspend was unset before anything ended that is needed. While a job is moved, the serving one
/// has ended already; in BlueGreen a deploy never ends it.
bool nothing_lost(const pass& p) {
  return !wanted(p) && (!p.was.target || runs_side_by_side(p.was));
}

/// Ends the suspension: the job keeps running as before. A stop that was sent may still take effect, so the job's
/// status keeps its trigger.
void cancel_suspension(pass& p) {
  bool failed = p.was.failed && p.was.failed->spec_hash == p.in.spec_hash;
  auto& e = *p.was.suspension;
  if (e.trigger_id && e.job_id == serving_job(p.was))
    p.next.job_status->stop_trigger_id = e.trigger_id;
  p.next.suspension.reset();
  p.next.target.reset(); // in BlueGreen the suspension abandoned the second version
  p.enter(failed ? phase::DeployFailed : phase::Running, "spec.suspend is false again");
  p.clear_wait(); // the wait of the suspension is obsolete
}

bool nothing_ordered(const pass& p) {
  return !p.was.suspension->job_id && !p.was.target && p.was.cluster;
}

void cannot_save(pass& p, const std::string& why) {
  p.blocked(reason::CannotSaveState,
            why
                + "; the job keeps running, and the operator tries again. To keep the job, set spec.suspend to false. "
                  "To end it without a savepoint, set spec.savepointDisabled to true; the application then resumes "
                  "without the job's state");
}

/// Enters Cancelling if savepoints have been disabled since the suspension began.
void show_cancelling(pass& p) {
  if (without_savepoint(p) && phase_of(p.was) != phase::Cancelling)
    p.enter(phase::Cancelling, "spec.savepointDisabled is set");
}

/// Ends a job without a savepoint. The status records that first.
void cancel(pass& p, const live_job& job) {
  show_cancelling(p);
  auto& e = *p.next.suspension;
  if (e.job_id != job.job_id || e.cluster_id != job.cluster_id) {
    e.cluster_id = job.cluster_id;
    e.job_id = job.job_id;
    e.trigger_id.reset();
    p.warn(reason::CancellingJob, "cancelling job " + job.job_id + " without a savepoint");
  }
  stop_without_savepoint(p, job);
}

/// Returns whether to wait for a savepoint of a job, which needs all tasks. True for the serving job. A job that is not
/// accepted yet counts only if its tasks run: otherwise the state that it started from is enough.
bool worth_saving(pass& p, const live_job& job) {
  if (job.as != live_job::standing::starting)
    return job.as == live_job::standing::serving;
  auto* known = p.ask(p.cluster(job.cluster_id), ask_job{job.cluster_id, job.job_id}, p.poll_interval());
  return known && *known && rest::all_tasks_running(**known);
}

/// Returns whether the stop is known to have failed.
bool stop_failed(pass& p, const live_job& job) {
  auto& e = *p.was.suspension;
  auto* known = triggered(e, job) ? p.ask(p.cluster(job.cluster_id),
                                          ask_savepoint{job.cluster_id, job.job_id, *e.trigger_id}, p.poll_interval())
                                  : nullptr;
  return known && *known && (*known)->failure;
}

void end_job(pass& p, const live_job& job) {
  auto& e = *p.was.suspension;
  bool may_go_on = nothing_lost(p) && job.as == live_job::standing::serving;
  if (may_go_on && (e.job_id != job.job_id || stop_failed(p, job)))
    return cancel_suspension(p);
  if (!triggered(e, job) && (without_savepoint(p) || !worth_saving(p, job)))
    return cancel(p, job);
  auto failed = stop_with_savepoint(p, e, *p.next.suspension, job);
  if (!failed)
    return;
  if (may_go_on)
    return cancel_suspension(p);
  if (without_savepoint(p) || !worth_saving(p, job))
    return cancel(p, job);
  cannot_save(p, "the savepoint failed: " + *failed);
  stop_again(p, e, *p.next.suspension);
}

/// Returns whether status.savepointPath is the savepoint of this suspension.
bool saved_by_us(const status& x) {
  return x.savepoint_path && !x.savepoints.empty() && x.savepoints.back().path == *x.savepoint_path
      && x.savepoints.back().reason == savepoint_reason::Suspend;
}

/// Returns the newest state of the job that has ended.
recoverable state_left(pass& p) {
  auto& saved = p.was.savepoint_path;
  if (p.was.target && !runs_side_by_side(p.was)
      && !saved_by_us(p.was)) // its job was not accepted: what it was started from counts
    return {.path = p.was.target->restore_path, .source = "the state that the unfinished deploy started from"};
  if (saved || !p.was.cluster || serving_job(p.was).empty())
    return {.path = saved, .source = saved.value_or("none")};
  if (without_savepoint(p))
    return {.path = std::nullopt, .source = "none (savepointDisabled)"};
  return newest_state(p, p.cluster(p.was.cluster->id), serving_job(p.was));
}

/// Records the newest state before the JobManager is removed: afterwards it cannot be determined.
void remember_state(pass& p) {
  auto state = state_left(p);
  auto& t = p.was.target;
  if (state.pending)
    return p.wait(reason::LookingForState, "the job has ended without a savepoint; looking for its newest state");
  if (!state.problem.empty() && nothing_lost(p))
    return cancel_suspension(p);
  if (!state.problem.empty())
    return p.blocked(reason::NoStateToRestore, "the job has ended, and " + state.problem);
  if (state.path != p.was.savepoint_path)
    p.warn(reason::RestoringExternalizedCheckpoint,
           "the job has ended without a savepoint; it will resume from " + state.source);
  if (t && t->restore_nonce && saved_by_us(p.was) && !runs_side_by_side(p.was))
    p.next.restore_nonce = t->restore_nonce; // its job continued from there
  if (!state.path)
    show_cancelling(p);
  p.next.savepoint_path = state.path;
  p.next.suspension->job_ended = true;
  p.because("no job is running; removing the clusters");
  p.wait(reason::RemovingClusters, "waiting until all objects of the clusters are deleted");
}

void suspending(pass& p) {
  if (p.was.suspension->job_ended.value_or(false)) {
    if (remove_all_clusters(p))
      return finish_suspension(p);
    return p.wait(reason::RemovingClusters, "waiting until all objects of the clusters are deleted");
  }
  if (!wanted(p) && nothing_ordered(p))
    return cancel_suspension(p);
  prune_clusters(p);
  if (p.was.cluster)
    record_checkpoint(p, p.cluster(p.was.cluster->id), serving_job(p.was)); // the stop may take long
  for (auto& job : possible_jobs(p.was))
    if (!end_for_good(p, *p.was.suspension, job, end_job, cannot_save))
      return;
  remember_state(p);
}

/// Waits for the user. A cluster without a job comes from a late create and is removed. A cluster with a job stays:
/// somebody has reset the status.
void stay_suspended(pass& p) {
  for (auto& id : clusters_in(p.in.seen.objects)) {
    auto c = p.cluster(id);
    auto* jobs = p.ask(c, ask_jobs{c.id}, defaults::poll_job);
    if (jobs && unknown_running_job(*jobs, {}))
      p.blocked(reason::StatusLost, "cluster " + id
                                        + " runs a job although the application is suspended: delete the Deployments "
                                          "of that cluster if you need neither the job nor its state");
    else if (jobs || !c.leader)
      remove_cluster(p, id);
  }
  if (!p.in.errors.empty())
    p.blocked(reason::InvalidSpec, spec_errors(p));
  p.wait(reason::Suspended, "suspended; set spec.suspend to false to resume");
}

/// Returns whether there are clusters although the status contains none: the operator must not remove them.
bool status_lost(const pass& p) {
  return !p.was.cluster && !p.was.target && !p.was.failed && !clusters_in(p.in.seen.objects).empty();
}

} // namespace

bool suspend(pass& p) {
  bool there = phase_of(p.was) == phase::Suspended && !p.was.cluster;
  if (p.was.suspension)
    suspending(p);
  else if (!wanted(p) || (!there && status_lost(p)) || p.was.updating_cluster)
    return false; // while two versions run, the user must choose one first
  else if (there)
    stay_suspended(p);
  else if (phase_of(p.was) == phase::New && !p.was.cluster && !p.was.target && !p.was.failed)
    finish_suspension(p); // a first apply: nothing has been created
  else
    begin_suspension(p);
  return true;
}

} // namespace flink
