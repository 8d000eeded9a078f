#include "flink/lifecycle/steps/end_deploy.hpp"

#include "config/defaults.hpp"
#include "flink/admission/hash.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/move_job.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

void remember_deploy(pass& p, deploy_result result, std::string reason) {
  auto& t = *p.was.target;
  auto& all = p.next.history;
  all.push_back({.spec_hash = t.spec_hash,
                 .cluster_id = t.cluster_id,
                 .image = p.in.app.spec.image,
                 .started = t.started_at.value_or(p.now()),
                 .finished = p.now(),
                 .result = result,
                 .reason = reason.empty() ? std::nullopt : std::optional{std::move(reason)}});
  if (all.size() > defaults::remembered_deploys)
    all.erase(all.begin());
}

job_status deployed_job(const pass& p, const rest::job& job) {
  auto& t = *p.was.target;
  job_status now{.jar_name = t.job->jar_name,
                 .parallelism = t.job->parallelism,
                 .entry_class = t.job->entry_class,
                 .program_args = t.job->program_args,
                 .program_args_list = t.job->program_args_list,
                 .allow_non_restored_state = t.job->allow_non_restored_state};
  if (auto path = restore_path_of(t); !path.empty())
    now.restore_path = path;
  now.last_checkpoint = now.restore_path; // until the new job completes its own, this is its newest state
  if (now.restore_path)
    now.last_checkpoint_time = p.now();
  now.job_id = job.id;
  now.state = std::string{to_string(job.state)};
  return now;
}

void record_submitted(pass& p, const job_status& job) {
  p.event(reason::JobSubmitted, "job " + *job.job_id + " runs on cluster " + p.was.target->cluster_id
                                    + (job.restore_path ? ", restored from " + *job.restore_path : std::string{}));
}

void accept_second(pass& p, const rest::job& job) {
  auto& t = *p.was.target;
  conclude_deploy(p);
  p.next.updating_cluster = serving_cluster{t.cluster_id, t.spec_hash, t.job_manager};
  p.next.version_statuses.resize(2);
  p.next.version_statuses[1].job_status = deployed_job(p, job);
  p.enter(phase::DualRunning, "job " + job.id + " runs on cluster " + t.cluster_id + " beside the old one");
  record_submitted(p, *p.next.version_statuses[1].job_status);
}

/// The spec of the deploy under way. An edit since does not count where the deploy pinned the value.
spec tried_spec(const pass& p) {
  auto result = p.in.app.spec;
  if (auto& job = p.was.target->job)
    result.allow_non_restored_state = job->allow_non_restored_state;
  return result;
}

} // namespace

void begin_shrink(pass& p, std::string why) {
  p.next.target->rollback = rollback{.reason = why};
  p.enter(phase::Rescaling, std::move(why));
  p.clear_wait();
  p.wait(reason::RemovingTaskManagers,
         "removing the TaskManagers that were added to cluster " + p.was.target->cluster_id);
}

void fail_deploy(pass& p, failed_deploy_reason what, std::string message) {
  fail_deploy_as(p, what.name(), std::move(message));
}

void fail_deploy_as(pass& p, std::string name, std::string message) {
  if (old_cluster_at_zero(p.was) && !p.was.target->rollback)
    return begin_rollback(p, message); // Single: the old job has ended for it
  if (is_rescale(p.was) && !p.was.target->rollback)
    return begin_shrink(p, name + ": " + message); // InPlace: the TaskManagers that were added go first
  if (p.was.target) {
    remember_deploy(p, deploy_result::Failed, name);
    p.next.failed = failed_cluster{.id = p.was.target->cluster_id,
                                   .spec_hash = p.was.target->spec_hash,
                                   .failed_at = p.now(),
                                   .job_id = p.was.target->job_id,
                                   .remedy_hash = remedy_hash(tried_spec(p))};
    p.next.failed_deploy_hash = p.was.target->cluster_id;
  }
  p.next.rollback_hash = p.next.deploy_hash;
  p.next.target.reset();
  p.next.reason = name + ": " + message;
  p.enter(phase::DeployFailed, *p.next.reason);
  p.clear_wait(); // from now on the phase reports the failure
  p.warn(reason::DeployFailed, message);
}

void fail_rollback(pass& p, const std::string& why) {
  p.warn(reason::RollbackFailed, why);
  p.next.job_status->job_id.reset();
  p.next.savepoint_path = p.was.target->restore_path; // what the next edit starts from
  fail_deploy(p, reason::RollbackFailed,
              why + "; no job runs. Edit the spec to start the job again, from "
                  + p.was.target->restore_path.value_or("spec.savepointPath, or without state if that field is empty")
                  + ". If this state no longer exists, also set spec.fallbackWithoutState");
}

void conclude_deploy(pass& p) {
  remember_deploy(p, deploy_result::Deployed, {});
  if (auto& nonce = p.was.target->restore_nonce)
    p.next.restore_nonce = nonce;
  p.next.target.reset();
  p.next.failed.reset();
  p.next.failed_deploy_hash.reset();
  p.next.savepoint_path.reset();
  p.next.reason.reset();
}

void accept_target(pass& p, const rest::job& job) {
  auto& t = *p.was.target;
  if (runs_side_by_side(p.was))
    return accept_second(p, job);
  conclude_deploy(p);
  auto old = p.was.cluster;
  p.next.cluster = serving_cluster{t.cluster_id, t.spec_hash, t.job_manager};
  p.next.deploy_hash = t.cluster_id;
  p.next.deploy_version = p.was.updating_version;
  p.next.job_status = deployed_job(p, job);
  record_job(p, job);
  p.next.job_failures.reset();
  record_cluster(p, p.cluster(t.cluster_id));
  p.enter(phase::Running, "job " + job.id + " runs on cluster " + t.cluster_id);
  record_submitted(p, *p.next.job_status);
  if (old && old->id != t.cluster_id)
    p.event(reason::ToreDownCluster, "removing cluster " + old->id);
}

} // namespace flink
