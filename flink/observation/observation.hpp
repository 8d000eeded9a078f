// What we know of the world around one application: the objects that the watches showed and the
// answers that we got. Values only; learned by flink/learn, read by flink/decide.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/rest/failure.hpp"
#include "flink/rest/requests.hpp"
#include "k8s/objects.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace flink {

/// Wall time is written down and compared with what was written down; steady time measures how old an
/// answer is.
struct moment {
  std::chrono::system_clock::time_point wall;
  std::chrono::steady_clock::time_point steady;
};

/// Roles of the objects that make up a cluster.
enum class object_role { job_manager, task_manager, versioned_service, generic_service, ingress };

/// An answer and when it came.
template <class T>
struct learned {
  T value;
  std::chrono::steady_clock::time_point at;
};

/// How an order or question went when it was last sent.
struct outcome {
  /// Absent: it was done.
  std::optional<flink::failure> failed;
  /// Failures in a row.
  int32_t attempts = 0;
  std::chrono::steady_clock::time_point at;
  /// Of what was asked of a JobManager: its life at that time.
  incarnation asked;
};

/// A question about one thing: there may be none (404).
template <class T>
using maybe = std::optional<T>;

/// What one incarnation of a cluster's JobManager told us. Forgotten when the incarnation changes.
struct job_manager_view {
  incarnation asked;
  /// When its first answer came.
  std::chrono::steady_clock::time_point since;
  std::optional<learned<rest::overview>> overview;
  std::optional<learned<std::vector<rest::job_summary>>> jobs;
  std::map<std::string, learned<maybe<rest::job>>> job;
  std::map<std::string, learned<maybe<rest::checkpoints>>> checkpoints;
  std::map<std::string, learned<maybe<rest::restarts>>> restarts;
  std::map<std::string, learned<maybe<rest::exceptions>>> exceptions;
  std::optional<learned<rest::features>> features;
  /// By job id.
  std::map<std::string, learned<maybe<rest::requirements>>> requirements;
  /// What the job that was compiled looks like, by the parallelism that it was compiled with.
  std::map<int32_t, rest::vertex_plan> plans;
  /// By trigger id.
  std::map<std::string, learned<maybe<rest::savepoint>>> savepoints;
  /// The identity of its disposal by the savepoint's path.
  std::map<std::string, std::string> disposal_ids;
  /// By disposal id.
  std::map<std::string, learned<maybe<rest::disposal>>> disposals;
};

/// Objects of the application by name, as last seen.
struct world {
  std::map<std::string, std::shared_ptr<const k8s::deployment>> deployments;
  std::map<std::string, std::shared_ptr<const k8s::pod>> pods;
  std::map<std::string, std::shared_ptr<const k8s::service>> services;
  std::map<std::string, std::shared_ptr<const k8s::ingress>> ingresses;
};

struct observation {
  flink::world world;
  /// By cluster id.
  std::map<std::string, job_manager_view> job_managers;
  /// By to_string(action).
  std::map<std::string, outcome> outcomes;
  /// What was sent and runs the user's main() until it is answered: by to_string(action), the life that was asked.
  std::map<std::string, incarnation> under_way;
  /// The identity of the last job that this supervisor has chosen itself. Any other one may have been submitted by a
  /// supervisor before it, and nothing here tells what became of that.
  std::string own_job_id;
  /// Deployments of the Go operator that were looked at closely, as JSON texts by name; kept until they are taken over.
  std::map<std::string, std::string> inspected;
  /// The namespace is being deleted, once asked.
  std::optional<bool> namespace_terminating;
  /// Objects that carry the name of one of ours and are not ours: name and why.
  std::map<std::string, std::string> name_conflicts;
  /// The application was seen with the finalizer of `--cascade=orphan`, which the garbage collector takes off again
  /// within milliseconds.
  bool being_orphaned = false;
  /// The application does not exist any more, once asked; only for clusters without one.
  std::optional<bool> application_gone;
};

/// The part of the world that carries one cluster id.
struct cluster_view {
  std::string id;
  const k8s::deployment* job_manager = nullptr;
  const k8s::deployment* task_manager = nullptr;
  const k8s::service* versioned_service = nullptr;
  std::vector<const k8s::pod*> job_manager_pods;
  std::vector<const k8s::pod*> task_manager_pods;
  /// The JobManager pod to talk to: alive, with an address; ready ones first.
  const k8s::pod* leader = nullptr;
  /// What that pod told us in its present incarnation.
  const job_manager_view* told = nullptr;

  /// Returns whether neither Deployment, Service nor Pod is left, Terminating ones included.
  bool gone() const {
    return !job_manager && !task_manager && !versioned_service && job_manager_pods.empty() && task_manager_pods.empty();
  }
};

/// Returns the incarnation that a JobManager pod is in.
incarnation incarnation_of(const k8s::pod& x);

/// Returns the cluster that a Deployment or versioned Service belongs to.
std::string cluster_of(const k8s::object_head& x);

/// Returns the part of the world with this cluster id.
cluster_view look_at_cluster(const observation& seen, const std::string& cluster_id);

/// Returns whether an object follows the application and not one cluster: such ones keep the application as their
/// owner.
constexpr bool keeps_owner(object_role x) {
  return x == object_role::generic_service || x == object_role::ingress;
}

/// Returns whether this is the Service of one cluster, not that of the application.
bool is_versioned(const k8s::service& x);

/// Returns the ids of all clusters of which anything is left. Pods of the Go operator alone do not count: they carry
/// nothing that says whose they are.
std::vector<std::string> clusters_in(const world& x);

} // namespace flink
