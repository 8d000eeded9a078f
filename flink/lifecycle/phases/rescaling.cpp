// Rescaling: TaskManagers are added to the cluster that serves, so that its job can be started again there with a
// higher parallelism. Nothing else may have changed. What goes wrong before the job is stopped costs nothing but them;
// what goes wrong after it is a rollback like any other, on the same cluster.
#include "flink/admission/decode.hpp"
#include "flink/admission/hash.hpp"
#include "flink/configuration/memory.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace {

/// The application with the parallelism that runs.
application as_before(const pass& p) {
  auto x = p.in.app;
  x.spec.parallelism = *p.was.job_status->parallelism;
  return x;
}

/// Is a higher parallelism all that the spec asks for beyond what runs?
bool only_grows(const pass& p) {
  auto& running = p.was.job_status->parallelism;
  return running && p.in.app.spec.parallelism > *running && spec_hash(as_before(p)) == p.was.cluster->spec_hash;
}

void grow(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  if (!c.task_manager)
    return fail_deploy(p, "RescaleFailed", "the TaskManagers' Deployment of cluster " + c.id + " has been deleted");
  scaled(p, *c.task_manager, task_managers_for(p, t.job->parallelism));
  if (is_adaptive(p.was))
    return raise_parallelism(p, c);
  if (slots_ready(p, c) && compiles(p, c)
      && rescale_or_restart(p, c,
                            "cluster " + c.id + " has the slots for parallelism " + std::to_string(t.job->parallelism)))
    return;
  if (!p.next.target->rollback)
    give_up_in_time(p, c);
}

/// Still wanted: it has failed. Otherwise what is wanted now is looked at anew.
void given_up(pass& p) {
  if (p.in.spec_hash == p.was.target->spec_hash)
    return fail_deploy(p, "RescaleFailed", p.was.target->rollback->reason);
  p.next.target.reset();
  p.enter(phase::Running, p.was.target->rollback->reason);
}

} // namespace

bool grows_in_place(const pass& p) {
  auto& x = p.in.app.spec;
  auto at = phase_of(p.was);
  bool settled = at == phase::Running || at == phase::DeployFailed || at == phase::Rescaling;
  bool runs = settled && p.was.cluster && !serving_job(p.was).empty();
  return x.scale_mode.value_or(scale_mode::NewCluster) != scale_mode::NewCluster && runs && !is_blue_green(p.was)
      && p.cluster(p.was.cluster->id).task_manager && only_grows(p);
}

void begin_rescale(pass& p, std::string why) {
  auto& t = *p.next.target;
  auto before = task_managers_for(p, *p.was.job_status->parallelism);
  t.cluster_id = p.was.cluster->id;
  t.mode = modes::in_place;
  t.old_replicas = replica_counts{.job_managers = 1, .task_managers = before};
  p.enter(phase::Rescaling, std::move(why));
  p.wait("TaskManagersStarting", "adding TaskManagers to cluster " + t.cluster_id);
  p.event("ClusterScaleUp", "scaling the TaskManagers of cluster " + t.cluster_id + " from " + std::to_string(before)
                                + " to " + std::to_string(task_manager_count(p.in.app.spec)));
}

void begin_shrink(pass& p, std::string why) {
  p.next.target->rollback = rollback{.reason = why};
  p.enter(phase::Rescaling, std::move(why));
  p.clear_wait();
  p.wait("RemovingTaskManagers", "removing the TaskManagers that were added to cluster " + p.was.target->cluster_id);
}

bool shrunk(pass& p) {
  auto c = p.cluster(p.was.cluster->id);
  auto before = p.was.target->old_replicas->task_managers;
  if (!c.task_manager || (scaled(p, *c.task_manager, before) && std::ssize(c.task_manager_pods) <= before))
    return true;
  p.wait("RemovingTaskManagers", "waiting for the TaskManagers that were added to cluster " + c.id + " to go");
  return false;
}

void rescaling(pass& p) {
  auto& t = p.was.target;
  bool complete
      = t && t->job && p.was.cluster && is_rescale(p.was) && p.was.job_status && p.was.job_status->parallelism;
  if (!complete)
    return fail_deploy(p, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  record_serving(p);
  if (t->rollback) {
    if (parallelism_taken_back(p) && shrunk(p))
      given_up(p);
    return;
  }
  if (superseded(p))
    return;
  sweep(p);
  grow(p, p.cluster(t->cluster_id));
}

} // namespace flink
