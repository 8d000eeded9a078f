#include "flink/lifecycle/pass/conditions.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/migration/go_operator.hpp"
#include "k8s/json/utf8.hpp"
#include "k8s/time.hpp"

namespace flink {

namespace {

struct claim {
  bool holds;
  std::string reason;
  std::string message;
};

/// One fixed sentence per phase. A text that changes with every poll would cause a write with every poll.
const char* headline(phase x) {
  switch (x) {
  case phase::New:
    return "the application is not deployed yet";
  case phase::Updating:
  case phase::ClusterStarting:
    return "the new cluster is starting";
  case phase::Savepointing:
    return "stopping the old job with a savepoint";
  case phase::Cancelling:
    return "cancelling the old job";
  case phase::Recovering:
    return "restarting the job from its newest state";
  case phase::SubmittingJob:
    return "submitting the job";
  case phase::RollingBackJob:
    return "restarting the job on the previous version";
  case phase::Rescaling:
    return "adding TaskManagers";
  case phase::Running:
    return "the job runs as specified";
  case phase::DualRunning:
    return "two versions run";
  case phase::DeployFailed:
    return "the last deploy failed";
  case phase::Suspended:
    return "the application is suspended: nothing runs";
  case phase::Failed:
    return "the job has failed, and the operator does not restart it; edit the spec to restart it";
  case phase::Deleting:
    return "the application is being deleted";
  }
  return "";
}

bool in_transit(phase x) {
  return x != phase::Running && x != phase::DualRunning && x != phase::DeployFailed && x != phase::Suspended
      && x != phase::Failed;
}

bool job_runs(const std::optional<job_status>& job) {
  if (!job || !job->state)
    return false;
  return *job->state == "FINISHED" || (*job->state == "RUNNING" && job->running_tasks == job->total_tasks);
}

/// The current phase or wait as reason and message of a condition.
claim under_way(const status& next, const waiting& w, bool holds) {
  auto at = phase_of(next);
  if (in_transit(at) && w.visible)
    return {holds, w.reason, w.message};
  if (next.suspension && at != phase::Deleting)
    return {holds, "Suspending", "stopping the job and removing its cluster, because spec.suspend is set"};
  return {holds, at == phase::New ? "New" : phase_text(at), headline(at)};
}

/// BlueGreen: Ready means that the newer version is the one in the spec.
claim two_ready(const status& next, const situation& x, const waiting& w) {
  bool wanted
      = next.updating_cluster && next.updating_cluster->spec_hash == x.spec_hash && w.what == reason::DualRunning;
  bool run
      = job_runs(next.job_status) && next.version_statuses.size() > 1 && job_runs(next.version_statuses[1].job_status);
  if (wanted && !run)
    return {false, "JobNotRunning", "some tasks of one version are not running"};
  return {wanted, w.reason, w.message};
}

/// Combines the present problem with the earlier failed deploy, if any: the user must know both.
claim troubled(const status& next, bool holds, const waiting& w) {
  bool failed = phase_of(next) == phase::DeployFailed && next.reason;
  return {holds, w.reason, w.message + (failed ? "; the last deploy failed: " + *next.reason : "")};
}

claim ready(const status& next, const situation& x, const waiting& w) {
  auto at = phase_of(next);
  bool wanted = next.cluster && next.cluster->spec_hash == x.spec_hash && x.errors.empty();
  if (at == phase::Running && wanted && job_runs(next.job_status) && !w.blocked)
    return next.reason && next.reason->starts_with(unverified) ? claim{true, std::string{unverified}, *next.reason}
                                                               : claim{true, "JobRunning", headline(at)};
  if (w.blocked)
    return troubled(next, false, w);
  if (at == phase::DualRunning)
    return two_ready(next, x, w);
  if (at == phase::Running && next.teardown && next.teardown->spec_hash == x.spec_hash)
    return {false, "VersionTornDown",
            "the operator has removed the version that the spec describes; revert the spec to the running version, or "
            "edit the spec to deploy a new version"};
  if (at == phase::DeployFailed || at == phase::Failed)
    return {false, phase_text(at), next.reason.value_or(headline(at))};
  if (at == phase::Running)
    return {false, "JobNotRunning",
            "the job is "
                + (next.job_status && next.job_status->state ? *next.job_status->state : std::string{"unknown"})
                + ", and not all of its tasks run"
                + (x.app.spec.savepoint_nonce && x.app.spec.savepoint_nonce != next.savepoint_nonce
                       ? "; the savepoint for spec.savepointNonce waits until all of them run"
                       : "")};
  return under_way(next, w, false);
}

claim progressing(const status& next, const waiting& w) {
  auto at = phase_of(next);
  if (in_transit(at) && w.blocked)
    return {true, w.reason, w.message};
  // The message does not claim that the job runs: there may be a problem.
  if (at == phase::Running)
    return {false, phase_text(at), "no deploy is in progress"};
  if (at == phase::DeployFailed)
    return {false, phase_text(at), next.reason.value_or(headline(at))};
  return under_way(next, w, in_transit(at));
}

claim degraded(const status& next, const waiting& w) {
  if (w.blocked)
    return troubled(next, true, w);
  if (auto at = phase_of(next); at == phase::DeployFailed || at == phase::Failed)
    return {true, phase_text(at), next.reason.value_or(headline(at))};
  return {false, "AsExpected", "the operator has found no problem"};
}

void set(status& next, const situation& x, const std::string& type, claim c) {
  if (c.message.size() > config::defaults::max_message)
    c.message.resize(json::character_boundary(c.message, config::defaults::max_message));
  std::string value = c.holds ? "True" : "False";
  k8s::condition* slot = nullptr;
  for (auto& y : next.conditions)
    if (y.type == type)
      slot = &y;
  if (!slot)
    slot = &next.conditions.emplace_back(k8s::condition{.type = type});
  if (slot->status != value)
    slot->last_transition_time = k8s::format_time(x.now.wall);
  slot->status = value;
  slot->observed_generation = x.app.metadata.generation;
  slot->reason = std::move(c.reason);
  slot->message = std::move(c.message);
}

} // namespace

void set_conditions(status& next, const situation& x, const waiting& w) {
  set(next, x, "Ready", ready(next, x, w));
  set(next, x, "Progressing", progressing(next, w));
  set(next, x, "Degraded", degraded(next, w));
}

} // namespace flink
