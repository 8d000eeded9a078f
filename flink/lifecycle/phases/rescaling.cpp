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
application as_before(const step& s) {
  auto x = s.x.app;
  x.spec.parallelism = *s.was.job_status->parallelism;
  return x;
}

/// Is a higher parallelism all that the spec asks for beyond what runs?
bool only_grows(const step& s) {
  auto& running = s.was.job_status->parallelism;
  return running && s.x.app.spec.parallelism > *running && spec_hash(as_before(s)) == s.was.cluster->spec_hash;
}

void grow(step& s, const cluster_view& c) {
  auto& t = *s.was.target;
  if (!c.task_manager)
    return fail_deploy(s, "RescaleFailed", "the TaskManagers' Deployment of cluster " + c.id + " has been deleted");
  scaled(s, *c.task_manager, task_managers_for(s, t.job->parallelism));
  if (is_adaptive(s.was))
    return raise_parallelism(s, c);
  if (slots_ready(s, c) && compiles(s, c)
      && rescale_or_restart(s, c,
                            "cluster " + c.id + " has the slots for parallelism " + std::to_string(t.job->parallelism)))
    return;
  if (!s.next.target->rollback)
    give_up_in_time(s, c);
}

/// Still wanted: it has failed. Otherwise what is wanted now is looked at anew.
void given_up(step& s) {
  if (s.x.spec_hash == s.was.target->spec_hash)
    return fail_deploy(s, "RescaleFailed", s.was.target->rollback->reason);
  s.next.target.reset();
  s.enter(phase::Running, s.was.target->rollback->reason);
}

} // namespace

bool grows_in_place(const step& s) {
  auto& x = s.x.app.spec;
  auto at = phase_of(s.was);
  bool settled = at == phase::Running || at == phase::DeployFailed || at == phase::Rescaling;
  bool runs = settled && s.was.cluster && !serving_job(s.was).empty();
  return x.scale_mode.value_or(scale_mode::NewCluster) != scale_mode::NewCluster && runs && !is_blue_green(s.was)
      && s.cluster(s.was.cluster->id).task_manager && only_grows(s);
}

void begin_rescale(step& s, std::string why) {
  auto& t = *s.next.target;
  auto before = task_managers_for(s, *s.was.job_status->parallelism);
  t.cluster_id = s.was.cluster->id;
  t.mode = modes::in_place;
  t.old_replicas = replica_counts{.job_managers = 1, .task_managers = before};
  s.enter(phase::Rescaling, std::move(why));
  s.wait("TaskManagersStarting", "adding TaskManagers to cluster " + t.cluster_id);
  s.event("ClusterScaleUp", "scaling the TaskManagers of cluster " + t.cluster_id + " from " + std::to_string(before)
                                + " to " + std::to_string(task_manager_count(s.x.app.spec)));
}

void begin_shrink(step& s, std::string why) {
  s.next.target->rollback = rollback{.reason = why};
  s.enter(phase::Rescaling, std::move(why));
  s.calm();
  s.wait("RemovingTaskManagers", "removing the TaskManagers that were added to cluster " + s.was.target->cluster_id);
}

bool shrunk(step& s) {
  auto c = s.cluster(s.was.cluster->id);
  auto before = s.was.target->old_replicas->task_managers;
  if (!c.task_manager || (scaled(s, *c.task_manager, before) && std::ssize(c.task_manager_pods) <= before))
    return true;
  s.wait("RemovingTaskManagers", "waiting for the TaskManagers that were added to cluster " + c.id + " to go");
  return false;
}

void rescaling(step& s) {
  auto& t = s.was.target;
  bool complete
      = t && t->job && s.was.cluster && is_rescale(s.was) && s.was.job_status && s.was.job_status->parallelism;
  if (!complete)
    return fail_deploy(s, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  record_serving(s);
  if (t->rollback) {
    if (parallelism_taken_back(s) && shrunk(s))
      given_up(s);
    return;
  }
  if (superseded(s))
    return;
  sweep(s);
  grow(s, s.cluster(t->cluster_id));
}

} // namespace flink
