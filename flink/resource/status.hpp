// status of a FlinkApplication: what the operator remembers between two decisions.
// Member names are the wire's names in snake_case (`jar_name` is `jarName`); enumerators are spelled as on the wire.
// The CRD in charts/flink-operator is kept equal to these structs by a test in both directions.
#pragma once

#include "flink/resource/enums.hpp"
#include "flink/resource/ids.hpp"
#include "k8s/meta.hpp"
#include "k8s/timestamp.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flink {

/// The Go operator's record of its last error. The operator reads it for the migration and never writes it.
struct last_seen_error {
  std::optional<std::string> app_error;
  std::optional<std::string> method;
  std::optional<std::string> error_code;
  std::optional<bool> is_retryable;
  std::optional<bool> is_fail_fast;
  std::optional<int32_t> max_retries;
  std::optional<k8s::timestamp> last_error_update_time;
  bool operator==(const last_seen_error&) const = default;
};
BOOST_DESCRIBE_STRUCT(last_seen_error, (),
                      (app_error, method, error_code, is_retryable, is_fail_fast, max_retries, last_error_update_time))

/// State of a cluster for people.
struct cluster_status {
  std::optional<std::string> cluster_overview_url;
  std::optional<flink::health> health;
  std::optional<int32_t> number_of_task_managers;
  std::optional<int32_t> healthy_task_managers;
  std::optional<int32_t> number_of_task_slots;
  std::optional<int32_t> available_task_slots;
  bool operator==(const cluster_status&) const = default;
};
BOOST_DESCRIBE_STRUCT(cluster_status, (),
                      (cluster_overview_url, health, number_of_task_managers, healthy_task_managers,
                       number_of_task_slots, available_task_slots))

/// The Go operator spells some names with capitals. Its statuses must stay readable.
constexpr std::string_view wire_name(const cluster_status*, std::string_view member) {
  return member == "cluster_overview_url" ? "clusterOverviewURL" : "";
}

/// The serving job. The members jar_name to allow_non_restored_state record how it was submitted, so that the operator
/// can submit it again after the spec has changed.
struct job_status {
  std::optional<std::string> job_overview_url;
  std::optional<flink::job_id> job_id;
  std::optional<flink::health> health;
  std::optional<std::string> state;
  std::optional<std::string> jar_name;
  std::optional<int32_t> parallelism;
  std::optional<std::string> entry_class;
  std::optional<std::string> program_args;
  std::optional<std::vector<std::string>> program_args_list;
  std::optional<bool> allow_non_restored_state;
  std::optional<k8s::timestamp> start_time;
  std::optional<int32_t> job_restart_count;
  std::optional<int32_t> completed_checkpoint_count;
  std::optional<int32_t> failed_checkpoint_count;
  std::optional<std::string> restore_path;
  std::optional<k8s::timestamp> restore_time;
  std::optional<k8s::timestamp> last_failing_time;
  std::optional<std::string> last_checkpoint;
  std::optional<k8s::timestamp> last_checkpoint_time;
  std::optional<int32_t> running_tasks;
  std::optional<int32_t> total_tasks;
  /// Identity of a stop with a savepoint that was never confirmed. The operator gave up an update because of that, and
  /// the stop may still take effect.
  std::optional<flink::trigger_id> stop_trigger_id;
  bool operator==(const job_status&) const = default;
};
BOOST_DESCRIBE_STRUCT(job_status, (),
                      (job_overview_url, job_id, health, state, jar_name, parallelism, entry_class, program_args,
                       program_args_list, allow_non_restored_state, start_time, job_restart_count,
                       completed_checkpoint_count, failed_checkpoint_count, restore_path, restore_time,
                       last_failing_time, last_checkpoint, last_checkpoint_time, running_tasks, total_tasks,
                       stop_trigger_id))

constexpr std::string_view wire_name(const job_status*, std::string_view member) {
  return member == "job_id" ? "jobID" : member == "job_overview_url" ? "jobOverviewURL" : "";
}

/// One colour of a BlueGreen application.
struct version_status {
  std::optional<colour> app_version;
  std::optional<flink::cluster_id> version_hash;
  std::optional<flink::cluster_status> cluster_status;
  std::optional<flink::job_status> job_status;
  bool operator==(const version_status&) const = default;
};
BOOST_DESCRIBE_STRUCT(version_status, (), (app_version, version_hash, cluster_status, job_status))

/// One incarnation of a JobManager. Without HA, its state is lost when it ends.
struct incarnation {
  std::string pod_uid;
  int32_t restarts = 0;
  bool operator==(const incarnation&) const = default;
};
BOOST_DESCRIBE_STRUCT(incarnation, (), (pod_uid, restarts))

/// The serving cluster.
struct serving_cluster {
  /// Part of every object's name; new for every cluster.
  flink::cluster_id id;
  /// The spec hash of the version that runs there.
  spec_digest spec_hash;
  /// The JobManager that received the job.
  std::optional<incarnation> job_manager;
  bool operator==(const serving_cluster&) const = default;
};
BOOST_DESCRIBE_STRUCT(serving_cluster, (), (id, spec_hash, job_manager))

/// The parameters of the target's job, pinned when the deploy began.
struct job_parameters {
  std::string jar_name;
  int32_t parallelism = 1;
  std::optional<std::string> entry_class;
  std::vector<std::string> program_args_list;
  std::optional<std::string> program_args;
  bool allow_non_restored_state = false;
  bool operator==(const job_parameters&) const = default;
};
BOOST_DESCRIBE_STRUCT(job_parameters, (),
                      (jar_name, parallelism, entry_class, program_args_list, program_args, allow_non_restored_state))

/// The rollback: the write-ahead record of the old version's restart on its cluster, which still exists.
struct rollback {
  /// Chosen once it is certain that the new version's job has ended.
  std::optional<flink::job_id> job_id;
  std::optional<incarnation> job_manager;
  /// Why the operator gave up the new version.
  std::string reason;
  bool operator==(const rollback&) const = default;
};
BOOST_DESCRIBE_STRUCT(rollback, (), (job_id, job_manager, reason))

/// The wanted number of pods of each role.
struct replica_counts {
  int32_t job_managers = 1;
  int32_t task_managers = 0;
  bool operator==(const replica_counts&) const = default;
};
BOOST_DESCRIBE_STRUCT(replica_counts, (), (job_managers, task_managers))

/// The pinned goal of the deploy in progress: the write-ahead record of everything that it will do.
struct deploy_target {
  flink::cluster_id cluster_id;
  spec_digest spec_hash;
  int64_t generation = 0;
  int32_t attempt = 1;
  /// When the deploy began, and when its present step did.
  std::optional<k8s::timestamp> started_at;
  std::optional<k8s::timestamp> step_started_at;
  std::optional<job_parameters> job;
  /// Identity of the new job; stored before the submit.
  std::optional<flink::job_id> job_id;
  /// The JobManager to which it is submitted.
  std::optional<incarnation> job_manager;
  /// Identity of the savepoint that stops the old job.
  std::optional<flink::trigger_id> trigger_id;
  /// State that the old job left for this deploy; a rollback starts from it too. Absent: none.
  std::optional<std::string> restore_path;
  /// State that the user has chosen for the new job (spec.restoreFrom) instead of `restore_path`.
  std::optional<std::string> start_from;
  /// spec.restoreFrom.nonce of `start_from`.
  std::optional<std::string> restore_nonce;
  /// spec.forceRollback was set already when the deploy began: it does not apply to this one.
  std::optional<bool> force_rollback;
  /// The mode of this deploy, even if the spec changes meanwhile. Absent: Dual.
  std::optional<rollout_mode> mode;
  /// Single: the replicas of the old cluster before it was scaled to zero, after its job has ended. It stays at zero
  /// until the new version is accepted. InPlace: the replicas of the serving cluster before TaskManagers were added.
  std::optional<replica_counts> old_replicas;
  /// InPlace: the vertices that get another parallelism while the job runs (scaleMode Adaptive); the program fixes the
  /// others. Stored before the request to the JobManager.
  std::vector<std::string> rescaled_vertices;
  std::optional<flink::rollback> rollback;
  bool operator==(const deploy_target&) const = default;
};
BOOST_DESCRIBE_STRUCT(deploy_target, (),
                      (cluster_id, spec_hash, generation, attempt, started_at, step_started_at, job, job_id,
                       job_manager, trigger_id, restore_path, start_from, restore_nonce, force_rollback, mode,
                       old_replicas, rescaled_vertices, rollback))

/// A cluster that the operator gave up, and keeps for a while so that people can read its logs.
struct failed_cluster {
  flink::cluster_id id;
  spec_digest spec_hash;
  k8s::timestamp failed_at;
  /// The job that may run there and must be ended.
  std::optional<flink::job_id> job_id;
  /// flink::remedy_hash() of the spec that failed. An edit of these fields starts another attempt. Absent if an earlier
  /// release gave the cluster up.
  std::optional<spec_digest> remedy_hash;
  bool operator==(const failed_cluster&) const = default;
};
BOOST_DESCRIBE_STRUCT(failed_cluster, (), (id, spec_hash, failed_at, job_id, remedy_hash))

/// BlueGreen: the removal of one of two versions. Kept afterwards until the next deploy begins.
struct teardown {
  flink::cluster_id cluster_id;
  k8s::timestamp started_at;
  /// The newer version is removed, and the operator does not deploy this spec again by itself.
  std::optional<spec_digest> spec_hash;
  bool operator==(const teardown&) const = default;
};
BOOST_DESCRIBE_STRUCT(teardown, (), (cluster_id, started_at, spec_hash))

/// Removal or suspension of the application: the write-ahead record of how its job ends.
struct ending {
  k8s::timestamp started_at;
  std::optional<flink::cluster_id> cluster_id;
  std::optional<flink::job_id> job_id;
  std::optional<flink::trigger_id> trigger_id;
  /// No job runs any more. Only the objects are left to remove.
  std::optional<bool> job_ended;
  /// `--cascade=orphan`: the clusters stay.
  std::optional<bool> orphan;
  bool operator==(const ending&) const = default;
};
BOOST_DESCRIBE_STRUCT(ending, (), (started_at, cluster_id, job_id, trigger_id, job_ended, orphan))

/// Failures or losses of the job, and how often the operator has restarted it (spec.jobFailurePolicy).
struct job_failures {
  /// Restarts since the window began.
  int32_t restarts = 0;
  std::optional<k8s::timestamp> window_started_at;
  std::optional<k8s::timestamp> last_failed_at;
  /// The cause of the last restart.
  std::optional<std::string> reason;
  bool operator==(const job_failures&) const = default;
};
BOOST_DESCRIBE_STRUCT(job_failures, (), (restarts, window_started_at, last_failed_at, reason))

/// A savepoint in progress while the job runs. Stored before the request.
struct savepoint_request {
  /// Nonce or Schedule.
  std::optional<savepoint_reason> reason;
  /// spec.savepointNonce, if that requested it.
  std::optional<std::string> nonce;
  flink::cluster_id cluster_id;
  flink::job_id job_id;
  std::optional<incarnation> job_manager;
  flink::trigger_id trigger_id;
  k8s::timestamp started_at;
  bool operator==(const savepoint_request&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_request, (), (reason, nonce, cluster_id, job_id, job_manager, trigger_id, started_at))

/// How the last of those savepoints ended.
struct savepoint_result {
  std::optional<savepoint_reason> reason;
  std::optional<std::string> nonce;
  k8s::timestamp finished_at;
  /// Absent if it failed.
  std::optional<std::string> path;
  std::optional<std::string> failure;
  bool operator==(const savepoint_result&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_result, (), (reason, nonce, finished_at, path, failure))

struct savepoint_record {
  std::string path;
  std::optional<k8s::timestamp> time;
  std::optional<savepoint_reason> reason;
  bool operator==(const savepoint_record&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_record, (), (path, time, reason))

struct history_entry {
  spec_digest spec_hash;
  flink::cluster_id cluster_id;
  std::string image;
  std::optional<k8s::timestamp> started;
  std::optional<k8s::timestamp> finished;
  std::optional<deploy_result> result;
  std::optional<std::string> reason;
  std::optional<int64_t> downtime_milliseconds;
  bool operator==(const history_entry&) const = default;
};
BOOST_DESCRIBE_STRUCT(history_entry, (),
                      (spec_hash, cluster_id, image, started, finished, result, reason, downtime_milliseconds))

struct status {
  std::optional<flink::phase> phase;
  std::optional<k8s::timestamp> started_at;
  std::optional<k8s::timestamp> last_updated_at;
  std::optional<std::string> reason;
  std::optional<flink::deployment_mode> deployment_mode;
  std::optional<flink::cluster_id> deploy_hash;
  std::optional<flink::cluster_id> failed_deploy_hash;
  std::optional<flink::cluster_id> rollback_hash;
  std::optional<flink::cluster_id> updating_hash;
  std::optional<flink::cluster_id> teardown_hash;
  std::optional<flink::cluster_id> in_place_updated_from_hash;
  std::optional<colour> deploy_version;
  std::optional<colour> updating_version;
  std::optional<flink::trigger_id> savepoint_trigger_id;
  std::optional<std::string> savepoint_path;
  std::optional<int32_t> retry_count;
  std::optional<flink::last_seen_error> last_seen_error;
  std::optional<flink::cluster_status> cluster_status;
  std::optional<flink::job_status> job_status;
  std::vector<version_status> version_statuses;
  std::optional<int64_t> observed_generation;
  std::vector<k8s::condition> conditions;
  std::optional<serving_cluster> cluster;
  /// BlueGreen: the cluster of the newer version while two run; its job is in version_statuses[1].
  std::optional<serving_cluster> updating_cluster;
  std::optional<flink::teardown> teardown;
  std::optional<deploy_target> target;
  std::optional<failed_cluster> failed;
  std::optional<ending> deletion;
  std::optional<ending> suspension;
  std::optional<flink::job_failures> job_failures;
  /// spec.savepointNonce and spec.restoreFrom.nonce that the operator handled last.
  std::optional<std::string> savepoint_nonce;
  std::optional<std::string> restore_nonce;
  std::optional<flink::savepoint_request> savepoint_request;
  std::optional<flink::savepoint_result> last_savepoint;
  std::vector<savepoint_record> savepoints;
  std::vector<history_entry> history;
  /// Label selector of the live TaskManagers, for the scale subresource.
  std::optional<std::string> selector;
  bool operator==(const status&) const = default;
};
BOOST_DESCRIBE_STRUCT(status, (),
                      (phase, started_at, last_updated_at, reason, deployment_mode, deploy_hash, failed_deploy_hash,
                       rollback_hash, updating_hash, teardown_hash, in_place_updated_from_hash, deploy_version,
                       updating_version, savepoint_trigger_id, savepoint_path, retry_count, last_seen_error,
                       cluster_status, job_status, version_statuses, observed_generation, conditions, cluster,
                       updating_cluster, teardown, target, failed, deletion, suspension, job_failures, savepoint_nonce,
                       restore_nonce, savepoint_request, last_savepoint, savepoints, history, selector))

} // namespace flink
