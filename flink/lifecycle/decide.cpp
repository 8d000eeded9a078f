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
bool refuses_spec(step& s) {
  if (s.x.complaints.empty())
    return false;
  auto other = s.waits_for();
  s.trouble("InvalidSpec", complaints_in_words(s) + (other.trouble ? "; besides: " + other.message : ""));
  return true;
}

/// Objects of ours that the status knows nothing of: it was erased. Nobody can tell what they are worth.
bool status_lost(step& s) {
  auto& was = s.was;
  if (was.cluster || was.target || was.failed)
    return false;
  for (auto& id : clusters_in(s.x.seen.world)) {
    s.trouble("StatusLost", "cluster " + id
                                + " exists although the status knows of none: restore the status, or delete the "
                                  "Deployments of that cluster to start anew");
    return true;
  }
  return false;
}

void follow(step& s) {
  switch (phase_of(s.was)) {
  case phase::New:
  case phase::Updating:
    if (!refuses_spec(s) && !status_lost(s))
      begin_deploy(s, "a new application");
    return;
  case phase::ClusterStarting:
    return cluster_starting(s);
  case phase::Savepointing:
    return savepointing(s);
  case phase::Cancelling:
    return cancelling(s);
  case phase::SubmittingJob:
    return submitting_job(s);
  case phase::RollingBackJob:
    return rolling_back_job(s);
  case phase::Recovering:
    return recovering(s);
  case phase::Running:
  case phase::DeployFailed:
  case phase::Failed:
    settled(s);
    refuses_spec(s);
    return;
  case phase::Suspended:
    if (!refuses_spec(s))
      begin_deploy(s, "spec.suspend is not set any more");
    return;
  case phase::Deleting:
    // Nothing is being deleted: the status was written by hand.
    return settled(s);
  case phase::DualRunning:
    dual_running(s);
    refuses_spec(s);
    return;
  case phase::Rescaling:
    return rescaling(s);
  }
}

} // namespace

decision decide(const situation& x) {
  step s{x};
  bool deleted = x.app.metadata.deletion_timestamp.has_value();
  if ((deleted ? s.has_finalizer() : !paused(x.app)) && adopts(s)) {
    if (!deleted)
      refuses_spec(s);
  } else if (deleted)
    deleting(s);
  else if (paused(x.app))
    s.wait("Paused", "annotation " + std::string{paused_annotation} + " is \"true\": the operator only watches");
  else if (!suspended(s))
    follow(s);
  return s.finish();
}

decision decide_without_application(const situation& x) {
  step s{x};
  if (!x.seen.application_gone) {
    if (s.order(ask_application{}) == progress::unknown)
      s.act(ask_application{});
    s.wait("ApplicationUnknown", "asking whether the application of these objects still exists");
  } else if (*x.seen.application_gone) {
    for (auto& id : clusters_in(x.seen.world))
      remove_cluster(s, id);
    s.wait("ApplicationGone", "removing what a deleted application left behind");
  }
  auto d = s.finish();
  d.next = x.app.status;
  return d;
}

} // namespace flink
