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

bool wanted(const step& s) {
  return s.x.app.spec.suspend.value_or(false);
}

bool without_savepoint(const step& s) {
  return s.x.app.spec.savepoint_disabled.value_or(false);
}

void be_suspended(step& s) {
  auto& n = s.next;
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
  s.enter(phase::Suspended, "nothing runs any more");
  s.event("Suspended", n.savepoint_path ? "suspended; resumes from " + *n.savepoint_path
                                        : "suspended; resumes as a first deploy does: from spec.savepointPath, or "
                                          "without state");
}

/// The deploy under way is given up. What it has begun already is gone on with.
void begin(step& s) {
  auto& e = s.next.suspension.emplace(ending{.started_at = s.now_text()});
  auto& t = s.was.target;
  auto at = phase_of(s.was);
  bool stopping = at == phase::Savepointing && !is_beside(s.was) && t && t->trigger_id;
  bool cancelling = at == phase::Cancelling || (at == phase::Recovering && !starts_again(s.was));
  if ((stopping || cancelling) && s.was.cluster) {
    e.cluster_id = s.was.cluster->id;
    e.job_id = serving_job(s.was);
    e.trigger_id = stopping ? t->trigger_id : std::nullopt;
  }
  if (t && !t->job_id && !is_parked(s.was))
    s.next.target.reset(); // nothing can have been submitted
  s.enter(without_savepoint(s) ? phase::Cancelling : phase::Savepointing, "spec.suspend is set");
  s.wait("Suspending", "ending the job");
}

/// Has a suspension that was taken back ended nothing that is needed? Where a job is moved, the one that serves has
/// ended already; in BlueGreen it never does for a deploy.
bool nothing_lost(const step& s) {
  return !wanted(s) && (!s.was.target || is_beside(s.was));
}

/// The job goes on as before. A stop that was ordered may still arrive: whoever looks after the job has to know of it.
void take_back(step& s) {
  bool failed = s.was.failed && s.was.failed->spec_hash == s.x.spec_hash;
  auto& e = *s.was.suspension;
  if (e.trigger_id && e.job_id == serving_job(s.was))
    s.next.job_status->stop_trigger_id = e.trigger_id;
  s.next.suspension.reset();
  s.next.target.reset(); // in BlueGreen the second version was given up
  s.enter(failed ? phase::DeployFailed : phase::Running, "spec.suspend was taken back");
  s.calm(); // what the ending waited for does not matter any more
}

bool nothing_ordered(const step& s) {
  return !s.was.suspension->job_id && !s.was.target && s.was.cluster;
}

void cannot_save(step& s, const std::string& why) {
  s.trouble("CannotSaveState",
            why + "; tried again; the job goes on: take suspend back, or set savepointDisabled to end it without");
}

/// The phase says that no savepoint comes of it, whatever was wanted when the suspension began.
void show_cancelling(step& s) {
  if (without_savepoint(s) && phase_of(s.was) != phase::Cancelling)
    s.enter(phase::Cancelling, "spec.savepointDisabled is set");
}

/// Ends it without a savepoint; that this was begun is written down first.
void cancel(step& s, const live_job& job) {
  show_cancelling(s);
  auto& e = *s.next.suspension;
  if (e.job_id != job.job_id || e.cluster_id != job.cluster_id) {
    e.cluster_id = job.cluster_id;
    e.job_id = job.job_id;
    e.trigger_id.reset();
    s.warn("CancellingJob", "cancelling job " + job.job_id + " without a savepoint");
  }
  stop_without_savepoint(s, job);
}

/// A savepoint needs all tasks. The job that serves is waited for; one that was not accepted yet leaves what it was
/// started from.
bool worth_saving(step& s, const live_job& job) {
  if (job.as != live_job::standing::starting)
    return job.as == live_job::standing::serving;
  auto* known = s.ask(s.cluster(job.cluster_id), ask_job{job.cluster_id, job.job_id}, s.pace());
  return known && *known && rest::all_tasks_running(**known);
}

/// Returns whether the stop that was ordered is known to have failed.
bool stop_failed(step& s, const live_job& job) {
  auto& e = *s.was.suspension;
  auto* known = triggered(e, job)
                  ? s.ask(s.cluster(job.cluster_id), ask_savepoint{job.cluster_id, job.job_id, *e.trigger_id}, s.pace())
                  : nullptr;
  return known && *known && (*known)->failure;
}

void end_job(step& s, const live_job& job) {
  auto& e = *s.was.suspension;
  bool may_go_on = nothing_lost(s) && job.as == live_job::standing::serving;
  if (may_go_on && (e.job_id != job.job_id || stop_failed(s, job)))
    return take_back(s);
  if (!triggered(e, job) && (without_savepoint(s) || !worth_saving(s, job)))
    return cancel(s, job);
  auto failed = stop_with_savepoint(s, e, *s.next.suspension, job);
  if (!failed)
    return;
  if (may_go_on)
    return take_back(s);
  if (without_savepoint(s) || !worth_saving(s, job))
    return cancel(s, job);
  cannot_save(s, "the savepoint failed: " + *failed);
  stop_again(s, e, *s.next.suspension);
}

/// status.savepointPath is that of the savepoint by which a job was stopped to be suspended.
bool saved_by_us(const status& x) {
  return x.savepoint_path && !x.savepoints.empty() && x.savepoints.back().path == *x.savepoint_path
      && x.savepoints.back().reason == "Suspend";
}

/// The newest state of the job that has ended.
recoverable state_left(step& s) {
  auto& saved = s.was.savepoint_path;
  if (s.was.target && !is_beside(s.was)
      && !saved_by_us(s.was)) // its job was not accepted: what it was started from counts
    return {.path = s.was.target->restore_path, .source = "the state that the deploy under way had"};
  if (saved || !s.was.cluster || serving_job(s.was).empty())
    return {.path = saved, .source = saved.value_or("none")};
  if (without_savepoint(s))
    return {.path = std::nullopt, .source = "none (savepointDisabled)"};
  return newest_state(s, s.cluster(s.was.cluster->id), serving_job(s.was));
}

/// Written down before the JobManager goes: nobody could tell it afterwards.
void remember_state(step& s) {
  auto state = state_left(s);
  auto& t = s.was.target;
  if (state.pending)
    return s.wait("LookingForState", "the job has ended without a savepoint; looking for its newest state");
  if (!state.problem.empty() && nothing_lost(s))
    return take_back(s);
  if (!state.problem.empty())
    return s.trouble("NoStateToRestore", "the job has ended, and " + state.problem);
  if (state.path != s.was.savepoint_path)
    s.warn("RestoringExternalizedCheckpoint",
           "the job has ended without a savepoint; it will resume from " + state.source);
  if (t && t->restore_nonce && saved_by_us(s.was) && !is_beside(s.was))
    s.next.restore_nonce = t->restore_nonce; // its job has gone on from there
  if (!state.path)
    show_cancelling(s);
  s.next.savepoint_path = state.path;
  s.next.suspension->job_ended = true;
  s.because("no job runs any more; removing its clusters");
  s.wait("RemovingClusters", "waiting for the objects of its clusters to go");
}

void suspending(step& s) {
  if (s.was.suspension->job_ended.value_or(false)) {
    if (remove_all_clusters(s))
      return be_suspended(s);
    return s.wait("RemovingClusters", "waiting for the objects of its clusters to go");
  }
  if (!wanted(s) && nothing_ordered(s))
    return take_back(s);
  sweep(s);
  if (s.was.cluster)
    record_checkpoint(s, s.cluster(s.was.cluster->id), serving_job(s.was)); // it may take long until it is stopped
  for (auto& job : suspects(s.was))
    if (!has_ended_for_good(s, *s.was.suspension, job, end_job, cannot_save))
      return;
  remember_state(s);
}

/// Waits for the user. A create that took effect late leaves a cluster without a job; one with a job is not ours to
/// remove: the status has been set back.
void stay_suspended(step& s) {
  for (auto& id : clusters_in(s.x.seen.world)) {
    auto c = s.cluster(id);
    auto* jobs = s.ask(c, ask_jobs{c.id}, defaults::poll_job);
    bool busy = jobs && std::any_of(jobs->begin(), jobs->end(), [](auto& x) { return !rest::is_terminal(x.state); });
    if (busy)
      s.trouble("StatusLost", "cluster " + id
                                  + " runs a job although the application is suspended: delete the "
                                    "Deployments of that cluster if nothing of it is needed");
    else if (jobs || !c.leader)
      remove_cluster(s, id);
  }
  if (!s.x.complaints.empty())
    s.trouble("InvalidSpec", complaints_in_words(s));
  s.wait("Suspended", "waiting for spec.suspend to be taken back");
}

/// Objects without a status that knows of them are not ours to remove.
bool status_lost(const step& s) {
  return !s.was.cluster && !s.was.target && !s.was.failed && !clusters_in(s.x.seen.world).empty();
}

} // namespace

bool suspended(step& s) {
  bool there = phase_of(s.was) == phase::Suspended && !s.was.cluster;
  if (s.was.suspension)
    suspending(s);
  else if (!wanted(s) || (!there && status_lost(s)) || s.was.updating_cluster)
    return false; // of two versions the user chooses one first
  else if (there)
    stay_suspended(s);
  else if (phase_of(s.was) == phase::New && !s.was.cluster && !s.was.target && !s.was.failed)
    be_suspended(s); // a first apply: nothing has been created
  else
    begin(s);
  return true;
}

} // namespace flink
