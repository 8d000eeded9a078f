#include "flink/lifecycle/decide.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/labels.hpp"

namespace flink {

namespace {

bool paused(const application& x) {
  auto i = x.metadata.annotations.find(std::string{paused_annotation});
  return i != x.metadata.annotations.end() && i->second == "true";
}

/// A spec that cannot be deployed is said so, besides whatever else is wrong, and touches nothing that runs.
bool refuses_spec(pass& p) {
  if (p.in.complaints.empty())
    return false;
  auto other = p.waits_for();
  p.blocked("InvalidSpec", complaints_in_words(p) + (other.trouble ? "; besides: " + other.message : ""));
  return true;
}

/// Objects of ours that the status knows nothing of: it was erased. Nobody can tell what they are worth.
bool status_lost(pass& p) {
  auto& was = p.was;
  if (was.cluster || was.target || was.failed)
    return false;
  for (auto& id : clusters_in(p.in.seen.world)) {
    p.blocked("StatusLost", "cluster " + id
                                + " exists although the status knows of none: restore the status, or delete the "
                                  "Deployments of that cluster to start anew");
    return true;
  }
  return false;
}

void follow(pass& p) {
  switch (phase_of(p.was)) {
  case phase::New:
  case phase::Updating:
    if (!refuses_spec(p) && !status_lost(p))
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
    settled(p);
    refuses_spec(p);
    return;
  case phase::Suspended:
    if (!refuses_spec(p))
      begin_deploy(p, "spec.suspend is not set any more");
    return;
  case phase::Deleting:
    // Nothing is being deleted: the status was written by hand.
    return settled(p);
  case phase::DualRunning:
    dual_running(p);
    refuses_spec(p);
    return;
  case phase::Rescaling:
    return rescaling(p);
  }
}

} // namespace

decision decide(const situation& x) {
  pass p{x};
  bool deleted = x.app.metadata.deletion_timestamp.has_value();
  if ((deleted ? p.has_finalizer() : !paused(x.app)) && adopts(p)) {
    if (!deleted)
      refuses_spec(p);
  } else if (deleted)
    deleting(p);
  else if (paused(x.app))
    p.wait("Paused", "annotation " + std::string{paused_annotation} + " is \"true\": the operator only watches");
  else if (!suspended(p))
    follow(p);
  return p.finish();
}

decision decide_without_application(const situation& x) {
  pass p{x};
  if (!x.seen.application_gone) {
    if (p.send(ask_application{}) == progress::unknown)
      p.act(ask_application{});
    p.wait("ApplicationUnknown", "asking whether the application of these objects still exists");
  } else if (*x.seen.application_gone) {
    for (auto& id : clusters_in(x.seen.world))
      remove_cluster(p, id);
    p.wait("ApplicationGone", "removing what a deleted application left behind");
  }
  auto d = p.finish();
  d.next = x.app.status;
  return d;
}

} // namespace flink
