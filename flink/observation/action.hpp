// What the operator can do, as values. Commands change something outside, queries only read.
#pragma once

#include "flink/observation/action_traits.hpp"
#include "flink/observation/questions.hpp"
#include "flink/resource/status.hpp"

#include <compare>
#include <map>
#include <string>
#include <tuple>
#include <variant>

namespace flink {

/// Roles of the objects that make up a cluster.
enum class object_role { job_manager, task_manager, versioned_service, generic_service, ingress };

/// Returns whether an object belongs to the application and not to one cluster. Such objects keep the application as
/// their owner.
constexpr bool keeps_owner(object_role x) {
  return x == object_role::generic_service || x == object_role::ingress;
}

// -- Kubernetes (`shows()`: the role of the object in the answer) -------------------------

struct add_finalizer {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  auto operator<=>(const add_finalizer&) const = default;
};

struct remove_finalizer {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  auto operator<=>(const remove_finalizer&) const = default;
};

/// Creates one object of a cluster; AlreadyExists leads to read_object.
struct create_object {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;
  static constexpr bool judges_version = true;

  object_role role;
  flink::cluster_id cluster_id;

  object_role shows() const { return role; }
  auto operator<=>(const create_object&) const = default;
};

/// Asks whether the API server would accept an object of a cluster, or one of its pods. Creates nothing.
struct dry_run_object {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;
  static constexpr bool judges_version = true;

  object_role role;
  flink::cluster_id cluster_id;
  bool pod = false;

  auto operator<=>(const dry_run_object&) const = default;
};

/// Reads an object with the name of one of ours, to find out whether it is ours.
struct read_object {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::query;

  object_role role;
  flink::cluster_id cluster_id;

  auto operator<=>(const read_object&) const = default;
};

/// Deletes one object that we own, if it still has this uid.
struct delete_object {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  object_role role;
  std::string name;
  std::string uid;

  auto operator<=>(const delete_object&) const = default;
};

/// Sets the replicas of a Deployment of ours.
struct scale_deployment {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  std::string name;
  int32_t replicas = 0;

  /// A JobManager's Deployment is read in the same way.
  object_role shows() const { return object_role::task_manager; }
  auto operator<=>(const scale_deployment&) const = default;
};

/// Points the generic Service at the JobManager of a cluster.
struct switch_service {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  flink::cluster_id cluster_id;

  object_role shows() const { return object_role::generic_service; }
  auto operator<=>(const switch_service&) const = default;
};

/// Updates the Ingress of a cluster's colour to the present spec.
struct update_ingress {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  flink::cluster_id cluster_id;
  /// flink::ingress_hash() of the wanted Ingress. Another hash makes another action.
  std::string hash;

  object_role shows() const { return object_role::ingress; }
  auto operator<=>(const update_ingress&) const = default;
};

/// Marks an object as left behind on purpose (`--cascade=orphan`), so that no later cleanup removes it.
struct orphan_object {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  object_role role;
  std::string name;

  auto operator<=>(const orphan_object&) const = default;
};

/// Reads a Deployment of the Go operator in full, to compare it with the spec.
struct inspect_deployment {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::query;

  std::string name;

  auto operator<=>(const inspect_deployment&) const = default;
};

/// Makes an object of the Go operator ours.
struct take_over_object {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  object_role role;
  std::string name;

  object_role shows() const { return role; }
  auto operator<=>(const take_over_object&) const = default;
};

/// Asks whether the namespace is being deleted.
struct ask_namespace {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::query;

  auto operator<=>(const ask_namespace&) const = default;
};

/// Asks whether the application of these objects still exists.
struct ask_application {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::query;

  auto operator<=>(const ask_application&) const = default;
};

/// Records a Kubernetes event. No decision waits for it.
struct record_event {
  static constexpr auto target = action_target::kubernetes;
  static constexpr auto effect = action_effect::command;

  bool warning = false;
  /// One of the reasons in docs/operations.md.
  std::string reason;
  std::string message;

  auto operator<=>(const record_event&) const = default;
};

// -- commands to a JobManager (questions: questions.hpp) ------------------------------------------------

/// Runs main() on the new cluster without starting anything.
struct compile_job {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::command;
  static constexpr auto decode = rest::decode_plan;
  static constexpr bool runs_main = true;

  flink::cluster_id cluster_id;
  job_parameters job;

  /// The other parameters of the job follow from the cluster.
  auto identity() const { return std::tie(cluster_id, job.parallelism); }
  rest::request request() const;
  bool operator==(const compile_job&) const = default;
};

/// Starts a job under an id that the status contains already.
struct submit_job {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::command;
  static constexpr auto decode = rest::decode_run;
  static constexpr bool runs_main = true;

  flink::cluster_id cluster_id;
  flink::job_id job_id;
  job_parameters job;
  /// Empty: without state.
  std::string restore_path;

  /// Each job id is submitted once, so the other members do not count.
  auto identity() const { return std::tie(cluster_id, job_id); }
  rest::request request() const;
  bool operator==(const submit_job&) const = default;
};

/// Takes a savepoint; the job keeps running.
struct take_savepoint {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::command;
  static constexpr auto decode = rest::decode_trigger;

  flink::cluster_id cluster_id;
  flink::job_id job_id;
  flink::trigger_id trigger_id;

  rest::request request() const { return rest::take_savepoint(job_id, trigger_id); }
  auto operator<=>(const take_savepoint&) const = default;
};

/// Deletes the files of a savepoint.
struct dispose_savepoint {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::command;
  static constexpr auto decode = rest::decode_trigger;

  flink::cluster_id cluster_id;
  std::string path;

  rest::request request() const { return rest::dispose_savepoint(path); }
  auto operator<=>(const dispose_savepoint&) const = default;
};

/// Takes a savepoint and ends the job.
struct stop_job {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::command;
  static constexpr auto decode = rest::decode_trigger;

  flink::cluster_id cluster_id;
  flink::job_id job_id;
  flink::trigger_id trigger_id;

  rest::request request() const { return rest::stop_with_savepoint(job_id, trigger_id); }
  auto operator<=>(const stop_job&) const = default;
};

/// Ends the job without a savepoint.
struct cancel_job {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::command;
  static constexpr auto decode = rest::decode_done;

  flink::cluster_id cluster_id;
  flink::job_id job_id;

  rest::request request() const { return rest::cancel(job_id); }
  auto operator<=>(const cancel_job&) const = default;
};

/// Changes the bounds of the parallelism of a running job. Repeating it does no harm.
struct rescale_job {
  static constexpr auto target = action_target::job_manager;
  static constexpr auto effect = action_effect::command;
  static constexpr auto decode = rest::decode_done;

  flink::cluster_id cluster_id;
  flink::job_id job_id;
  /// The wanted parallelism of the vertices that the program does not fix. The bounds follow from it.
  int32_t parallelism = 1;
  rest::requirements bounds;

  /// The bounds follow from the parallelism.
  auto identity() const { return std::tie(cluster_id, job_id, parallelism); }
  rest::request request() const { return rest::put_requirements(job_id, bounds); }
  bool operator==(const rescale_job&) const = default;
};

/// Refuses at compile time an action that does not satisfy action_type.
template <action_type... A>
using variant_of_actions = std::variant<A...>;

using action = variant_of_actions<add_finalizer, remove_finalizer, create_object, dry_run_object, read_object,
                                  delete_object, scale_deployment, switch_service, update_ingress, orphan_object,
                                  inspect_deployment, take_over_object, ask_namespace, ask_application, record_event,
                                  ask_overview, ask_jobs, ask_job, ask_checkpoints, ask_restarts, ask_exceptions,
                                  ask_savepoint, ask_features, ask_requirements, compile_job, submit_job,
                                  take_savepoint, dispose_savepoint, ask_disposal, stop_job, cancel_job, rescale_job>;

/// Describes the action for logs and pages. No decision depends on the text.
std::string to_string(const action& x);

action_target target_of(const action& x);

action_effect effect_of(const action& x);

/// Returns the cluster whose JobManager is addressed, or an empty text for actions on Kubernetes.
cluster_id job_manager_of(const action& x);

/// Returns whether the answer takes as long as the user's main() runs. No other action waits for it.
bool runs_main(const action& x);

/// Returns whether a refusal is a verdict about the user's version (refusal_is_verdict).
bool is_verdict(const action& x);

/// Orders actions by kind and `identity()`, or by all members if there is no `identity()`. Equal actions repeat each
/// other.
struct by_identity {
  bool operator()(const action& a, const action& b) const;
};

/// What is known of actions that were sent, by action.
template <class T>
using by_action = std::map<action, T, by_identity>;

std::string_view to_string(object_role x);

} // namespace flink
