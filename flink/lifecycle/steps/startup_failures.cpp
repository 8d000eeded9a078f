#include "flink/lifecycle/steps/startup_failures.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/steps/compile_gate.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"

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

std::optional<defect> defect_of(const k8s::pod& x, const char* role) {
  auto name = std::string{role} + " pod " + x.head.key.name;
  if (x.waiting_reason && *x.waiting_reason == "CrashLoopBackOff")
    return defect{blocked_reason{reason::CrashLoop}.name(),
                  name + " keeps crashing: " + x.last_termination.value_or("no reason given"),
                  x.restarts >= defaults::crash_loop_restarts};
  bool starting
      = x.waiting_reason && (*x.waiting_reason == "ContainerCreating" || *x.waiting_reason == "PodInitializing");
  if (x.waiting_reason && !starting)
    return defect{*x.waiting_reason, name + ": " + x.waiting_message.value_or(*x.waiting_reason),
                  never_starts(*x.waiting_reason)};
  if (x.restarts >= defaults::crash_loop_restarts)
    return defect{blocked_reason{reason::CrashLoop}.name(),
                  name + " has crashed " + std::to_string(x.restarts)
                      + " times: " + x.last_termination.value_or("no reason given"),
                  true};
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

/// Returns whether waiting longer is useless.
bool hopeless(const pass_inputs& p, const defect& x) {
  return x.final || (!x.needs_room && p.passed(p.was.target->step_started_at, defaults::broken_pod_timeout));
}

} // namespace

void give_up_stalled_start(pass& p, const cluster_view& c) {
  auto found = defect_of(c);
  if (found)
    p.blocked_as(found->name, found->message);
  if (found && hopeless(p, *found))
    return fail_deploy_as(p, found->name, found->message);
  auto limit = p.timeout(&timeouts::cluster_start_seconds, defaults::cluster_start);
  if (p.passed(p.was.target->step_started_at, limit) && !p.in_flight(compile_command(p, c)))
    fail_deploy(p, reason::ClusterStartTimeout,
                "the cluster was not ready within " + std::to_string(limit.count())
                    + " s; last: " + p.waits_for().message);
}

} // namespace flink
