#include "flink/lifecycle/steps/move_job.hpp"

#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/newest_state.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace {

/// BlueGreen: the old job keeps running. It only takes a savepoint, unless savepoints are disabled.
void leave_old_job_running(pass& p, const std::string& why) {
  if (p.in.app.spec.savepoint_disabled.value_or(false))
    return begin_submit(p, std::nullopt, why + "; savepoints are disabled");
  p.next.target->trigger_id = p.in.fresh.trigger_id;
  p.enter(phase::Savepointing, why);
  p.act(take_savepoint{p.was.cluster->id, serving_job(p.was), p.in.fresh.trigger_id});
  p.event(reason::SavepointingJob, "taking a savepoint of job " + serving_job(p.was) + ", which keeps running");
}

} // namespace

void begin_rollback(pass& p, const std::string& why) {
  p.next.target->rollback = rollback{.reason = why};
  p.enter(phase::RollingBackJob, why);
  p.clear_wait(); // what the new version waited for does not matter any more
  p.warn(reason::DeployFailed,
         "the deploy to cluster " + p.was.target->cluster_id + " failed, and the operator rolls back: " + why);
}

void begin_submit(pass& p, std::optional<std::string> restore_path, std::string why) {
  auto& t = *p.next.target;
  t.restore_path = std::move(restore_path);
  t.job_id = p.in.fresh.job_id;
  auto c = p.cluster(t.cluster_id);
  t.job_manager = c.leader ? std::optional{incarnation_of(*c.leader)} : std::nullopt;
  p.enter(phase::SubmittingJob, std::move(why));
  if (c.leader)
    p.act(ask_jobs{c.id});
  switch_generic_service(p, c);
  p.wait(reason::SubmittingJob, "submitting job " + p.in.fresh.job_id + " to cluster " + c.id);
}

void go_on_after_old_job(pass& p, std::optional<std::string> restore_path, std::string why) {
  if (deploy_mode(p.was) != rollout_mode::Single || !p.was.cluster)
    return begin_submit(p, std::move(restore_path), std::move(why));
  auto old = p.cluster(p.was.cluster->id);
  p.next.target->old_replicas = replica_counts{old.job_manager ? std::max(old.job_manager->replicas, 1) : 1,
                                               old.task_manager ? old.task_manager->replicas : 0};
  p.next.target->restore_path = restore_path;
  if (restore_path)
    p.next.savepoint_path = restore_path;
  p.enter(phase::ClusterStarting, std::move(why));
  p.wait(reason::MakingRoom, "waiting for the pods of the old cluster " + old.id + " to end");
}

void leave_old_job(pass& p, const std::string& why) {
  if (old_cluster_at_zero(p.was)) // Single: it has ended already
    return begin_submit(p, p.was.target->restore_path, why);
  if (!has_old_job(p.was)) {
    if (confirm_serving_cluster_idle(p))
      go_on_after_old_job(p, first_restore_path(p), why);
    return;
  }
  if (deploy_mode(p.was) == rollout_mode::BlueGreen)
    return leave_old_job_running(p, why);
  if (p.in.app.spec.savepoint_disabled.value_or(false)) {
    p.enter(phase::Cancelling, why + "; savepoints are disabled");
    p.warn(reason::CancellingJob, "cancelling job " + serving_job(p.was) + " without a savepoint (savepointDisabled)");
    return;
  }
  p.next.target->trigger_id = p.in.fresh.trigger_id;
  p.enter(phase::Savepointing, why);
  p.act(stop_job{p.was.cluster->id, serving_job(p.was), p.in.fresh.trigger_id});
  p.event(reason::CancellingJob, "stopping job " + serving_job(p.was) + " with a savepoint");
}

} // namespace flink
