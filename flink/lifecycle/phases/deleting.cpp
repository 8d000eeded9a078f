// Deleting, from any phase: ends the job (with a savepoint if deleteMode asks for one), removes the operator's objects,
// then the finalizer. Reports what it waits for.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_jobs.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// status.reason once the operator has given up the savepoint: the event about it is recorded once.
constexpr auto forced_deletion = "ForcedDeletion";

delete_mode mode_of(const pass& p) {
  return p.in.app.spec.delete_mode.value_or(delete_mode::Savepoint);
}

/// Removes all clusters, then the finalizer.
void tear_down(pass& p) {
  if (!remove_all_clusters(p))
    return p.wait(reason::RemovingClusters, "waiting until all objects of the clusters are deleted");
  p.ensure(remove_finalizer{});
  p.wait(reason::RemovingFinalizer, "removing finalizer " + std::string{finalizer_name});
}

/// `--cascade=orphan`: all objects stay, with a label that protects them from later removal.
void leave_behind(pass& p) {
  bool marked = true;
  auto mark = [&](object_role role, const k8s::object_head& x) {
    if (x.labels.contains(std::string{labels::orphaned}))
      return;
    p.ensure(orphan_object{role, x.key.name});
    marked = false;
  };
  for (auto& id : clusters_in(p.in.seen.objects)) {
    auto c = p.cluster(id);
    if (c.job_manager)
      mark(object_role::job_manager, c.job_manager->head);
    if (c.task_manager)
      mark(object_role::task_manager, c.task_manager->head);
    if (c.versioned_service)
      mark(object_role::versioned_service, c.versioned_service->head);
  }
  p.wait(reason::LeavingBehind, "deleted with --cascade=orphan: the clusters keep running");
  if (marked)
    p.ensure(remove_finalizer{});
}

bool may_force(const pass& p) {
  return p.in.app.spec.on_delete_timeout == on_delete_timeout::Force;
}

/// Returns whether the deletion continues without a savepoint if none can be taken.
bool forces_now(const pass& p) {
  return may_force(p) && p.passed(p.was.deletion->started_at, p.timeout(&timeouts::delete_seconds, defaults::deletion));
}

/// Called if the savepoint is impossible: onDeleteTimeout decides whether the deletion continues.
void cannot_save(pass& p, const std::string& why) {
  if (forces_now(p)) {
    if (p.was.reason != forced_deletion)
      p.warn(reason::SavepointFailed, "deleting without a savepoint (onDeleteTimeout: Force): " + why);
    p.next.reason = forced_deletion;
    return tear_down(p);
  }
  p.blocked(reason::CannotSaveState,
            why + "; "
                + (may_force(p) ? "the operator deletes without a savepoint after timeouts.deleteSeconds"
                                : "set deleteMode to ForceCancel or None to delete without a savepoint"));
}

void end_job(pass& p, const live_job& job) {
  // The serving version has all the state that a second version has before its acceptance.
  bool unwanted = job.as == live_job::standing::given_up && runs_side_by_side(p.was);
  if (unwanted || mode_of(p) != delete_mode::Savepoint)
    return stop_without_savepoint(p, job);
  auto failed = stop_with_savepoint(p, *p.was.deletion, *p.next.deletion, job);
  if (!failed)
    return;
  cannot_save(p, "the savepoint failed: " + *failed);
  if (!forces_now(p))
    stop_again(p, *p.was.deletion, *p.next.deletion);
}

void end_jobs_then_tear_down(pass& p) {
  if (mode_of(p) == delete_mode::None || p.was.deletion->job_ended.value_or(false))
    return tear_down(p);
  for (auto& job : possible_jobs(p.was))
    if (!end_for_good(p, *p.was.deletion, job, end_job, cannot_save))
      return;
  // Recorded before the JobManager is removed: afterwards it cannot be determined.
  p.next.deletion->job_ended = true;
  p.because("no job is running; removing the clusters");
}

void enter_deleting(pass& p) {
  auto& d = p.next.deletion.emplace(p.was.suspension.value_or(ending{}));
  d.started_at = p.now();
  p.next.suspension.reset(); // the deletion continues what it had begun
  if (p.in.seen.being_orphaned) {
    d.orphan = true; // the finalizer of `--cascade=orphan` is gone in a moment
    p.enter(phase::Deleting, "the application is being deleted; its clusters keep running");
    return p.wait(reason::LeavingBehind, "deleted with --cascade=orphan: the clusters keep running");
  }
  // A stop in progress already takes the savepoint that the deletion needs.
  if (phase_of(p.was) == phase::Savepointing && deploy_mode(p.was) != rollout_mode::BlueGreen && p.was.target
      && p.was.target->trigger_id && p.was.cluster) {
    d.cluster_id = p.was.cluster->id;
    d.job_id = serving_job(p.was);
    d.trigger_id = p.was.target->trigger_id;
  }
  p.enter(phase::Deleting, "the application is being deleted");
  p.wait(reason::Deleting, "ending the job as spec.deleteMode requires");
}

} // namespace

void deleting(pass& p) {
  if (!p.has_finalizer())
    return p.wait(reason::Gone, "the operator has finished its part of the deletion");
  if (phase_of(p.was) != phase::Deleting || !p.was.deletion)
    return enter_deleting(p);
  if (p.was.deletion->orphan.value_or(false))
    return leave_behind(p);
  if (!p.in.seen.namespace_terminating) {
    p.send(ask_namespace{});
    if (!p.failure_of(ask_namespace{}))
      return p.wait(reason::Deleting, "checking whether the namespace is being deleted too");
  }
  if (p.in.seen.namespace_terminating.value_or(false)) {
    if (!p.in.seen.outcomes.contains(remove_finalizer{}))
      p.warn(reason::NamespaceTerminating,
             "the namespace is being deleted, so the operator cannot take a savepoint of the job");
    p.ensure(remove_finalizer{});
    return p.wait(reason::RemovingFinalizer, "the namespace is being deleted");
  }
  end_jobs_then_tear_down(p);
}

} // namespace flink
