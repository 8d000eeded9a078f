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

/// Reports objects of ours that the status does not know: somebody has erased the status, and nobody knows whether the
/// objects matter. Returns whether there are any.
bool block_on_lost_status(pass& p) {
  auto& was = p.was;
  if (was.cluster || was.target || was.failed)
    return false;
  for (auto& id : clusters_in(p.in.seen.objects)) {
    p.blocked(reason::StatusLost, "cluster " + id
                                      + " exists, but the status contains no cluster: restore the status, or delete "
                                        "the Deployments of that cluster to deploy again");
    return true;
  }
  return false;
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

/// Fails a deploy of whose status somebody has removed a part. Returns whether it did.
bool fail_if_incomplete(pass& p) {
  if (is_complete(p.was))
    return false;
  bool submits = phase_of(p.was) == phase::SubmittingJob; // needs no cluster that serves
  fail_deploy(p, reason::StatusIncomplete,
              std::string{submits ? "status.target" : "status.target or status.cluster"} + " has been removed by hand");
  return true;
}

void follow(pass& p) {
  if (fail_if_incomplete(p))
    return;
  switch (phase_of(p.was)) {
  case phase::New:
  case phase::Updating:
    if (!block_on_spec_errors(p) && !block_on_lost_status(p))
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
