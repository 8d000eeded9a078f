// Rescaling: TaskManagers are added to the serving cluster, so that its job can start again there with a higher
// parallelism. The spec differs in nothing else. A failure before the job is stopped only removes them again; a failure
// after it is a rollback like any other, on the same cluster.
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/step_result.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/adaptive_rescale.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/compile_gate.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/startup_failures.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace {

/// Does what comes before the job gets its parallelism: slots, the compile gate, the choice how to rescale.
step_result prepare_growth(pass& p, const cluster_view& c) {
  if (!await_slots(p, c))
    return step_result::waiting;
  auto compiled = run_compile_gate(p, c);
  if (compiled != step_result::done)
    return compiled;
  auto why = "cluster " + c.id + " has the slots for parallelism " + std::to_string(p.was.target->job->parallelism);
  return rescale_or_restart(p, c, why) ? step_result::done : step_result::waiting;
}

void grow(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  if (!c.task_manager)
    return fail_deploy(p, reason::RescaleFailed,
                       "the TaskManagers' Deployment of cluster " + c.id + " has been deleted");
  ensure_replicas(p, *c.task_manager, task_managers_for(p, t.job->parallelism));
  if (is_adaptive(p.was))
    return raise_parallelism(p, c);
  if (prepare_growth(p, c) == step_result::waiting)
    give_up_stalled_start(p, c);
}

/// The added TaskManagers are gone. If the spec still asks for them the deploy has failed; else the next pass decides.
void conclude_shrink(pass& p) {
  if (p.in.spec_hash == p.was.target->spec_hash)
    return fail_deploy(p, reason::RescaleFailed, p.was.target->rollback->reason);
  p.next.target.reset();
  p.enter(phase::Running, p.was.target->rollback->reason);
}

} // namespace

void rescaling(pass& p) {
  auto& t = p.was.target;
  record_serving(p);
  if (t->rollback) {
    if (restore_parallelism(p) && remove_added_task_managers(p))
      conclude_shrink(p);
    return;
  }
  if (supersede(p))
    return;
  prune_clusters(p);
  grow(p, p.cluster(t->cluster_id));
}

} // namespace flink
