// Deleting, out of any phase: the job gives its state away as deleteMode says, everything that is ours goes,
// then the finalizer. Nothing waits here for ever without saying so.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/end_jobs.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

delete_mode mode_of(const step& s) {
  return s.x.app.spec.delete_mode.value_or(delete_mode::Savepoint);
}

/// Removes all clusters, then the finalizer.
void tear_down(step& s) {
  if (!remove_all_clusters(s))
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

void end_job(step& s, const live_job& job) {
  // A version that is not accepted yet beside one that serves holds nothing that is not in that one, too.
  bool unwanted = job.as == live_job::standing::given_up && is_beside(s.was);
  if (unwanted || mode_of(s) != delete_mode::Savepoint)
    return stop_without_savepoint(s, job);
  auto failed = stop_with_savepoint(s, *s.was.deletion, *s.next.deletion, job);
  if (!failed)
    return;
  cannot_save(s, "the savepoint failed: " + *failed);
  if (s.waits_for().reason == "CannotSaveState")
    stop_again(s, *s.was.deletion, *s.next.deletion);
}

void end_jobs_then_tear_down(step& s) {
  if (mode_of(s) == delete_mode::None || s.was.deletion->job_ended.value_or(false))
    return tear_down(s);
  for (auto& job : suspects(s.was))
    if (!has_ended_for_good(s, *s.was.deletion, job, end_job, cannot_save))
      return;
  // Written down before the JobManager goes: nobody could tell it afterwards.
  s.next.deletion->job_ended = true;
  s.because("no job runs any more; removing its clusters");
}

void enter_deleting(step& s) {
  auto& d = s.next.deletion.emplace(s.was.suspension.value_or(ending{}));
  d.started_at = s.now_text();
  s.next.suspension.reset(); // what it had begun is gone on with
  if (s.x.seen.being_orphaned) {
    d.orphan = true; // the finalizer that says so is gone in a moment
    s.enter(phase::Deleting, "the application is being deleted, its clusters stay");
    return s.wait("LeavingBehind", "deleted with orphan: the clusters stay");
  }
  // A stop that is under way already is the savepoint that the deletion wants.
  if (phase_of(s.was) == phase::Savepointing && deploy_mode(s.was) != modes::blue_green && s.was.target
      && s.was.target->trigger_id && s.was.cluster) {
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
    if (!s.x.seen.outcomes.contains(remove_finalizer{}))
      s.warn("NamespaceTerminating", "the namespace is being deleted: the job's state cannot be saved");
    s.insist(remove_finalizer{});
    return s.wait("RemovingFinalizer", "the namespace is being deleted");
  }
  end_jobs_then_tear_down(s);
}

} // namespace flink
