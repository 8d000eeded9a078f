// What the operator can do, as values. Orders change something outside, questions only ask.
#pragma once

#include "flink/observation/observation.hpp"

#include <string>
#include <variant>

namespace flink {

// -- Kubernetes ---------------------------------------------------------------------------------------

struct add_finalizer {
  bool operator==(const add_finalizer&) const = default;
};

struct remove_finalizer {
  bool operator==(const remove_finalizer&) const = default;
};

/// Creates one object of a cluster; AlreadyExists leads to read_object.
struct create_object {
  object_role role;
  std::string cluster_id;
  bool operator==(const create_object&) const = default;
};

/// Asks whether the API server would take an object of a cluster, or one of its pods; nothing is kept.
struct rehearse_object {
  object_role role;
  std::string cluster_id;
  bool pod = false;
  bool operator==(const rehearse_object&) const = default;
};

/// Reads an object that exists under the name of one of ours: is it ours?
struct read_object {
  object_role role;
  std::string cluster_id;
  bool operator==(const read_object&) const = default;
};

/// Deletes one object that we own, if it still has this uid.
struct delete_object {
  object_role role;
  std::string name;
  std::string uid;
  bool operator==(const delete_object&) const = default;
};

/// Sets the replicas of a Deployment of ours.
struct scale_deployment {
  std::string name;
  int32_t replicas = 0;
  bool operator==(const scale_deployment&) const = default;
};

/// Points the generic Service at the JobManager of a cluster.
struct switch_service {
  std::string cluster_id;
  bool operator==(const switch_service&) const = default;
};

/// Makes the Ingress of a cluster's colour what the spec asks now.
struct update_ingress {
  std::string cluster_id;
  /// flink::ingress_hash() of it: another wish is another order.
  std::string hash;
  bool operator==(const update_ingress&) const = default;
};

/// Marks an object as left behind on purpose (`--cascade=orphan`), so that no sweep takes it.
struct orphan_object {
  object_role role;
  std::string name;
  bool operator==(const orphan_object&) const = default;
};

/// Reads a Deployment of the Go operator with all that it says, to compare it with the spec.
struct inspect_deployment {
  std::string name;
  bool operator==(const inspect_deployment&) const = default;
};

/// Makes an object of the Go operator ours.
struct take_over_object {
  object_role role;
  std::string name;
  bool operator==(const take_over_object&) const = default;
};

/// Asks whether the namespace is being deleted.
struct ask_namespace {
  bool operator==(const ask_namespace&) const = default;
};

/// Asks whether the application of these objects still exists.
struct ask_application {
  bool operator==(const ask_application&) const = default;
};

/// Tells the user. Never waited for.
struct record_event {
  bool warning = false;
  /// From the catalogue in docs/operations.md.
  std::string reason;
  std::string message;
  bool operator==(const record_event&) const = default;
};

// -- Flink ----------------------------------------------------------------------------------------------

struct ask_overview {
  std::string cluster_id;
  bool operator==(const ask_overview&) const = default;
};

struct ask_jobs {
  std::string cluster_id;
  bool operator==(const ask_jobs&) const = default;
};

struct ask_job {
  std::string cluster_id;
  std::string job_id;
  bool operator==(const ask_job&) const = default;
};

struct ask_checkpoints {
  std::string cluster_id;
  std::string job_id;
  bool operator==(const ask_checkpoints&) const = default;
};

/// How often has Flink restarted the job?
struct ask_restarts {
  std::string cluster_id;
  std::string job_id;
  bool operator==(const ask_restarts&) const = default;
};

/// What made it fail?
struct ask_exceptions {
  std::string cluster_id;
  std::string job_id;
  bool operator==(const ask_exceptions&) const = default;
};

struct ask_savepoint {
  std::string cluster_id;
  std::string job_id;
  std::string trigger_id;
  bool operator==(const ask_savepoint&) const = default;
};

/// What can the JobManager do?
struct ask_features {
  std::string cluster_id;
  bool operator==(const ask_features&) const = default;
};

/// Within which bounds does the job's parallelism lie?
struct ask_requirements {
  std::string cluster_id;
  std::string job_id;
  bool operator==(const ask_requirements&) const = default;
};

/// Runs main() on the new cluster without starting anything.
struct compile_job {
  std::string cluster_id;
  job_parameters job;
  bool operator==(const compile_job&) const = default;
};

/// Starts a job under an identity that is in the status already.
struct submit_job {
  std::string cluster_id;
  std::string job_id;
  job_parameters job;
  /// Empty: without state.
  std::string restore_path;
  bool operator==(const submit_job&) const = default;
};

/// Takes a savepoint of a job that goes on.
struct take_savepoint {
  std::string cluster_id;
  std::string job_id;
  std::string trigger_id;
  bool operator==(const take_savepoint&) const = default;
};

/// Deletes the files of a savepoint.
struct dispose_savepoint {
  std::string cluster_id;
  std::string path;
  bool operator==(const dispose_savepoint&) const = default;
};

/// What became of it; Flink draws the identity.
struct ask_disposal {
  std::string cluster_id;
  std::string disposal_id;
  bool operator==(const ask_disposal&) const = default;
};

/// Takes a savepoint and ends the job.
struct stop_job {
  std::string cluster_id;
  std::string job_id;
  std::string trigger_id;
  bool operator==(const stop_job&) const = default;
};

/// Ends the job without a savepoint.
struct cancel_job {
  std::string cluster_id;
  std::string job_id;
  bool operator==(const cancel_job&) const = default;
};

/// Gives a job that runs other bounds for its parallelism; repeating it does no harm.
struct rescale_job {
  std::string cluster_id;
  std::string job_id;
  /// What those vertices are to have that the program does not fix; the bounds follow from it.
  int32_t parallelism = 1;
  rest::requirements bounds;
  bool operator==(const rescale_job&) const = default;
};

using action = std::variant<add_finalizer, remove_finalizer, create_object, rehearse_object, read_object, delete_object,
                            scale_deployment, switch_service, update_ingress, orphan_object, inspect_deployment,
                            take_over_object, ask_namespace, ask_application, record_event, ask_overview, ask_jobs,
                            ask_job, ask_checkpoints, ask_restarts, ask_exceptions, ask_savepoint, ask_features,
                            ask_requirements, compile_job, submit_job, take_savepoint, dispose_savepoint, ask_disposal,
                            stop_job, cancel_job, rescale_job>;

/// Returns the action in a few words: the key of its outcome, and what stands in logs and diaries.
std::string to_string(const action& x);

/// Returns the cluster whose JobManager is addressed, or an empty text for actions on Kubernetes.
std::string job_manager_of(const action& x);

/// Returns whether the answer takes as long as the user's main() runs. Nothing else waits for it.
bool runs_main(const action& x);

std::string_view to_string(object_role x);

} // namespace flink
