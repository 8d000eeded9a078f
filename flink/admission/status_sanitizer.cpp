#include "flink/admission/status_sanitizer.hpp"

#include "flink/admission/decode.hpp"
#include "flink/admission/rules.hpp"
#include "k8s/time.hpp"

#include <algorithm>

namespace flink {

namespace {

using check::findings;

bool is_time(std::string_view x) {
  return k8s::parse_time(x).has_value();
}

/// Returns whether `x` is the id of a job or trigger, as Flink writes it.
bool is_flink_id(std::string_view x) {
  return x.size() == 32 && x.find_first_not_of("0123456789abcdef") == x.npos;
}

/// Ours have 8 hex digits. The status of a migrated application may contain others.
bool is_cluster_id(std::string_view x) {
  return x.size() <= 16 && check::dns_label(x);
}

bool is_path(std::string_view x) {
  return !check::has_control(x);
}

bool is_colour(std::string_view x) {
  return x == "blue" || x == "green";
}

bool is_mode(std::string_view x) {
  return x == "Single" || x == "Dual" || x == "BlueGreen";
}

bool is_way(std::string_view x) {
  return is_mode(x) || x == "InPlace";
}

constexpr std::string_view no_time = "must be an RFC 3339 time";
constexpr std::string_view no_flink_id = "must be an id of 32 hexadecimal digits";
constexpr std::string_view no_cluster_id = "must be a cluster id";
constexpr std::string_view no_path = "must be a path";

class sanitizer {
public:
  explicit sanitizer(findings& out) : out_{out} {}

  /// Removes a text that does not fit. The Go operator wrote empty texts for absent ones.
  void keep_if(bool (*fits)(std::string_view), std::string field, std::optional<std::string>& x,
               std::string_view otherwise) {
    if (x && x->empty())
      x.reset();
    if (x && !note(fits(*x), std::move(field), *x, otherwise))
      x.reset();
  }

  /// Removes a number that is too small.
  void keep_from(int32_t least, std::string field, std::optional<int32_t>& x) {
    if (x && !note(*x >= least, std::move(field), std::to_string(*x), "must be at least " + std::to_string(least)))
      x.reset();
  }

  /// Returns `good`, and reports an error if it is false.
  bool note(bool good, std::string field, std::string_view value, std::string_view otherwise) {
    if (!good)
      check::report(out_, std::move(field), value, std::string{otherwise} + "; the operator ignores this value");
    return good;
  }

private:
  findings& out_;
};

void check_job(sanitizer& s, const std::string& field, job_status& x) {
  s.keep_if(is_flink_id, field + ".jobID", x.job_id, no_flink_id);
  s.keep_if(is_flink_id, field + ".stopTriggerId", x.stop_trigger_id, no_flink_id);
  s.keep_from(1, field + ".parallelism", x.parallelism);
  s.keep_if(is_path, field + ".restorePath", x.restore_path, no_path);
  s.keep_if(is_path, field + ".lastCheckpoint", x.last_checkpoint, no_path);
  s.keep_if(is_time, field + ".startTime", x.start_time, no_time);
  s.keep_if(is_time, field + ".restoreTime", x.restore_time, no_time);
  s.keep_if(is_time, field + ".lastFailingTime", x.last_failing_time, no_time);
  s.keep_if(is_time, field + ".lastCheckpointTime", x.last_checkpoint_time, no_time);
  s.keep_from(0, field + ".jobRestartCount", x.job_restart_count);
  s.keep_from(0, field + ".completedCheckpointCount", x.completed_checkpoint_count);
  s.keep_from(0, field + ".failedCheckpointCount", x.failed_checkpoint_count);
  s.keep_from(0, field + ".runningTasks", x.running_tasks);
  s.keep_from(0, field + ".totalTasks", x.total_tasks);
}

void check_incarnation(sanitizer& s, const std::string& field, std::optional<incarnation>& x) {
  if (x && !s.note(!x->pod_uid.empty() && x->restarts >= 0, field, x->pod_uid, "must name a pod"))
    x.reset();
}

void check_cluster(sanitizer& s, const std::string& field, std::optional<serving_cluster>& x) {
  if (!x)
    return;
  if (!s.note(is_cluster_id(x->id), field + ".id", x->id, no_cluster_id))
    x.reset();
  else
    check_incarnation(s, field + ".jobManager", x->job_manager);
}

void check_teardown(sanitizer& s, std::optional<teardown>& x) {
  if (x
      && (!s.note(is_cluster_id(x->cluster_id), "status.teardown.clusterId", x->cluster_id, no_cluster_id)
          || !s.note(is_time(x->started_at), "status.teardown.startedAt", x->started_at, no_time)))
    x.reset();
}

void check_replicas(sanitizer& s, std::optional<replica_counts>& x) {
  if (x
      && !s.note(x->job_managers >= 1 && x->task_managers >= 0, "status.target.oldReplicas",
                 std::to_string(x->job_managers) + " and " + std::to_string(x->task_managers),
                 "are not valid numbers of replicas"))
    x.reset();
}

bool is_target(sanitizer& s, const deploy_target& x) {
  return s.note(is_cluster_id(x.cluster_id), "status.target.clusterId", x.cluster_id, no_cluster_id)
      && s.note(x.attempt >= 1, "status.target.attempt", std::to_string(x.attempt), "must be at least 1")
      && s.note(x.generation >= 0, "status.target.generation", std::to_string(x.generation), "must not be negative")
      && s.note(!x.job || (!x.job->jar_name.empty() && x.job->parallelism >= 1), "status.target.job",
                x.job ? x.job->jar_name : "", "must be a job with a jar and a parallelism");
}

void check_target(sanitizer& s, std::optional<deploy_target>& x) {
  if (!x)
    return;
  if (!is_target(s, *x))
    return x.reset();
  s.keep_if(is_flink_id, "status.target.jobId", x->job_id, no_flink_id);
  s.keep_if(is_flink_id, "status.target.triggerId", x->trigger_id, no_flink_id);
  s.keep_if(is_path, "status.target.restorePath", x->restore_path, no_path);
  s.keep_if(is_path, "status.target.startFrom", x->start_from, no_path);
  s.keep_if(is_time, "status.target.startedAt", x->started_at, no_time);
  s.keep_if(is_time, "status.target.stepStartedAt", x->step_started_at, no_time);
  s.keep_if(is_way, "status.target.mode", x->mode, "must be a mode of a deploy");
  check_replicas(s, x->old_replicas);
  check_incarnation(s, "status.target.jobManager", x->job_manager);
  if (!x->rollback)
    return;
  s.keep_if(is_flink_id, "status.target.rollback.jobId", x->rollback->job_id, no_flink_id);
  check_incarnation(s, "status.target.rollback.jobManager", x->rollback->job_manager);
}

void check_failed(sanitizer& s, std::optional<failed_cluster>& x) {
  if (!x)
    return;
  if (!s.note(is_cluster_id(x->id), "status.failed.id", x->id, no_cluster_id)
      || !s.note(is_time(x->failed_at), "status.failed.failedAt", x->failed_at, no_time))
    return x.reset();
  s.keep_if(is_flink_id, "status.failed.jobId", x->job_id, no_flink_id);
  s.keep_if(is_cluster_id, "status.failed.remedyHash", x->remedy_hash, "must be a hash");
}

void check_ending(sanitizer& s, const std::string& field, std::optional<ending>& x) {
  if (!x)
    return;
  if (!s.note(is_time(x->started_at), field + ".startedAt", x->started_at, no_time))
    return x.reset();
  s.keep_if(is_cluster_id, field + ".clusterId", x->cluster_id, no_cluster_id);
  s.keep_if(is_flink_id, field + ".jobId", x->job_id, no_flink_id);
  s.keep_if(is_flink_id, field + ".triggerId", x->trigger_id, no_flink_id);
}

void check_failures(sanitizer& s, std::optional<job_failures>& x) {
  if (!x)
    return;
  if (!s.note(x->restarts >= 0, "status.jobFailures.restarts", std::to_string(x->restarts), "must not be negative"))
    return x.reset();
  s.keep_if(is_time, "status.jobFailures.windowStartedAt", x->window_started_at, no_time);
  s.keep_if(is_time, "status.jobFailures.lastFailedAt", x->last_failed_at, no_time);
}

void check_savepoints(sanitizer& s, status& x) {
  auto& r = x.savepoint_request;
  if (r
      && (!s.note(is_cluster_id(r->cluster_id), "status.savepointRequest.clusterId", r->cluster_id, no_cluster_id)
          || !s.note(is_flink_id(r->job_id), "status.savepointRequest.jobId", r->job_id, no_flink_id)
          || !s.note(is_flink_id(r->trigger_id), "status.savepointRequest.triggerId", r->trigger_id, no_flink_id)
          || !s.note(is_time(r->started_at), "status.savepointRequest.startedAt", r->started_at, no_time)))
    r.reset();
  if (r)
    check_incarnation(s, "status.savepointRequest.jobManager", r->job_manager);
  auto& last = x.last_savepoint;
  if (last && !s.note(is_time(last->finished_at), "status.lastSavepoint.finishedAt", last->finished_at, no_time))
    last.reset();
  if (last)
    s.keep_if(is_path, "status.lastSavepoint.path", last->path, no_path);
}

void check_versions(sanitizer& s, status& x) {
  for (std::size_t i = 0; i < x.version_statuses.size(); ++i) {
    auto field = "status.versionStatuses[" + std::to_string(i) + "]";
    auto& version = x.version_statuses[i];
    s.keep_if(is_colour, field + ".appVersion", version.app_version, "must be blue or green");
    s.keep_if(is_cluster_id, field + ".versionHash", version.version_hash, no_cluster_id);
    if (version.job_status)
      check_job(s, field + ".jobStatus", *version.job_status);
  }
}

/// Checks the fields of the Go operator, which the migration reads.
void check_go_operator_fields(sanitizer& s, status& x) {
  struct {
    std::string_view name;
    std::optional<std::string>& value;
  } hashes[] = {{"deployHash", x.deploy_hash},     {"failedDeployHash", x.failed_deploy_hash},
                {"rollbackHash", x.rollback_hash}, {"updatingHash", x.updating_hash},
                {"teardownHash", x.teardown_hash}, {"inPlaceUpdatedFromHash", x.in_place_updated_from_hash}};
  for (auto& [name, value] : hashes)
    s.keep_if(is_cluster_id, "status." + std::string{name}, value, "must be a hash");
  s.keep_if(is_mode, "status.deploymentMode", x.deployment_mode, "must be a deployment mode");
  s.keep_if(is_colour, "status.deployVersion", x.deploy_version, "must be blue or green");
  s.keep_if(is_colour, "status.updatingVersion", x.updating_version, "must be blue or green");
  s.keep_if(is_flink_id, "status.savepointTriggerId", x.savepoint_trigger_id, no_flink_id);
  s.keep_if(is_path, "status.savepointPath", x.savepoint_path, no_path);
  if (x.last_seen_error)
    s.keep_if(is_time, "status.lastSeenError.lastErrorUpdateTime", x.last_seen_error->last_error_update_time, no_time);
}

bool is_phase(std::string_view x) {
  phase ignored{};
  return boost::describe::enum_from_string(std::string{x}.c_str(), ignored);
}

} // namespace

void sanitize_status(status& x, findings& errors) {
  sanitizer s{errors};
  s.keep_if(is_phase, "status.phase", x.phase, "must be a phase");
  s.keep_if(is_time, "status.startedAt", x.started_at, no_time);
  s.keep_if(is_time, "status.lastUpdatedAt", x.last_updated_at, no_time);
  s.keep_from(0, "status.retryCount", x.retry_count);
  if (x.observed_generation
      && !s.note(*x.observed_generation >= 0, "status.observedGeneration", std::to_string(*x.observed_generation),
                 "must not be negative"))
    x.observed_generation.reset();
  check_go_operator_fields(s, x);
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
