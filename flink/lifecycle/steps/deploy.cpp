// How a deploy ends: its version was accepted and serves, or it has failed.
#include "config/defaults.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

void remember_deploy(pass& p, std::string result, std::string reason) {
  auto& t = *p.was.target;
  auto& all = p.next.history;
  all.push_back({.spec_hash = t.spec_hash,
                 .cluster_id = t.cluster_id,
                 .image = p.in.app.spec.image,
                 .started = t.started_at.value_or(p.now_text()),
                 .finished = p.now_text(),
                 .result = std::move(result),
                 .reason = reason.empty() ? std::nullopt : std::optional{std::move(reason)}});
  if (all.size() > defaults::remembered_deploys)
    all.erase(all.begin());
}

} // namespace

void fail_deploy(pass& p, std::string reason, std::string message) {
  if (is_parked(p.was) && !p.was.target->rollback)
    return begin_rollback(p, message); // Single: the old job has ended for it
  if (is_rescale(p.was) && !p.was.target->rollback)
    return begin_shrink(p, reason + ": " + message); // InPlace: the TaskManagers that were added go first
  if (p.was.target) {
    remember_deploy(p, "Failed", reason);
    p.next.failed = failed_cluster{.id = p.was.target->cluster_id,
                                   .spec_hash = p.was.target->spec_hash,
                                   .failed_at = p.now_text(),
                                   .job_id = p.was.target->job_id};
    p.next.failed_deploy_hash = p.was.target->cluster_id;
  }
  p.next.rollback_hash = p.next.deploy_hash;
  p.next.target.reset();
  p.next.reason = reason + ": " + message;
  p.enter(phase::DeployFailed, *p.next.reason);
  p.clear_wait(); // the trouble that led here is told by the phase from now on
  p.warn("DeployFailed", message);
}

job_status deployed_job(const pass& p, const rest::job& job) {
  auto& t = *p.was.target;
  job_status now{.jar_name = t.job->jar_name,
                 .parallelism = t.job->parallelism,
                 .entry_class = t.job->entry_class,
                 .program_args = t.job->program_args,
                 .program_args_list = t.job->program_args_list,
                 .allow_non_restored_state = t.job->allow_non_restored_state};
  if (auto path = start_state(t); !path.empty())
    now.restore_path = path;
  now.last_checkpoint = now.restore_path; // until the new job completes its own, this is its newest state
  if (now.restore_path)
    now.last_checkpoint_time = p.now_text();
  now.job_id = job.id;
  now.state = std::string{to_string(job.state)};
  return now;
}

void deployed(pass& p) {
  remember_deploy(p, "Deployed", {});
  if (auto& nonce = p.was.target->restore_nonce)
    p.next.restore_nonce = nonce;
  p.next.target.reset();
  p.next.failed.reset();
  p.next.failed_deploy_hash.reset();
  p.next.savepoint_path.reset();
  p.next.reason.reset();
}

void tell_submitted(pass& p, const job_status& job) {
  p.event("JobSubmitted", "job " + *job.job_id + " runs on cluster " + p.was.target->cluster_id
                              + (job.restore_path ? ", restored from " + *job.restore_path : std::string{}));
}

void accept_target(pass& p, const rest::job& job) {
  auto& t = *p.was.target;
  if (is_beside(p.was))
    return accept_second(p, job);
  deployed(p);
  auto old = p.was.cluster;
  p.next.cluster = serving_cluster{t.cluster_id, t.spec_hash, t.job_manager};
  p.next.deploy_hash = t.cluster_id;
  p.next.deploy_version = p.was.updating_version;
  p.next.job_status = deployed_job(p, job);
  record_job(p, job);
  p.next.job_failures.reset();
  record_cluster(p, p.cluster(t.cluster_id));
  p.enter(phase::Running, "job " + job.id + " runs on cluster " + t.cluster_id);
  tell_submitted(p, *p.next.job_status);
  if (old && old->id != t.cluster_id)
    p.event("ToreDownCluster", "removing cluster " + old->id);
}

} // namespace flink
