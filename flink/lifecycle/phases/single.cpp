// Single: never two clusters at once. Everything is rehearsed while the old job runs; then it is stopped and its
// cluster scaled to nothing, and only then the new cluster is made. The old Deployments stay, without pods, until the
// new version is accepted: they are all that is left of the old version's spec, and the way back.
#include "config/defaults.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// What the API server is asked to take without keeping it. A Deployment is taken whose pods are refused.
std::vector<rehearse_object> rehearsals(const std::string& id) {
  using enum object_role;
  return {{job_manager, id, false}, {task_manager, id, false}, {job_manager, id, true}, {task_manager, id, true}};
}

/// A quota counts the old cluster's pods too, which will be gone by then.
bool only_for_now(const rehearse_object& x, const failure& why) {
  return x.pod && why.message.find("exceeded quota") != std::string::npos;
}

std::string in_words(const rehearse_object& x) {
  return std::string{to_string(x.role)} + (x.pod ? "'s pods" : "");
}

/// Scales a Deployment, if it is there. Returns whether it is as asked.
bool scaled_if_there(pass& p, const k8s::deployment* x, int32_t replicas) {
  return !x || scaled(p, *x, replicas);
}

} // namespace

void choose_mode(pass& p) {
  auto& t = *p.next.target;
  auto mode = wanted_mode(p.in.app.spec, p.was);
  if (is_parked(p.was)) {
    mode = modes::single;
    t.old_replicas = p.was.target->old_replicas;
    t.restore_path = p.was.target->restore_path;
  }
  if (mode != modes::dual)
    t.mode = mode;
  p.next.deployment_mode = mode;
  if (mode != modes::blue_green) {
    p.next.updating_version.reset(); // of a first deploy that failed
    p.next.updating_hash.reset();
    p.next.version_statuses.clear();
    return;
  }
  p.next.updating_version = next_colour(p.was);
  p.next.updating_hash = t.cluster_id;
  p.next.teardown.reset();
  p.next.teardown_hash.reset();
}

bool rehearsed(pass& p) {
  bool all = true;
  for (auto& x : rehearsals(p.was.target->cluster_id)) {
    auto how = p.send(x);
    auto* why = p.failure_of(x);
    if (how == progress::done || (how == progress::failed && only_for_now(x, *why)))
      continue;
    all = false;
    if (how == progress::failed) {
      fail_deploy(p, "ObjectRefused", "the API server refuses the " + in_words(x) + ": " + why->message);
      return false;
    }
    if (how == progress::unknown)
      p.act(x); // nothing is kept
    if (why && why->kind == failure_class::forbidden)
      p.blocked("Forbidden", why->message);
  }
  if (!all)
    p.wait("RehearsingCluster", "asking the API server whether it would take the objects of the new cluster");
  return all;
}

void old_job_gone(pass& p, std::optional<std::string> restore_path, std::string why) {
  if (deploy_mode(p.was) != modes::single || !p.was.cluster)
    return begin_submit(p, std::move(restore_path), std::move(why));
  auto old = p.cluster(p.was.cluster->id);
  p.next.target->old_replicas = replica_counts{old.job_manager ? std::max(old.job_manager->replicas, 1) : 1,
                                               old.task_manager ? old.task_manager->replicas : 0};
  p.next.target->restore_path = restore_path;
  if (restore_path)
    p.next.savepoint_path = restore_path;
  p.enter(phase::ClusterStarting, std::move(why));
  p.wait("MakingRoom", "waiting for the pods of the old cluster " + old.id + " to end");
}

bool room_made(pass& p) {
  auto old = p.cluster(p.was.cluster->id);
  scaled_if_there(p, old.job_manager, 0);
  scaled_if_there(p, old.task_manager, 0);
  for (auto& id : clusters_in(p.in.seen.world)) {
    auto c = p.cluster(id);
    if (id == p.was.target->cluster_id || (c.job_manager_pods.empty() && c.task_manager_pods.empty()))
      continue;
    p.wait("MakingRoom", "waiting for the pods of the old cluster " + id + " to end");
    if (p.passed(p.was.target->step_started_at, p.timeout(&timeouts::cluster_start_seconds, defaults::cluster_start)))
      p.blocked("MakingRoom", "the pods of the old cluster " + id
                                  + " do not end, and no job runs before that: delete what is left of them");
    return false;
  }
  return true;
}

bool old_cluster_back(pass& p) {
  auto& t = *p.was.target;
  if (!remove_cluster(p, t.cluster_id)) {
    p.wait("EndingNewJob", "removing cluster " + t.cluster_id + " of the version that is given up");
    return false;
  }
  auto old = p.cluster(p.was.cluster->id);
  p.wait("OldClusterStarting", "waiting for the old cluster " + old.id + " to have its pods and task slots again");
  scaled_if_there(p, old.job_manager, t.old_replicas->job_managers);
  scaled_if_there(p, old.task_manager, t.old_replicas->task_managers);
  auto wanted = p.was.job_status ? p.was.job_status->parallelism.value_or(1) : 1;
  if (auto* overview = p.ask(old, ask_overview{old.id}, p.poll_interval()); overview && overview->slots_total >= wanted)
    return true;
  auto limit = p.timeout(&timeouts::cluster_start_seconds, defaults::cluster_start);
  if (!old.job_manager)
    rollback_failed(p, "the Deployment of the old cluster " + old.id + " has been deleted");
  else if (p.passed(t.step_started_at, limit))
    rollback_failed(p,
                    "the old cluster " + old.id + " did not come back within " + std::to_string(limit.count()) + " s");
  return false;
}

} // namespace flink
