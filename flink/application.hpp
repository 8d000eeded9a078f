// The FlinkApplication resource (flink.k8s.io/v1beta1) as values. Member names are the wire's names
// in snake_case (`jar_name` is `jarName`); enumerators are spelled as on the wire. The CRD in
// charts/flink-operator is kept equal to these structs by a test in both directions.
// Sources: the reference operator's CRD and this project's additions (docs/crd.md).
#pragma once

#include "k8s/json.hpp"
#include "k8s/meta.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flink {

// -- spec: what the user wants ------------------------------------------------------------------

/// How a new version takes over from the old one.
enum class deployment_mode { Single, Dual, BlueGreen };
BOOST_DESCRIBE_ENUM(deployment_mode, Single, Dual, BlueGreen)

/// What happens to a running job when its application is deleted.
enum class delete_mode { Savepoint, ForceCancel, None };
BOOST_DESCRIBE_ENUM(delete_mode, Savepoint, ForceCancel, None)

/// How a pure change of parallelism is carried out.
enum class scale_mode { NewCluster, InPlace };
BOOST_DESCRIBE_ENUM(scale_mode, NewCluster, InPlace)

enum class image_pull_policy { Always, IfNotPresent, Never };
BOOST_DESCRIBE_ENUM(image_pull_policy, Always, IfNotPresent, Never)

/// What happens when a deletion cannot save the job's state in time.
enum class on_delete_timeout { Keep, Force };
BOOST_DESCRIBE_ENUM(on_delete_timeout, Keep, Force)

enum class restart_policy { Always, Never };
BOOST_DESCRIBE_ENUM(restart_policy, Always, Never)

/// A value of `flinkConfig`: YAML users write numbers and booleans as often as strings.
using config_value = std::variant<std::string, double, bool>;

struct local_object_reference {
  std::string name;
  bool operator==(const local_object_reference&) const = default;
};
BOOST_DESCRIBE_STRUCT(local_object_reference, (), (name))

/// Environment of a container, as Kubernetes spells it.
struct env_config {
  std::vector<json::raw> env;
  std::vector<json::raw> env_from;
  bool operator==(const env_config&) const = default;
};
BOOST_DESCRIBE_STRUCT(env_config, (), (env, env_from))

/// A further named port of the JobManager's container and services.
struct named_port {
  std::string name;
  int32_t port = 0;
  bool operator==(const named_port&) const = default;
};
BOOST_DESCRIBE_STRUCT(named_port, (), (name, port))

struct job_manager_config {
  std::optional<int32_t> replicas;
  std::optional<json::raw> resources;
  std::optional<flink::env_config> env_config;
  std::optional<double> off_heap_memory_fraction;
  std::optional<double> system_memory_fraction;
  std::optional<json::raw> node_selector;
  std::vector<json::raw> tolerations;
  std::optional<json::raw> affinity;
  std::vector<named_port> ports;
  std::optional<json::raw> pod_template;
  bool operator==(const job_manager_config&) const = default;
};
BOOST_DESCRIBE_STRUCT(job_manager_config, (),
                      (replicas, resources, env_config, off_heap_memory_fraction, system_memory_fraction, node_selector,
                       tolerations, affinity, ports, pod_template))

struct task_manager_config {
  std::optional<int32_t> task_slots;
  std::optional<json::raw> resources;
  std::optional<flink::env_config> env_config;
  std::optional<double> off_heap_memory_fraction;
  std::optional<double> system_memory_fraction;
  std::optional<json::raw> node_selector;
  std::vector<json::raw> tolerations;
  std::optional<json::raw> affinity;
  std::optional<json::raw> pod_template;
  bool operator==(const task_manager_config&) const = default;
};
BOOST_DESCRIBE_STRUCT(task_manager_config, (),
                      (task_slots, resources, env_config, off_heap_memory_fraction, system_memory_fraction,
                       node_selector, tolerations, affinity, pod_template))

/// Deprecated home of `savepointPath`.
struct savepoint_info {
  std::optional<std::string> savepoint_location;
  bool operator==(const savepoint_info&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_info, (), (savepoint_location))

struct savepoint_schedule {
  int32_t interval_seconds = 0;
  std::optional<int32_t> keep;
  bool operator==(const savepoint_schedule&) const = default;
};
BOOST_DESCRIBE_STRUCT(savepoint_schedule, (), (interval_seconds, keep))

struct restore_from {
  std::string path;
  std::string nonce;
  bool operator==(const restore_from&) const = default;
};
BOOST_DESCRIBE_STRUCT(restore_from, (), (path, nonce))

struct job_failure_policy {
  std::optional<restart_policy> restart;
  std::optional<int32_t> max_restarts;
  std::optional<int32_t> window_seconds;
  std::optional<int32_t> backoff_seconds;
  bool operator==(const job_failure_policy&) const = default;
};
BOOST_DESCRIBE_STRUCT(job_failure_policy, (), (restart, max_restarts, window_seconds, backoff_seconds))

/// What a new version must prove before the old one is forgotten.
struct acceptance {
  std::optional<int32_t> after_seconds;
  std::optional<bool> require_checkpoint;
  std::optional<int32_t> max_restarts;
  std::optional<bool> compile_first;
  bool operator==(const acceptance&) const = default;
};
BOOST_DESCRIBE_STRUCT(acceptance, (), (after_seconds, require_checkpoint, max_restarts, compile_first))

/// Patience per step, in seconds. Defaults are in config/defaults.hpp.
struct timeouts {
  std::optional<int32_t> cluster_start_seconds;
  std::optional<int32_t> submit_seconds;
  std::optional<int32_t> savepoint_seconds;
  std::optional<int32_t> job_start_seconds;
  std::optional<int32_t> delete_seconds;
  bool operator==(const timeouts&) const = default;
};
BOOST_DESCRIBE_STRUCT(timeouts, (),
                      (cluster_start_seconds, submit_seconds, savepoint_seconds, job_start_seconds, delete_seconds))

struct ingress {
  std::optional<std::string> class_name;
  std::map<std::string, std::string> annotations;
  std::optional<std::string> tls_secret_name;
  std::optional<std::string> host;
  bool operator==(const ingress&) const = default;
};
BOOST_DESCRIBE_STRUCT(ingress, (), (class_name, annotations, tls_secret_name, host))

struct spec {
  std::string image;
  std::optional<flink::image_pull_policy> image_pull_policy;
  std::vector<local_object_reference> image_pull_secrets;
  std::optional<std::string> service_account_name;
  std::optional<json::raw> security_context;
  std::map<std::string, config_value> flink_config;
  std::optional<std::string> flink_version;
  std::string jar_name;
  int32_t parallelism = 0;
  std::optional<std::string> entry_class;
  std::optional<std::string> program_args;
  std::optional<std::vector<std::string>> program_args_list;
  std::optional<std::string> savepoint_path;
  std::optional<flink::savepoint_info> savepoint_info;
  std::optional<bool> savepoint_disabled;
  std::optional<flink::deployment_mode> deployment_mode;
  std::optional<int32_t> rpc_port;
  std::optional<int32_t> blob_port;
  std::optional<int32_t> query_port;
  std::optional<int32_t> ui_port;
  std::optional<int32_t> metrics_query_port;
  std::vector<json::raw> volumes;
  std::vector<json::raw> volume_mounts;
  std::optional<std::string> restart_nonce;
  std::optional<flink::delete_mode> delete_mode;
  std::optional<flink::scale_mode> scale_mode;
  std::optional<bool> allow_non_restored_state;
  std::optional<bool> force_rollback;
  std::optional<int32_t> max_checkpoint_restore_age_seconds;
  std::optional<std::string> tear_down_version_hash;
  std::optional<bool> fallback_without_state;
  std::optional<flink::job_manager_config> job_manager_config;
  std::optional<flink::task_manager_config> task_manager_config;
  std::optional<bool> suspend;
  std::optional<std::string> savepoint_nonce;
  std::optional<flink::savepoint_schedule> savepoint_schedule;
  std::optional<flink::restore_from> restore_from;
  std::optional<flink::job_failure_policy> job_failure_policy;
  std::optional<flink::acceptance> acceptance;
  std::optional<flink::timeouts> timeouts;
  std::optional<flink::on_delete_timeout> on_delete_timeout;
  std::optional<flink::ingress> ingress;
  bool operator==(const spec&) const = default;
};
BOOST_DESCRIBE_STRUCT(spec, (),
                      (image, image_pull_policy, image_pull_secrets, service_account_name, security_context,
                       flink_config, flink_version, jar_name, parallelism, entry_class, program_args, program_args_list,
                       savepoint_path, savepoint_info, savepoint_disabled, deployment_mode, rpc_port, blob_port,
                       query_port, ui_port, metrics_query_port, volumes, volume_mounts, restart_nonce, delete_mode,
                       scale_mode, allow_non_restored_state, force_rollback, max_checkpoint_restore_age_seconds,
                       tear_down_version_hash, fallback_without_state, job_manager_config, task_manager_config, suspend,
                       savepoint_nonce, savepoint_schedule, restore_from, job_failure_policy, acceptance, timeouts,
                       on_delete_timeout, ingress))

// -- status: what the operator remembers between two decisions ----------------------------------

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
  bool operator==(const job_status&) const = default;
};
BOOST_DESCRIBE_STRUCT(job_status, (),
                      (job_overview_url, job_id, health, state, jar_name, parallelism, entry_class, program_args,
                       program_args_list, allow_non_restored_state, start_time, job_restart_count,
                       completed_checkpoint_count, failed_checkpoint_count, restore_path, restore_time,
                       last_failing_time, last_checkpoint, last_checkpoint_time, running_tasks, total_tasks))

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
  /// State to start from; absent: none.
  std::optional<std::string> restore_path;
  std::optional<flink::rollback> rollback;
  bool operator==(const deploy_target&) const = default;
};
BOOST_DESCRIBE_STRUCT(deploy_target, (),
                      (cluster_id, spec_hash, generation, attempt, started_at, step_started_at, job, job_id,
                       job_manager, trigger_id, restore_path, rollback))

/// A cluster that was given up; kept a while so that its logs can be read.
struct failed_cluster {
  std::string id;
  std::string spec_hash;
  std::string failed_at;
  /// The job that may have been started there and has to be ended.
  std::optional<std::string> job_id;
  bool operator==(const failed_cluster&) const = default;
};
BOOST_DESCRIBE_STRUCT(failed_cluster, (), (id, spec_hash, failed_at, job_id))

/// Removal of the application: the write-ahead record of how its job ends.
struct deletion {
  std::string started_at;
  std::optional<std::string> cluster_id;
  std::optional<std::string> job_id;
  std::optional<std::string> trigger_id;
  /// It is certain that no job runs any more; what is left is to remove the objects.
  std::optional<bool> job_ended;
  /// `--cascade=orphan`: the clusters stay.
  std::optional<bool> orphan;
  bool operator==(const deletion&) const = default;
};
BOOST_DESCRIBE_STRUCT(deletion, (), (started_at, cluster_id, job_id, trigger_id, job_ended, orphan))

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
  std::optional<deploy_target> target;
  std::optional<failed_cluster> failed;
  std::optional<flink::deletion> deletion;
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
                       cluster_status, job_status, version_statuses, observed_generation, conditions, cluster, target,
                       failed, deletion, savepoints, history, selector))

/// One FlinkApplication as decoded from the API server.
struct application {
  k8s::object_meta metadata;
  flink::spec spec;
  flink::status status;
};
BOOST_DESCRIBE_STRUCT(application, (), (metadata, spec, status))

} // namespace flink
