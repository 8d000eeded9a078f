// spec.suspend: the job gives its state away and ends, its clusters go, status.savepointPath remembers where it goes
// on. Out of any phase: a deploy under way is given up. Until no job runs and no cluster is left, the phase tells what
// is being waited for (Savepointing or Cancelling); Suspended means that nothing is there any more.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/end_jobs.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

bool wanted(const pass& p) {
  return p.in.app.spec.suspend.value_or(false);
}

bool without_savepoint(const pass& p) {
  return p.in.app.spec.savepoint_disabled.value_or(false);
}

void be_suspended(pass& p) {
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
  p.enter(phase::Suspended, "nothing runs any more");
  p.event("Suspended", n.savepoint_path ? "suspended; resumes from " + *n.savepoint_path
                                        : "suspended; resumes as a first deploy does: from spec.savepointPath, or "
                                          "without state");
}

/// The deploy under way is given up. What it has begun already is gone on with.
void begin(pass& p) {
  auto& e = p.next.suspension.emplace(ending{.started_at = p.now_text()});
  auto& t = p.was.target;
  auto at = phase_of(p.was);
  bool stopping = at == phase::Savepointing && !is_beside(p.was) && t && t->trigger_id;
  bool cancelling = at == phase::Cancelling || (at == phase::Recovering && !starts_again(p.was));
  if ((stopping || cancelling) && p.was.cluster) {
    e.cluster_id = p.was.cluster->id;
    e.job_id = serving_job(p.was);
    e.trigger_id = stopping ? t->trigger_id : std::nullopt;
  }
  if (t && !t->job_id && !is_parked(p.was))
    p.next.target.reset(); // nothing can have been submitted
  p.enter(without_savepoint(p) ? phase::Cancelling : phase::Savepointing, "spec.suspend is set");
  p.wait("Suspending", "ending the job");
}

/// Has a suspension that was taken back ended nothing that is needed? Where a job is moved, the one that serves has
/// ended already; in BlueGreen it never does for a deploy.
bool nothing_lost(const pass& p) {
  return !wanted(p) && (!p.was.target || is_beside(p.was));
}

/// The job goes on as before. A stop that was ordered may still arrive: whoever looks after the job has to know of it.
void take_back(pass& p) {
  bool failed = p.was.failed && p.was.failed->spec_hash == p.in.spec_hash;
  auto& e = *p.was.suspension;
  if (e.trigger_id && e.job_id == serving_job(p.was))
    p.next.job_status->stop_trigger_id = e.trigger_id;
  p.next.suspension.reset();
  p.next.target.reset(); // in BlueGreen the second version was given up
  p.enter(failed ? phase::DeployFailed : phase::Running, "spec.suspend was taken back");
  p.clear_wait(); // what the ending waited for does not matter any more
}

bool nothing_ordered(const pass& p) {
  return !p.was.suspension->job_id && !p.was.target && p.was.cluster;
}

void cannot_save(pass& p, const std::string& why) {
  p.blocked("CannotSaveState",
            why + "; tried again; the job goes on: take suspend back, or set savepointDisabled to end it without");
}

/// The phase says that no savepoint comes of it, whatever was wanted when the suspension began.
void show_cancelling(pass& p) {
  if (without_savepoint(p) && phase_of(p.was) != phase::Cancelling)
    p.enter(phase::Cancelling, "spec.savepointDisabled is set");
}

/// Ends it without a savepoint; that this was begun is written down first.
void cancel(pass& p, const live_job& job) {
  show_cancelling(p);
  auto& e = *p.next.suspension;
  if (e.job_id != job.job_id || e.cluster_id != job.cluster_id) {
    e.cluster_id = job.cluster_id;
    e.job_id = job.job_id;
    e.trigger_id.reset();
    p.warn("CancellingJob", "cancelling job " + job.job_id + " without a savepoint");
  }
  stop_without_savepoint(p, job);
}

/// A savepoint needs all tasks. The job that serves is waited for; one that was not accepted yet leaves what it was
/// started from.
bool worth_saving(pass& p, const live_job& job) {
  if (job.as != live_job::standing::starting)
    return job.as == live_job::standing::serving;
  auto* known = p.ask(p.cluster(job.cluster_id), ask_job{job.cluster_id, job.job_id}, p.poll_interval());
  return known && *known && rest::all_tasks_running(**known);
}

/// Returns whether the stop that was ordered is known to have failed.
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
    return take_back(p);
  if (!triggered(e, job) && (without_savepoint(p) || !worth_saving(p, job)))
    return cancel(p, job);
  auto failed = stop_with_savepoint(p, e, *p.next.suspension, job);
  if (!failed)
    return;
  if (may_go_on)
    return take_back(p);
  if (without_savepoint(p) || !worth_saving(p, job))
    return cancel(p, job);
  cannot_save(p, "the savepoint failed: " + *failed);
  stop_again(p, e, *p.next.suspension);
}

/// status.savepointPath is that of the savepoint by which a job was stopped to be suspended.
bool saved_by_us(const status& x) {
  return x.savepoint_path && !x.savepoints.empty() && x.savepoints.back().path == *x.savepoint_path
      && x.savepoints.back().reason == "Suspend";
}

/// The newest state of the job that has ended.
recoverable state_left(pass& p) {
  auto& saved = p.was.savepoint_path;
  if (p.was.target && !is_beside(p.was)
      && !saved_by_us(p.was)) // its job was not accepted: what it was started from counts
    return {.path = p.was.target->restore_path, .source = "the state that the deploy under way had"};
  if (saved || !p.was.cluster || serving_job(p.was).empty())
    return {.path = saved, .source = saved.value_or("none")};
  if (without_savepoint(p))
    return {.path = std::nullopt, .source = "none (savepointDisabled)"};
  return newest_state(p, p.cluster(p.was.cluster->id), serving_job(p.was));
}

/// Written down before the JobManager goes: nobody could tell it afterwards.
void remember_state(pass& p) {
  auto state = state_left(p);
  auto& t = p.was.target;
  if (state.pending)
    return p.wait("LookingForState", "the job has ended without a savepoint; looking for its newest state");
  if (!state.problem.empty() && nothing_lost(p))
    return take_back(p);
  if (!state.problem.empty())
    return p.blocked("NoStateToRestore", "the job has ended, and " + state.problem);
  if (state.path != p.was.savepoint_path)
    p.warn("RestoringExternalizedCheckpoint",
           "the job has ended without a savepoint; it will resume from " + state.source);
  if (t && t->restore_nonce && saved_by_us(p.was) && !is_beside(p.was))
    p.next.restore_nonce = t->restore_nonce; // its job has gone on from there
  if (!state.path)
    show_cancelling(p);
  p.next.savepoint_path = state.path;
  p.next.suspension->job_ended = true;
  p.because("no job runs any more; removing its clusters");
  p.wait("RemovingClusters", "waiting for the objects of its clusters to go");
}

void suspending(pass& p) {
  if (p.was.suspension->job_ended.value_or(false)) {
    if (remove_all_clusters(p))
      return be_suspended(p);
    return p.wait("RemovingClusters", "waiting for the objects of its clusters to go");
  }
  if (!wanted(p) && nothing_ordered(p))
    return take_back(p);
  sweep(p);
  if (p.was.cluster)
    record_checkpoint(p, p.cluster(p.was.cluster->id), serving_job(p.was)); // it may take long until it is stopped
  for (auto& job : suspects(p.was))
    if (!has_ended_for_good(p, *p.was.suspension, job, end_job, cannot_save))
      return;
  remember_state(p);
}

/// Waits for the user. A create that took effect late leaves a cluster without a job; one with a job is not ours to
/// remove: the status has been set back.
void stay_suspended(pass& p) {
  for (auto& id : clusters_in(p.in.seen.world)) {
    auto c = p.cluster(id);
    auto* jobs = p.ask(c, ask_jobs{c.id}, defaults::poll_job);
    bool busy = jobs && std::any_of(jobs->begin(), jobs->end(), [](auto& x) { return !rest::is_terminal(x.state); });
    if (busy)
      p.blocked("StatusLost", "cluster " + id
                                  + " runs a job although the application is suspended: delete the "
                                    "Deployments of that cluster if nothing of it is needed");
    else if (jobs || !c.leader)
      remove_cluster(p, id);
  }
  if (!p.in.complaints.empty())
    p.blocked("InvalidSpec", complaints_in_words(p));
  p.wait("Suspended", "waiting for spec.suspend to be taken back");
}

/// Objects without a status that knows of them are not ours to remove.
bool status_lost(const pass& p) {
  return !p.was.cluster && !p.was.target && !p.was.failed && !clusters_in(p.in.seen.world).empty();
}

} // namespace

bool suspended(pass& p) {
  bool there = phase_of(p.was) == phase::Suspended && !p.was.cluster;
  if (p.was.suspension)
    suspending(p);
  else if (!wanted(p) || (!there && status_lost(p)) || p.was.updating_cluster)
    return false; // of two versions the user chooses one first
  else if (there)
    stay_suspended(p);
  else if (phase_of(p.was) == phase::New && !p.was.cluster && !p.was.target && !p.was.failed)
    be_suspended(p); // a first apply: nothing has been created
  else
    begin(p);
  return true;
}

} // namespace flink
