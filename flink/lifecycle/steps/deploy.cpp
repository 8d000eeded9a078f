// How a deploy ends: its version was accepted and serves, or it has failed.
#include "config/defaults.hpp"
#include "flink/admission/hash.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

void remember_deploy(step& s, std::string result, std::string reason) {
  auto& t = *s.was.target;
  auto& all = s.next.history;
  all.push_back({.spec_hash = t.spec_hash,
                 .cluster_id = t.cluster_id,
                 .image = s.x.app.spec.image,
                 .started = t.started_at.value_or(s.now_text()),
                 .finished = s.now_text(),
                 .result = std::move(result),
                 .reason = reason.empty() ? std::nullopt : std::optional{std::move(reason)}});
  if (all.size() > defaults::remembered_deploys)
    all.erase(all.begin());
}

/// The spec of the deploy under way, where it pinned a value that has been edited since.
spec tried_spec(const step& s) {
  auto result = s.x.app.spec;
  if (auto& job = s.was.target->job)
    result.allow_non_restored_state = job->allow_non_restored_state;
  return result;
}

} // namespace

void fail_deploy(step& s, std::string reason, std::string message) {
  if (is_parked(s.was) && !s.was.target->rollback)
    return begin_rollback(s, message); // Single: the old job has ended for it
  if (is_rescale(s.was) && !s.was.target->rollback)
    return begin_shrink(s, reason + ": " + message); // InPlace: the TaskManagers that were added go first
  if (s.was.target) {
    remember_deploy(s, "Failed", reason);
    s.next.failed = failed_cluster{.id = s.was.target->cluster_id,
                                   .spec_hash = s.was.target->spec_hash,
                                   .failed_at = s.now_text(),
                                   .job_id = s.was.target->job_id,
                                   .remedy_hash = remedy_hash(tried_spec(s))};
    s.next.failed_deploy_hash = s.was.target->cluster_id;
  }
  s.next.rollback_hash = s.next.deploy_hash;
  s.next.target.reset();
  s.next.reason = reason + ": " + message;
  s.enter(phase::DeployFailed, *s.next.reason);
  s.calm(); // the trouble that led here is told by the phase from now on
  s.warn("DeployFailed", message);
}

job_status deployed_job(const step& s, const rest::job& job) {
  auto& t = *s.was.target;
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
    now.last_checkpoint_time = s.now_text();
  now.job_id = job.id;
  now.state = std::string{to_string(job.state)};
  return now;
}

void deployed(step& s) {
  remember_deploy(s, "Deployed", {});
  if (auto& nonce = s.was.target->restore_nonce)
    s.next.restore_nonce = nonce;
  s.next.target.reset();
  s.next.failed.reset();
  s.next.failed_deploy_hash.reset();
  s.next.savepoint_path.reset();
  s.next.reason.reset();
}

void tell_submitted(step& s, const job_status& job) {
  s.event("JobSubmitted", "job " + *job.job_id + " runs on cluster " + s.was.target->cluster_id
                              + (job.restore_path ? ", restored from " + *job.restore_path : std::string{}));
}

void accept_target(step& s, const rest::job& job) {
  auto& t = *s.was.target;
  if (is_beside(s.was))
    return accept_second(s, job);
  deployed(s);
  auto old = s.was.cluster;
  s.next.cluster = serving_cluster{t.cluster_id, t.spec_hash, t.job_manager};
  s.next.deploy_hash = t.cluster_id;
  s.next.deploy_version = s.was.updating_version;
  s.next.job_status = deployed_job(s, job);
  record_job(s, job);
  s.next.job_failures.reset();
  record_cluster(s, s.cluster(t.cluster_id));
  s.enter(phase::Running, "job " + job.id + " runs on cluster " + t.cluster_id);
  tell_submitted(s, *s.next.job_status);
  if (old && old->id != t.cluster_id)
    s.event("ToreDownCluster", "removing cluster " + old->id);
}

} // namespace flink
