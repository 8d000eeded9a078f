// Deleting, out of any phase: the job gives its state away as deleteMode says, everything that is ours goes,
// then the finalizer. Nothing waits here for ever without saying so.
#include "config/defaults.hpp"
#include "flink/decode.hpp"
#include "flink/labels.hpp"
#include "flink/step.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

struct live_job {
  std::string cluster_id;
  std::string job_id;
};

delete_mode mode_of(const step& s) {
  return s.x.app.spec.delete_mode.value_or(delete_mode::Savepoint);
}

/// Every place where a job of this application may run: the version under way first.
std::vector<live_job> suspects(const step& s) {
  std::vector<live_job> all;
  auto& st = s.was;
  if (st.target && st.target->rollback && st.cluster && st.target->rollback->job_id)
    all.push_back({st.cluster->id, *st.target->rollback->job_id});
  if (st.target && st.target->job_id)
    all.push_back({st.target->cluster_id, *st.target->job_id});
  if (st.cluster && !serving_job(st).empty())
    all.push_back({st.cluster->id, serving_job(st)});
  return all;
}

/// Removes all clusters, then the finalizer.
void tear_down(step& s) {
  bool empty = true;
  for (auto& id : clusters_in(s.x.seen.world))
    empty = remove_cluster(s, id) && empty;
  if (!empty)
    return s.wait("RemovingClusters", "waiting for the objects of its clusters to go");
  s.insist(remove_finalizer{});
  s.wait("RemovingFinalizer", "removing finalizer " + std::string{finalizer_name});
}

/// `--cascade=orphan`: everything stays, marked so that no sweep takes it.
void leave_behind(step& s) {
  bool marked = true;
  auto mark = [&](object_role role, const k8s::object_head& x) {
    if (x.labels.contains(std::string{labels::orphaned}))
      return;
    s.insist(orphan_object{role, x.key.name});
    marked = false;
  };
  for (auto& id : clusters_in(s.x.seen.world)) {
    auto c = s.cluster(id);
    if (c.job_manager)
      mark(object_role::job_manager, c.job_manager->head);
    if (c.task_manager)
      mark(object_role::task_manager, c.task_manager->head);
    if (c.versioned_service)
      mark(object_role::versioned_service, c.versioned_service->head);
  }
  s.wait("LeavingBehind", "deleted with orphan: the clusters stay");
  if (marked)
    s.insist(remove_finalizer{});
}

bool too_late(step& s) {
  return s.passed(s.was.deletion->started_at, patience(s, &timeouts::delete_seconds, defaults::deletion));
}

/// The job cannot be saved: the user's policy decides, and Keep says why it keeps.
void cannot_save(step& s, const std::string& why) {
  bool force = s.x.app.spec.on_delete_timeout == on_delete_timeout::Force;
  if (force && too_late(s)) {
    if (s.was.reason != "ForcedDeletion")
      s.warn("SavepointFailed", "deleting without a savepoint (onDeleteTimeout: Force): " + why);
    s.next.reason = "ForcedDeletion";
    return tear_down(s);
  }
  s.trouble("CannotSaveState", why + "; "
                                   + (force ? "forced after timeouts.deleteSeconds"
                                            : "set deleteMode to ForceCancel or None to delete without a savepoint"));
}

void retry_savepoint(step& s, const std::string& why) {
  // A new trigger per try, no faster than the longest poll; the next try is written down first.
  auto& d = *s.next.deletion;
  cannot_save(s, "the savepoint failed: " + why);
  if (s.waits_for().reason != "CannotSaveState")
    return;
  action last = stop_job{*d.cluster_id, *d.job_id, *d.trigger_id};
  auto i = s.x.seen.outcomes.find(to_string(last));
  auto pause = defaults::poll_longest * 5;
  if (i == s.x.seen.outcomes.end() || s.x.now.steady - i->second.at >= pause)
    d.trigger_id = s.x.fresh.trigger_id;
  else
    s.look_within(pause);
}

void saved(step& s, const std::string& path) {
  if (s.was.savepoint_path == path)
    return;
  s.next.savepoint_path = path;
  s.because("the savepoint is complete: " + path);
  s.next.savepoints.push_back({path, s.now_text(), "Delete"});
  if (s.next.savepoints.size() > defaults::remembered_savepoints)
    s.next.savepoints.erase(s.next.savepoints.begin());
  s.event("CanceledJob", "job " + *s.was.deletion->job_id + " stopped with savepoint " + path);
}

void stop_with_savepoint(step& s, const cluster_view& c, const live_job& job) {
  auto& d = s.was.deletion;
  bool ours = d->trigger_id && d->job_id == job.job_id && d->cluster_id == job.cluster_id;
  if (!ours) {
    s.next.deletion->cluster_id = job.cluster_id;
    s.next.deletion->job_id = job.job_id;
    s.next.deletion->trigger_id = s.x.fresh.trigger_id;
    s.event("CancellingJob", "stopping job " + job.job_id + " with a savepoint");
    return s.wait("Savepointing", "stopping job " + job.job_id + " with a savepoint");
  }
  action stop = stop_job{job.cluster_id, job.job_id, *d->trigger_id};
  auto sent = s.order(stop);
  s.wait("Savepointing", "the savepoint of job " + job.job_id + " is being written");
  if (sent == progress::pending)
    return;
  if (auto* why = s.failure_of(stop); sent == progress::failed && why->kind != failure_class::duplicate)
    return retry_savepoint(s, why->message);
  auto* known = s.savepoint(c, job.job_id, *d->trigger_id, s.pace());
  if (known && *known && (*known)->failure)
    return retry_savepoint(s, *(*known)->failure);
  if (known && !*known)
    return retry_savepoint(s, "the JobManager has lost the trigger");
  if (known && (*known)->location)
    saved(s, *(*known)->location);
}

void end_job(step& s, const cluster_view& c, const live_job& job) {
  if (mode_of(s) == delete_mode::Savepoint)
    return stop_with_savepoint(s, c, job);
  if (s.order(cancel_job{job.cluster_id, job.job_id}) == progress::unknown)
    s.act(cancel_job{job.cluster_id, job.job_id});
  s.wait("Cancelling", "waiting for job " + job.job_id + " to be cancelled");
}

/// A trigger that completed before the job was seen to end leaves its path here.
void pick_up_savepoint(step& s, const cluster_view& c, const live_job& job) {
  auto& d = s.was.deletion;
  if (!d->trigger_id || d->job_id != job.job_id || !c.leader)
    return;
  auto* known = s.savepoint(c, job.job_id, *d->trigger_id, s.pace());
  if (known && *known && (*known)->location)
    saved(s, *(*known)->location);
}

/// Returns whether it is certain that this job does not run.
bool settle(step& s, const live_job& job) {
  auto c = s.cluster(job.cluster_id);
  if (c.gone())
    return true;
  auto ended = job_ended(s, c, job.job_id);
  if (ended && *ended) {
    pick_up_savepoint(s, c, job);
    bool expected = s.was.deletion->trigger_id && s.was.deletion->job_id == job.job_id && c.leader;
    auto* known = expected ? s.savepoint(c, job.job_id, *s.was.deletion->trigger_id, s.pace()) : nullptr;
    return !expected || (known && (!*known || !(*known)->in_progress));
  }
  if (ended) {
    end_job(s, c, job);
    return false;
  }
  if (!c.job_manager && c.job_manager_pods.empty())
    return true; // nothing can run it any more, and nobody is left to save it
  cannot_save(s, "the JobManager of cluster " + c.id + " does not answer");
  return false;
}

void end_jobs_then_tear_down(step& s) {
  if (mode_of(s) == delete_mode::None || s.was.deletion->job_ended.value_or(false))
    return tear_down(s);
  for (auto& job : suspects(s))
    if (!settle(s, job))
      return;
  // Written down before the JobManager goes: nobody could tell it afterwards.
  s.next.deletion->job_ended = true;
  s.because("no job runs any more; removing its clusters");
}

void enter_deleting(step& s) {
  auto& d = s.next.deletion.emplace(ending{.started_at = s.now_text()});
  if (s.x.seen.being_orphaned) {
    d.orphan = true; // the finalizer that says so is gone in a moment
    s.enter(phase::Deleting, "the application is being deleted, its clusters stay");
    return s.wait("LeavingBehind", "deleted with orphan: the clusters stay");
  }
  // A stop that is under way already is the savepoint that the deletion wants.
  if (phase_of(s.was) == phase::Savepointing && s.was.target && s.was.target->trigger_id && s.was.cluster) {
    d.cluster_id = s.was.cluster->id;
    d.job_id = serving_job(s.was);
    d.trigger_id = s.was.target->trigger_id;
  }
  s.enter(phase::Deleting, "the application is being deleted");
  s.wait("Deleting", "ending the job as deleteMode says");
}

} // namespace

void deleting(step& s) {
  if (!s.has_finalizer())
    return s.wait("Gone", "our part of the deletion is done");
  if (phase_of(s.was) != phase::Deleting || !s.was.deletion)
    return enter_deleting(s);
  if (s.was.deletion->orphan.value_or(false))
    return leave_behind(s);
  if (!s.x.seen.namespace_terminating) {
    s.order(ask_namespace{});
    if (!s.failure_of(ask_namespace{}))
      return s.wait("Deleting", "asking whether the namespace goes too");
  }
  if (s.x.seen.namespace_terminating.value_or(false)) {
    if (!s.x.seen.outcomes.contains(to_string(action{remove_finalizer{}})))
      s.warn("NamespaceTerminating", "the namespace is being deleted: the job's state cannot be saved");
    s.insist(remove_finalizer{});
    return s.wait("RemovingFinalizer", "the namespace is being deleted");
  }
  end_jobs_then_tear_down(s);
}

} // namespace flink
