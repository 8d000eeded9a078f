#include "flink/lifecycle/steps/replicas.hpp"

#include "flink/configuration/memory.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"

#include <algorithm>

namespace flink {

namespace {

/// Returns whether the adaptive scheduler runs the job with fewer slots than it should have.
bool makes_do(const pass_inputs& p, const rest::job& job) {
  return p.in.app.spec.scale_mode == scale_mode::Adaptive
      && std::ranges::all_of(job.vertices, [&](auto& x) { return x.parallelism < *p.was.job_status->parallelism; });
}

/// Returns whether the serving job misses slots. False if the spec does not describe the serving version any more:
/// then nobody knows how many it needs.
bool misses_slots(const queries& p, const cluster_view& c) {
  if (!p.was.cluster || p.was.cluster->id != c.id || p.was.cluster->spec_hash != p.in.spec_hash)
    return false;
  auto* job = p.known_job(c, serving_job(p.was));
  if (!job || rest::is_terminal(job->state))
    return starts_again(p.was);
  return !rest::all_tasks_running(*job) || makes_do(p, *job);
}

} // namespace

bool ensure_replicas(commands& p, const k8s::deployment& x, int32_t replicas) {
  if (x.replicas == replicas)
    return true;
  p.ensure(scale_deployment{x.head.key.name, replicas});
  return false;
}

int32_t task_managers_for(const pass_inputs& p, int32_t parallelism) {
  auto x = p.in.app.spec;
  x.parallelism = parallelism;
  return task_manager_count(x);
}

void restore_replicas(queries& p, const cluster_view& c) {
  if (c.job_manager && c.job_manager->replicas == 0)
    ensure_replicas(p, *c.job_manager, 1);
  auto parallelism = p.was.job_status ? p.was.job_status->parallelism : std::nullopt;
  if (!c.task_manager || !parallelism)
    return;
  auto needed = task_managers_for(p, *parallelism);
  if (c.task_manager->replicas < (misses_slots(p, c) ? needed : 1))
    ensure_replicas(p, *c.task_manager, needed);
}

bool remove_added_task_managers(commands& p) {
  auto c = p.cluster(p.was.cluster->id);
  auto before = p.was.target->old_replicas->task_managers;
  if (!c.task_manager || (ensure_replicas(p, *c.task_manager, before) && std::ssize(c.task_manager_pods) <= before))
    return true;
  p.wait(reason::RemovingTaskManagers,
         "waiting until the TaskManagers that were added to cluster " + c.id + " are gone");
  return false;
}

bool await_slots(queries& p, const cluster_view& c) {
  if (!c.leader) {
    p.wait(reason::JobManagerStarting, "waiting for the JobManager pod of cluster " + c.id + " to run");
    return false;
  }
  auto* overview = p.ask(c, ask_overview{c.id}, p.poll_interval());
  if (!overview) {
    p.wait(reason::JobManagerStarting, "waiting for JobManager " + c.leader->head.key.name + " to answer");
    return false;
  }
  auto wanted = p.was.target->job->parallelism;
  if (overview->slots_total >= wanted)
    return true;
  p.wait(reason::TaskManagersStarting, "waiting for task slots of cluster " + c.id + ": "
                                           + std::to_string(overview->slots_total) + " of " + std::to_string(wanted));
  return false;
}

void stop_job_manager(commands& p, const cluster_view& c) {
  if (c.job_manager)
    ensure_replicas(p, *c.job_manager, 0);
}

void restart_job_manager(commands& p, const cluster_view& c, const std::string& why) {
  p.blocked(reason::StartSlow, why + "; the operator restarts the JobManager of cluster " + c.id
                                   + ", so that this job cannot start later");
  stop_job_manager(p, c);
}

bool await_job_manager_restart(commands& p, const cluster_view& c) {
  if (!c.job_manager || c.job_manager->replicas > 0)
    return false;
  p.wait(reason::JobManagerRestarting, "restarting the JobManager of cluster " + c.id);
  if (c.job_manager_pods.empty())
    ensure_replicas(p, *c.job_manager, 1);
  return true;
}

} // namespace flink
