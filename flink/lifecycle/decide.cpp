#include "flink/lifecycle/decide.hpp"

#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace {

bool paused(const application& x) {
  auto i = x.metadata.annotations.find(std::string{paused_annotation});
  return i != x.metadata.annotations.end() && i->second == "true";
}

/// Reports an invalid spec in addition to any other problem. Returns whether it is invalid. What runs is not
/// touched.
bool block_on_spec_errors(pass& p) {
  if (p.in.errors.empty())
    return false;
  auto other = p.waits_for();
  p.blocked(reason::InvalidSpec, spec_errors(p) + (other.blocked ? "; also: " + other.message : ""));
  return true;
}

/// Returns whether the status names the cluster with this id.
bool names(const status& x, std::string_view id) {
  return (x.cluster && x.cluster->id == id) || (x.updating_cluster && x.updating_cluster->id == id)
      || (x.target && x.target->cluster_id == id) || (x.failed && x.failed->id == id);
}

/// Reports a cluster that the status does not name: somebody has erased a part of the status, and nobody knows whether
/// the cluster's job matters. Returns whether there is one.
bool block_on_unnamed_cluster(pass& p) {
  for (auto& id : clusters_in(p.in.seen.objects))
    if (!names(p.was, id)) {
      p.blocked(reason::StatusLost, "cluster " + id
                                        + " exists, but the status does not name it: restore the status, or delete "
                                          "the Deployments of that cluster to deploy again");
      return true;
    }
  return false;
}

/// Reports a version that runs on a cluster which the status does not name. Otherwise the operator would remove that
/// cluster as unused, and end its job. Returns whether there is one.
bool block_on_lost_status(pass& p) {
  auto& was = p.was;
  bool one_lost = phase_of(was) == phase::Running && !was.cluster;
  bool two_lost = phase_of(was) == phase::DualRunning && !(was.cluster && was.updating_cluster);
  return (one_lost || two_lost) && block_on_unnamed_cluster(p);
}

bool is_erased(const status& x) {
  return !x.cluster && !x.target && !x.failed;
}

/// Returns whether the status has what its phase relies on. The operator wrote it before it entered the phase.
bool is_complete(const status& x) {
  auto& t = x.target;
  switch (phase_of(x)) {
  case phase::Savepointing:
    return t && t->trigger_id && x.cluster;
  case phase::Cancelling:
    return t && x.cluster;
  case phase::Recovering:
    return t && t->job && x.cluster && x.job_status;
  case phase::SubmittingJob:
    return t && t->job && t->job_id;
  case phase::RollingBackJob:
    return t && t->rollback && x.cluster && x.job_status;
  case phase::Rescaling:
    return is_rescale(x) && t->job && x.cluster && x.job_status && x.job_status->parallelism;
  case phase::New:
  case phase::Updating:
  case phase::ClusterStarting:
  case phase::Running:
  case phase::DualRunning:
  case phase::DeployFailed:
  case phase::Suspended:
  case phase::Failed:
  case phase::Deleting:
    return true;
  }
  return true;
}

/// Fails the deploy if somebody has removed a part of its status. Touches nothing if that part was the cluster. Returns
/// whether the status is incomplete.
bool fail_if_incomplete(pass& p) {
  if (is_complete(p.was))
    return false;
  if (!p.was.cluster && block_on_unnamed_cluster(p))
    return true;
  bool submits = phase_of(p.was) == phase::SubmittingJob; // needs no cluster that serves
  fail_deploy(p, reason::StatusIncomplete,
              std::string{"somebody has removed "} + (submits ? "status.target" : "status.target or status.cluster"));
  return true;
}

void follow(pass& p) {
  if (fail_if_incomplete(p))
    return;
  switch (phase_of(p.was)) {
  case phase::New:
  case phase::Updating:
    if (!block_on_spec_errors(p) && !(is_erased(p.was) && block_on_unnamed_cluster(p)))
      begin_deploy(p, "a new application");
    return;
  case phase::ClusterStarting:
    return cluster_starting(p);
  case phase::Savepointing:
    return savepointing(p);
  case phase::Cancelling:
    return cancelling(p);
  case phase::SubmittingJob:
    return submitting_job(p);
  case phase::RollingBackJob:
    return rolling_back_job(p);
  case phase::Recovering:
    return recovering(p);
  case phase::Running:
  case phase::DeployFailed:
  case phase::Failed:
    on_steady(p);
    block_on_spec_errors(p);
    return;
  case phase::Suspended:
    if (!block_on_spec_errors(p))
      begin_deploy(p, "spec.suspend is false again");
    return;
  case phase::Deleting:
    // Nothing is being deleted: somebody has edited the status.
    return on_steady(p);
  case phase::DualRunning:
    dual_running(p);
    block_on_spec_errors(p);
    return;
  case phase::Rescaling:
    return rescaling(p);
  }
}

} // namespace

decision decide(const situation& x) {
  pass p{x};
  bool deleted = x.app.metadata.deletion_timestamp.has_value();
  if ((deleted ? p.has_finalizer() : !paused(x.app)) && migrate(p)) {
    if (!deleted)
      block_on_spec_errors(p);
  } else if (deleted)
    deleting(p);
  else if (paused(x.app))
    p.wait(reason::Paused, "annotation " + std::string{paused_annotation} + " is \"true\": the operator only watches");
  else if (block_on_lost_status(p))
    block_on_spec_errors(p);
  else if (!suspend(p))
    follow(p);
  return p.finish();
}

decision decide_without_application(const situation& x) {
  pass p{x};
  if (!x.seen.application_gone) {
    if (p.send(ask_application{}) == progress::unknown)
      p.act(ask_application{});
    p.wait(reason::ApplicationUnknown, "checking whether the application of these objects still exists");
  } else if (*x.seen.application_gone) {
    for (auto& id : clusters_in(x.seen.objects))
      remove_cluster(p, id);
    p.wait(reason::ApplicationGone, "removing the objects of a deleted application");
  }
  auto d = p.finish();
  d.next = x.app.status;
  return d;
}

} // namespace flink
