// status of a FlinkApplication: what the operator remembers between two decisions.
// Member names are the wire's names in snake_case (`jar_name` is `jarName`); enumerators are spelled as on the wire.
// The CRD in charts/flink-operator is kept equal to these structs by a test in both directions.
#pragma once

#include "k8s/meta.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace flink {

/// Where an application is in its life. `New` is written as an empty text.
enum class phase {
  New,
  Updating,
  ClusterStarting,
  Rescaling,
  Savepointing,
  Cancelling,
  Recovering,
  SubmittingJob,
  RollingBackJob,
  Running,
  DualRunning,
  DeployFailed,
  Suspended,
  Failed,
  Deleting,
};
BOOST_DESCRIBE_ENUM(phase, New, Updating, ClusterStarting, Rescaling, Savepointing, Cancelling, Recovering,
                    SubmittingJob, RollingBackJob, Running, DualRunning, DeployFailed, Suspended, Failed, Deleting)

/// The reference's record of its last error; read for adoption, never written by us.
struct last_seen_error {
  std::optional<std::string> app_error;
  std::optional<std::string> method;
  std::optional<std::string> error_code;
  std::optional<bool> is_retryable;
  std::optional<bool> is_fail_fast;
  std::optional<int32_t> max_retries;
  std::optional<std::string> last_error_update_time;
  bool operator==(const last_seen_error&) const = default;
};
BOOST_DESCRIBE_STRUCT(last_seen_error, (),
                      (app_error, method, error_code, is_retryable, is_fail_fast, max_retries, last_error_update_time))

/// Colour of a version or job for people: Green, Yellow, Red.
struct cluster_status {
  std::optional<std::string> cluster_overview_url;
  std::optional<std::string> health;
  std::optional<int32_t> number_of_task_managers;
  std::optional<int32_t> healthy_task_managers;
  std::optional<int32_t> number_of_task_slots;
  std::optional<int32_t> available_task_slots;
  bool operator==(const cluster_status&) const = default;
};
BOOST_DESCRIBE_STRUCT(cluster_status, (),
                      (cluster_overview_url, health, number_of_task_managers, healthy_task_managers,
                       number_of_task_slots, available_task_slots))

/// The reference spells some names with capitals; its statuses must stay readable.
constexpr std::string_view wire_name(const cluster_status*, std::string_view member) {
  return member == "cluster_overview_url" ? "clusterOverviewURL" : "";
}

/// The job that serves. The members jar_name to allow_non_restored_state are what it was submitted
/// with, so that it can be submitted again after the spec has moved on.
struct job_status {
  std::optional<std::string> job_overview_url;
  std::optional<std::string> job_id;
  std::optional<std::string> health;
  std::optional<std::string> state;
  std::optional<std::string> jar_name;
  std::optional<int32_t> parallelism;
  std::optional<std::string> entry_class;
  std::optional<std::string> program_args;
  std::optional<std::vector<std::string>> program_args_list;
  std::optional<bool> allow_non_restored_state;
  std::optional<std::string> start_time;
  std::optional<int32_t> job_restart_count;
  std::optional<int32_t> completed_checkpoint_count;
  std::optional<int32_t> failed_checkpoint_count;
  std::optional<std::string> restore_path;
  std::optional<std::string> restore_time;
  std::optional<std::string> last_failing_time;
  std::optional<std::string> last_checkpoint;
  std::optional<std::string> last_checkpoint_time;
  std::optional<int32_t> running_tasks;
  std::optional<int32_t> total_tasks;
  /// Identity of a stop with a savepoint that nobody has seen arrive: an update was given up for that, and the stop may
  /// come late.
  std::optional<std::string> stop_trigger_id;
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
  std::optional<std::string> app_version;
  std::optional<std::string> version_hash;
  std::optional<flink::cluster_status> cluster_status;
  std::optional<flink::job_status> job_status;
  bool operator==(const version_status&) const = default;
};
BOOST_DESCRIBE_STRUCT(version_status, (), (app_version, version_hash, cluster_status, job_status))

/// One life of a JobManager: what it knows without HA ends with it.
struct incarnation {
  std::string pod_uid;
  int32_t restarts = 0;
  bool operator==(const incarnation&) const = default;
};
BOOST_DESCRIBE_STRUCT(incarnation, (), (pod_uid, restarts))

/// The cluster that serves.
struct serving_cluster {
  /// Part of every object's name; new for every cluster made.
  std::string id;
  /// What runs there.
  std::string spec_hash;
  /// The JobManager to which the job was given.
  std::optional<incarnation> job_manager;
  bool operator==(const serving_cluster&) const = default;
};
BOOST_DESCRIBE_STRUCT(serving_cluster, (), (id, spec_hash, job_manager))

/// What the target's job is submitted with, pinned when the deploy began.
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

/// The old version's way back: the write-ahead record of its restart on the cluster that still stands.
struct rollback {
  /// Chosen once it is certain that the new version's job has ended.
  std::optional<std::string> job_id;
  std::optional<incarnation> job_manager;
  /// Why the new version was given up.
  std::string reason;
  bool operator==(const rollback&) const = default;
};
BOOST_DESCRIBE_STRUCT(rollback, (), (job_id, job_manager, reason))

/// How many pods each role of a cluster is to have.
struct replica_counts {
  int32_t job_managers = 1;
  int32_t task_managers = 0;
  bool operator==(const replica_counts&) const = default;
};
BOOST_DESCRIBE_STRUCT(replica_counts, (), (job_managers, task_managers))

/// The pinned goal of a deploy under way: the write-ahead record of everything that it will do.
struct deploy_target {
  std::string cluster_id;
  std::string spec_hash;
  int64_t generation = 0;
  int32_t attempt = 1;
  /// When the deploy began, and when its present step did.
  std::optional<std::string> started_at;
  std::optional<std::string> step_started_at;
  std::optional<job_parameters> job;
  /// Identity of the job to be started; stored before the submit.
  std::optional<std::string> job_id;
  /// The JobManager to which it is submitted.
  std::optional<incarnation> job_manager;
  /// Identity of the savepoint by which the old job is stopped.
  std::optional<std::string> trigger_id;
  /// State that the old job left for this deploy; a rollback starts from it too. Absent: none.
  std::optional<std::string> restore_path;
  /// State that the user has chosen for the new job (spec.restoreFrom) instead of `restore_path`.
  std::optional<std::string> start_from;
  /// spec.restoreFrom.nonce of `start_from`.
  std::optional<std::string> restore_nonce;
  /// spec.forceRollback was set already when the deploy began: it is not meant for this one.
  std::optional<bool> force_rollback;
  /// How this deploy goes on, whatever the spec says meanwhile: Dual (or absent), Single, BlueGreen or InPlace.
  std::optional<std::string> mode;
  /// Single: the old job has ended, and this is what its cluster had before it was scaled to nothing until the new
  /// version is accepted. InPlace: what the cluster that serves had before TaskManagers were added.
  std::optional<replica_counts> old_replicas;
  /// InPlace: vertices of the job that is to get its parallelism while it runs (scaleMode Adaptive); others are fixed
  /// by the program. Stored before the JobManager is asked for it.
  std::vector<std::string> rescaled_vertices;
  std::optional<flink::rollback> rollback;
  bool operator==(const deploy_target&) const = default;
};
BOOST_DESCRIBE_STRUCT(deploy_target, (),
                      (cluster_id, spec_hash, generation, attempt, started_at, step_started_at, job, job_id,
                       job_manager, trigger_id, restore_path, start_from, restore_nonce, force_rollback, mode,
                       old_replicas, rescaled_vertices, rollback))

/// A cluster that was given up; kept a while so that its logs can be read.
struct failed_cluster {
  std::string id;
  std::string spec_hash;
  std::string failed_at;
  /// The job that may have been started there and has to be ended.
  std::optional<std::string> job_id;
  /// flink::remedy_hash() of the spec with which it failed: an edit of these fields is another attempt. Absent where an
  /// earlier release gave it up.
  std::optional<std::string> remedy_hash;
  bool operator==(const failed_cluster&) const = default;
};
BOOST_DESCRIBE_STRUCT(failed_cluster, (), (id, spec_hash, failed_at, job_id, remedy_hash))

/// BlueGreen: one of two versions goes. Stays afterwards, until the next deploy begins.
struct teardown {
  std::string cluster_id;
  std::string started_at;
  /// The newer version is torn down: this spec is not deployed again by itself.
  std::optional<std::string> spec_hash;
  bool operator==(const teardown&) const = default;
};
BOOST_DESCRIBE_STRUCT(teardown, (), (cluster_id, started_at, spec_hash))

/// Removal or suspension of the application: the write-ahead record of how its job ends.
struct ending {
  std::string started_at;
  std::optional<std::string> cluster_id;
  std::optional<std::string> job_id;
  std::optional<std::string> trigger_id;
  /// It is certain that no job runs any more; what is left is to remove the objects.
  std::optional<bool> job_ended;
  /// `--cascade=orphan`: the clusters stay.
  std::optional<bool> orphan;
  bool operator==(const ending&) const = default;
};
BOOST_DESCRIBE_STRUCT(ending, (), (started_at, cluster_id, job_id, trigger_id, job_ended, orphan))

/// A job that failed or was lost, and how often it was started again by itself (spec.jobFailurePolicy).
struct job_failures {
  /// Restarts since the window began.
  int32_t restarts = 0;
  std::optional<std::string> window_started_at;
  std::optional<std::string> last_failed_at;
  /// Why it was started again last.
  std::optional<std::string> reason;
  bool operator==(const job_failures&) const = default;
};
BOOST_DESCRIBE_STRUCT(job_failures, (), (restarts, window_started_at, last_failed_at, reason))

/// A savepoint under way beside a running job: stored before it is asked for.
struct savepoint_request {
  /// Nonce or Schedule.
  std::string reason;
  /// spec.savepointNonce, where that asked for it.
  std::optional<std::string> nonce;
  std::string cluster_id;
  std::string job_id;
  std::optional<incarnation> job_manager;
  std::string trigger_id;
  std::string started_at;
  bool operator==(const savepoint_request&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_request, (), (reason, nonce, cluster_id, job_id, job_manager, trigger_id, started_at))

/// How the last of those savepoints ended.
struct savepoint_result {
  std::string reason;
  std::optional<std::string> nonce;
  std::string finished_at;
  /// Absent where it failed.
  std::optional<std::string> path;
  std::optional<std::string> failure;
  bool operator==(const savepoint_result&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_result, (), (reason, nonce, finished_at, path, failure))

struct savepoint_record {
  std::string path;
  std::string time;
  /// Update, Delete, Schedule, Nonce or Suspend.
  std::string reason;
  bool operator==(const savepoint_record&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_record, (), (path, time, reason))

struct history_entry {
  std::string spec_hash;
  std::string cluster_id;
  std::string image;
  std::string started;
  std::optional<std::string> finished;
  /// Deployed or Failed.
  std::string result;
  std::optional<std::string> reason;
  std::optional<int64_t> downtime_milliseconds;
  bool operator==(const history_entry&) const = default;
};
BOOST_DESCRIBE_STRUCT(history_entry, (),
                      (spec_hash, cluster_id, image, started, finished, result, reason, downtime_milliseconds))

struct status {
  std::optional<std::string> phase;
  std::optional<std::string> started_at;
  std::optional<std::string> last_updated_at;
  std::optional<std::string> reason;
  std::optional<std::string> deployment_mode;
  std::optional<std::string> deploy_hash;
  std::optional<std::string> failed_deploy_hash;
  std::optional<std::string> rollback_hash;
  std::optional<std::string> updating_hash;
  std::optional<std::string> teardown_hash;
  std::optional<std::string> in_place_updated_from_hash;
  std::optional<std::string> deploy_version;
  std::optional<std::string> updating_version;
  std::optional<std::string> savepoint_trigger_id;
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
  /// spec.savepointNonce and spec.restoreFrom.nonce that were acted upon last.
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
