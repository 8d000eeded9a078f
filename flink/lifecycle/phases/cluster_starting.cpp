// ClusterStarting: everything that happens before the old job is touched. The gates in their order: the spec is valid,
// the API server accepts every object, the new cluster has its slots, the job compiles there.
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/pass/step_result.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/compile_gate.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/move_job.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/single.hpp"
#include "flink/lifecycle/steps/startup_failures.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace {

/// Creates the objects of the new cluster. Gives the version up if the API server refuses one.
step_result create_cluster(pass& p, const cluster_view& c) {
  auto made = create_missing(p, c);
  if (made.refused) {
    fail_deploy(p, reason::ObjectRefused, *made.refused);
    return step_result::gave_up;
  }
  if (made.complete)
    return step_result::done;
  p.wait(reason::CreatingCluster, "creating the objects of cluster " + c.id);
  return step_result::waiting;
}

/// Returns whether a job runs that a version which does not compile must not stop.
bool needs_compile_gate(const pass& p) {
  return has_old_job(p.was) && !old_cluster_at_zero(p.was);
}

/// The gates of a new cluster in their order: its objects, its slots, its compiled job.
step_result pass_gates(pass& p, const cluster_view& c) {
  auto created = create_cluster(p, c);
  if (created != step_result::done)
    return created;
  if (!await_slots(p, c))
    return step_result::waiting;
  return needs_compile_gate(p) ? run_compile_gate(p, c) : step_result::done;
}

/// Single: makes room for the new cluster. Returns whether it may be created.
bool make_way(pass& p) {
  if (deploy_mode(p.was) != rollout_mode::Single || !p.was.cluster)
    return true;
  if (old_cluster_at_zero(p.was))
    return await_old_pods_gone(p);
  if (dry_run_all(p) == step_result::done)
    leave_old_job(p, "the API server accepts every object of the new cluster");
  return false;
}

} // namespace

void cluster_starting(pass& p) {
  if (!p.was.target || !p.was.target->job)
    return begin_deploy(p, "status.target is missing");
  if (supersede(p))
    return;
  prune_clusters(p);
  record_serving(p); // the stop may take long
  if (!make_way(p))
    return;
  auto c = p.cluster(p.was.target->cluster_id);
  switch (pass_gates(p, c)) {
  case step_result::done:
    return leave_old_job(p, "cluster " + c.id + " is ready");
  case step_result::waiting:
    return give_up_stalled_start(p, c);
  case step_result::gave_up:
    return;
  }
}

} // namespace flink
