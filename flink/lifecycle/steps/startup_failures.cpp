#include "flink/lifecycle/steps/startup_failures.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/steps/compile_gate.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/rest/failure.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Something that keeps a cluster from coming up.
struct defect {
  /// Of ours, or the kubelet's.
  std::string name;
  std::string message;
  /// Waiting longer cannot help.
  bool final = false;
  /// The cluster has no room for the pod yet: it gets the whole timeout, a broken pod less.
  bool needs_room = false;
};

bool never_starts(const std::string& kubelet_reason) {
  return kubelet_reason == "InvalidImageName";
}

/// Returns how a container ended, in one line.
std::string ending_of(const k8s::pod& x) {
  if (!x.last_termination)
    return "no reason given";
  auto words = last_words(x.last_message);
  return *x.last_termination + (words.empty() ? "" : ": " + words);
}

std::optional<defect> defect_of(const k8s::pod& x, const char* role) {
  auto name = std::string{role} + " pod " + x.head.key.name;
  auto restarts = flink_restarts(x);
  if (x.waiting_reason && *x.waiting_reason == "CrashLoopBackOff")
    return defect{blocked_reason{reason::CrashLoop}.name(), name + " keeps crashing: " + ending_of(x),
                  restarts >= defaults::crash_loop_restarts};
  bool starting
      = x.waiting_reason && (*x.waiting_reason == "ContainerCreating" || *x.waiting_reason == "PodInitializing");
  if (x.waiting_reason && !starting)
    return defect{*x.waiting_reason, name + ": " + x.waiting_message.value_or(*x.waiting_reason),
                  never_starts(*x.waiting_reason)};
  if (restarts >= defaults::crash_loop_restarts)
    return defect{blocked_reason{reason::CrashLoop}.name(),
                  name + " has crashed " + std::to_string(restarts) + " times: " + ending_of(x), true};
  if (x.unschedulable)
    return defect{blocked_reason{reason::Unschedulable}.name(), name + ": " + *x.unschedulable, false, true};
  return std::nullopt;
}

std::optional<defect> defect_of(const cluster_view& c) {
  for (auto* d : {c.job_manager, c.task_manager})
    if (d && d->replica_failure)
      return defect{blocked_reason{reason::PodsRefused}.name(),
                    "Deployment " + d->head.key.name + " cannot create its pods: " + *d->replica_failure};
  for (auto* pod : c.job_manager_pods)
    if (auto found = defect_of(*pod, "JobManager"))
      return found;
  for (auto* pod : c.task_manager_pods)
    if (auto found = defect_of(*pod, "TaskManager"))
      return found;
  return std::nullopt;
}

/// Returns since when the conditions have shown a problem without a break; nothing if they do not show one.
std::optional<k8s::timestamp> blocked_since(const status& x) {
  for (auto& condition : x.conditions)
    if (condition.type == "Degraded" && condition.status == "True")
      return k8s::timestamp::parse(condition.last_transition_time);
  return std::nullopt;
}

/// Returns whether an earlier version serves. Without one, as in a first deploy or after a suspension, nothing is
/// gained by giving up: the operator waits without a limit.
bool replaces_version(const status& x) {
  return x.cluster.has_value();
}

/// Returns whether waiting longer is useless. A Secret or an image that is missing may still come. An update gives it
/// some time, counted from the moment at which the pods missed it and not from the start of the cluster.
bool hopeless(const pass_inputs& p, const defect& x) {
  bool waited = p.passed(blocked_since(p.was), defaults::broken_pod_timeout);
  return x.final || (replaces_version(p.was) && !x.needs_room && waited);
}

} // namespace

void give_up_stalled_start(pass& p, const cluster_view& c) {
  auto found = defect_of(c);
  if (found)
    p.blocked_as(found->name, found->message);
  if (found && hopeless(p, *found))
    return fail_deploy_as(p, found->name, found->message);
  auto limit = p.timeout(&timeouts::cluster_start_seconds, defaults::cluster_start);
  if (!p.passed(p.was.target->step_started_at, limit) || p.in_flight(compile_command(p, c)))
    return;
  auto why = "the cluster was not ready within " + std::to_string(limit.count()) + " s";
  if (replaces_version(p.was))
    return fail_deploy(p, reason::ClusterStartTimeout, why + "; at the end: " + p.waits_for().message);
  if (!found)
    p.blocked(reason::ClusterStartTimeout, why + "; still waiting: " + p.waits_for().message);
}

} // namespace flink
