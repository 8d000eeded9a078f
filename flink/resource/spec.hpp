// spec of a FlinkApplication: what the user wants.
// Member names are the wire's names in snake_case (`jar_name` is `jarName`); enumerators are spelled as on the wire.
// The CRD in charts/flink-operator is kept equal to these structs by a test in both directions.
// The fields are those of the Go operator's CRD and this project's additions (docs/crd.md).
#pragma once

#include "flink/resource/enums.hpp"
#include "k8s/json/codec.hpp"

#include <boost/describe.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace flink {

/// What happens to a running job when its application is deleted.
enum class delete_mode { Savepoint, ForceCancel, None };
BOOST_DESCRIBE_ENUM(delete_mode, Savepoint, ForceCancel, None)

/// How the operator changes the parallelism if nothing else has changed.
enum class scale_mode { NewCluster, InPlace, Adaptive };
BOOST_DESCRIBE_ENUM(scale_mode, NewCluster, InPlace, Adaptive)

enum class image_pull_policy { Always, IfNotPresent, Never };
BOOST_DESCRIBE_ENUM(image_pull_policy, Always, IfNotPresent, Never)

/// What the operator does when a deletion cannot save the job's state in time.
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

/// Environment of a container, in the format of Kubernetes.
struct env_config {
  std::vector<json::raw> env;
  std::vector<json::raw> env_from;
  bool operator==(const env_config&) const = default;
};
BOOST_DESCRIBE_STRUCT(env_config, (), (env, env_from))

/// An additional named port of the JobManager's container and Services.
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

/// Deprecated; replaced by `savepointPath`.
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

/// What a new version must achieve before the old one is removed.
struct acceptance {
  std::optional<int32_t> after_seconds;
  std::optional<bool> require_checkpoint;
  std::optional<int32_t> max_restarts;
  std::optional<bool> compile_first;
  bool operator==(const acceptance&) const = default;
};
BOOST_DESCRIBE_STRUCT(acceptance, (), (after_seconds, require_checkpoint, max_restarts, compile_first))

/// Time limit of each step, in seconds. Defaults are in config/defaults.hpp.
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

} // namespace flink
