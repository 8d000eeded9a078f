#include "flink/admission/status_sanitizer.hpp"

#include "flink/admission/rules.hpp"

#include <algorithm>
#include <concepts>

namespace flink {

namespace {

using check::findings;

class sanitizer {
public:
  explicit sanitizer(findings& out) : out_{out} {}

  /// Returns `good`, and reports an error if it is false. The decoder may have reported the field already.
  bool note(bool good, const std::string& field, std::string_view expected, std::string_view got) {
    if (!good && std::ranges::find(out_, field, &json::field_error::field) == out_.end())
      out_.push_back({field, "must be " + std::string{expected} + ", not " + std::string{got}});
    return good;
  }

  /// Returns whether a member is there without which its record is useless.
  bool has(const auto& x, const std::string& field) { return note(!x.empty(), field, "set", "empty"); }

  bool is_at_least(std::integral auto least, std::integral auto x, const std::string& field) {
    return note(x >= least, field, "at least " + std::to_string(least), std::to_string(x));
  }

  /// Removes a number that is too small.
  template <std::integral T>
  void keep_from(T least, std::optional<T>& x, const std::string& field) {
    if (x && !is_at_least(least, *x, field))
      x.reset();
  }

  /// Removes a text that is not a path. The Go operator wrote empty texts for absent ones.
  void keep_path(std::optional<std::string>& x, const std::string& field) {
    if (x && (x->empty() || !note(!check::has_control(*x), field, "a path", check::in_quotes(*x))))
      x.reset();
  }

private:
  findings& out_;
};

void check_job(sanitizer& s, const std::string& field, job_status& x) {
  s.keep_from(1, x.parallelism, field + ".parallelism");
  s.keep_path(x.restore_path, field + ".restorePath");
  s.keep_path(x.last_checkpoint, field + ".lastCheckpoint");
  s.keep_from(0, x.job_restart_count, field + ".jobRestartCount");
  s.keep_from(0, x.completed_checkpoint_count, field + ".completedCheckpointCount");
  s.keep_from(0, x.failed_checkpoint_count, field + ".failedCheckpointCount");
  s.keep_from(0, x.running_tasks, field + ".runningTasks");
  s.keep_from(0, x.total_tasks, field + ".totalTasks");
}

void check_incarnation(sanitizer& s, const std::string& field, std::optional<incarnation>& x) {
  if (x && !(s.has(x->pod_uid, field + ".podUid") && s.is_at_least(0, x->restarts, field + ".restarts")))
    x.reset();
}

void check_cluster(sanitizer& s, const std::string& field, std::optional<serving_cluster>& x) {
  if (!x)
    return;
  if (!s.has(x->id, field + ".id"))
    x.reset();
  else
    check_incarnation(s, field + ".jobManager", x->job_manager);
}

void check_teardown(sanitizer& s, std::optional<teardown>& x) {
  if (x && !(s.has(x->cluster_id, "status.teardown.clusterId") && s.has(x->started_at, "status.teardown.startedAt")))
    x.reset();
}

void check_replicas(sanitizer& s, std::optional<replica_counts>& x) {
  const std::string field = "status.target.oldReplicas";
  if (x && !(s.is_at_least(1, x->job_managers, field) && s.is_at_least(0, x->task_managers, field)))
    x.reset();
}

bool is_target(sanitizer& s, const deploy_target& x) {
  return s.has(x.cluster_id, "status.target.clusterId") && s.is_at_least(1, x.attempt, "status.target.attempt")
      && s.is_at_least(0, x.generation, "status.target.generation")
      && (!x.job
          || (s.has(x.job->jar_name, "status.target.job.jarName")
              && s.is_at_least(1, x.job->parallelism, "status.target.job.parallelism")));
}

void check_target(sanitizer& s, std::optional<deploy_target>& x) {
  if (!x)
    return;
  if (!is_target(s, *x))
    return x.reset();
  s.keep_path(x->restore_path, "status.target.restorePath");
  s.keep_path(x->start_from, "status.target.startFrom");
  check_replicas(s, x->old_replicas);
  check_incarnation(s, "status.target.jobManager", x->job_manager);
  if (x->rollback)
    check_incarnation(s, "status.target.rollback.jobManager", x->rollback->job_manager);
}

void check_failed(sanitizer& s, std::optional<failed_cluster>& x) {
  if (x && !(s.has(x->id, "status.failed.id") && s.has(x->failed_at, "status.failed.failedAt")))
    x.reset();
}

void check_ending(sanitizer& s, const std::string& field, std::optional<ending>& x) {
  if (x && !s.has(x->started_at, field + ".startedAt"))
    x.reset();
}

void check_failures(sanitizer& s, std::optional<job_failures>& x) {
  if (x && !s.is_at_least(0, x->restarts, "status.jobFailures.restarts"))
    x.reset();
}

bool is_request(sanitizer& s, const savepoint_request& x) {
  const std::string field = "status.savepointRequest";
  return s.has(x.cluster_id, field + ".clusterId") && s.has(x.job_id, field + ".jobId")
      && s.has(x.trigger_id, field + ".triggerId") && s.has(x.started_at, field + ".startedAt");
}

void check_savepoints(sanitizer& s, status& x) {
  if (x.savepoint_request && !is_request(s, *x.savepoint_request))
    x.savepoint_request.reset();
  if (x.savepoint_request)
    check_incarnation(s, "status.savepointRequest.jobManager", x.savepoint_request->job_manager);
  if (x.last_savepoint && !s.has(x.last_savepoint->finished_at, "status.lastSavepoint.finishedAt"))
    x.last_savepoint.reset();
  if (x.last_savepoint)
    s.keep_path(x.last_savepoint->path, "status.lastSavepoint.path");
}

void check_versions(sanitizer& s, status& x) {
  for (std::size_t i = 0; i < x.version_statuses.size(); ++i)
    if (auto& job = x.version_statuses[i].job_status)
      check_job(s, "status.versionStatuses[" + std::to_string(i) + "].jobStatus", *job);
}

} // namespace

void sanitize_status(status& x, findings& errors) {
  sanitizer s{errors};
  s.keep_from<int32_t>(0, x.retry_count, "status.retryCount");
  s.keep_from<int64_t>(0, x.observed_generation, "status.observedGeneration");
  s.keep_path(x.savepoint_path, "status.savepointPath");
  check_cluster(s, "status.cluster", x.cluster);
  check_cluster(s, "status.updatingCluster", x.updating_cluster);
  check_teardown(s, x.teardown);
  check_target(s, x.target);
  check_failed(s, x.failed);
  check_ending(s, "status.deletion", x.deletion);
  check_ending(s, "status.suspension", x.suspension);
  check_failures(s, x.job_failures);
  check_savepoints(s, x);
  if (x.job_status)
    check_job(s, "status.jobStatus", *x.job_status);
  check_versions(s, x);
}

} // namespace flink
