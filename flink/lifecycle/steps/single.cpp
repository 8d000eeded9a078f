#include "flink/lifecycle/steps/single.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/replicas.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// The dry runs of a new cluster. The API server accepts a Deployment even if it refuses its pods, so both are tried.
std::vector<dry_run_object> dry_runs(const cluster_id& id) {
  using enum object_role;
  return {{job_manager, id, false}, {task_manager, id, false}, {job_manager, id, true}, {task_manager, id, true}};
}

/// Returns whether a refusal will have passed by then: a quota still counts the old cluster's pods.
bool only_for_now(const dry_run_object& x, const failure& why) {
  return x.pod && why.message.find("exceeded quota") != std::string::npos;
}

std::string in_words(const dry_run_object& x) {
  return std::string{to_string(x.role)} + (x.pod ? "'s pods" : "");
}

/// Scales a Deployment if it exists. Returns whether it has these replicas, or does not exist.
bool ensure_replicas_if_there(pass& p, const k8s::deployment* x, int32_t replicas) {
  return !x || ensure_replicas(p, *x, replicas);
}

} // namespace

step_result dry_run_all(pass& p) {
  bool all = true;
  for (auto& x : dry_runs(p.was.target->cluster_id)) {
    auto how = p.send(x);
    auto* why = p.failure_of(x);
    if (how == progress::done || (how == progress::failed && only_for_now(x, *why)))
      continue;
    all = false;
    if (how == progress::failed) {
      fail_deploy(p, reason::ObjectRefused, "the API server refuses the " + in_words(x) + ": " + why->message);
      return step_result::gave_up;
    }
    if (how == progress::unknown)
      p.act(x); // nothing is kept
    if (why && why->kind == failure_class::forbidden)
      p.blocked(reason::Forbidden, why->message);
  }
  if (!all)
    p.wait(reason::RehearsingCluster, "checking the objects of the new cluster with a dry run");
  return all ? step_result::done : step_result::waiting;
}

bool await_old_pods_gone(pass& p) {
  auto old = p.cluster(p.was.cluster->id);
  ensure_replicas_if_there(p, old.job_manager, 0);
  ensure_replicas_if_there(p, old.task_manager, 0);
  for (auto& id : clusters_in(p.in.seen.objects)) {
    auto c = p.cluster(id);
    if (id == p.was.target->cluster_id || (c.job_manager_pods.empty() && c.task_manager_pods.empty()))
      continue;
    p.wait(reason::MakingRoom, "waiting for the pods of the old cluster " + id + " to end");
    if (p.passed(p.was.target->step_started_at, p.timeout(&timeouts::cluster_start_seconds, defaults::cluster_start)))
      p.blocked(reason::MakingRoom, "the pods of the old cluster " + id
                                        + " do not terminate, and no job runs until they do: delete these pods");
    return false;
  }
  return true;
}

step_result restore_old_cluster(pass& p) {
  auto& t = *p.was.target;
  if (!remove_cluster(p, t.cluster_id)) {
    p.wait(reason::EndingNewJob, "removing cluster " + t.cluster_id + " of the failed version");
    return step_result::waiting;
  }
  auto old = p.cluster(p.was.cluster->id);
  p.wait(reason::OldClusterStarting, "waiting for the pods and task slots of the old cluster " + old.id);
  ensure_replicas_if_there(p, old.job_manager, t.old_replicas->job_managers);
  ensure_replicas_if_there(p, old.task_manager, t.old_replicas->task_managers);
  auto wanted = p.was.job_status ? p.was.job_status->parallelism.value_or(1) : 1;
  if (auto* overview = p.ask(old, ask_overview{old.id}, p.poll_interval()); overview && overview->slots_total >= wanted)
    return step_result::done;
  auto limit = p.timeout(&timeouts::cluster_start_seconds, defaults::cluster_start);
  if (!old.job_manager) {
    fail_rollback(p, "the Deployment of the old cluster " + old.id + " has been deleted");
    return step_result::gave_up;
  }
  if (p.passed(t.step_started_at, limit)) {
    fail_rollback(p, "the old cluster " + old.id + " did not come back within " + std::to_string(limit.count()) + " s");
    return step_result::gave_up;
  }
  return step_result::waiting;
}

} // namespace flink
