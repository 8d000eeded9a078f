// What the operator knows about one application: its objects, from watches, and the answers to requests. Values only:
// apply_reply.hpp writes them, flink/lifecycle reads them.
#pragma once

#include "flink/observation/action.hpp"
#include "flink/resource/application.hpp"
#include "flink/rest/failure.hpp"
#include "flink/rest/requests.hpp"
#include "k8s/objects.hpp"

#include <boost/mp11.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

namespace flink {

/// The present time. The status stores wall time; steady time measures the age of an answer.
struct clock_reading {
  std::chrono::system_clock::time_point wall;
  std::chrono::steady_clock::time_point steady;
};

/// An answer and the time of its arrival.
template <class T>
struct observed {
  T value;
  std::chrono::steady_clock::time_point at;
};

/// The result of an action that was sent, the latest one.
struct outcome {
  /// Absent if it succeeded.
  std::optional<flink::failure> failed;
  /// Failures in a row.
  int32_t attempts = 0;
  std::chrono::steady_clock::time_point at;
  /// The incarnation that was asked, if it was a JobManager.
  incarnation asked;
};

namespace mp = boost::mp11;

template <class A>
using is_question = std::bool_constant<question<A>>;

/// All questions to a JobManager.
using questions = mp::mp_copy_if<mp::mp_rename<action, mp::mp_list>, is_question>;

/// The answers to one kind of question, by slot.
template <class Q>
using answers_to = std::map<std::string, observed<typename Q::answer>>;

/// The answers of one incarnation of a cluster's JobManager. Cleared when the incarnation changes.
struct job_manager_view {
  incarnation asked;
  /// The time of its first answer.
  std::chrono::steady_clock::time_point since;
  /// One map per question.
  mp::mp_rename<mp::mp_transform<answers_to, questions>, std::tuple> answers;
  /// The vertices of the compiled job, by the parallelism that it was compiled with.
  std::map<int32_t, rest::vertex_plan> plans;
  /// The ids of disposals, by the savepoint's path.
  std::map<std::string, std::string> disposal_ids;

  template <question Q>
  answers_to<Q>& all() {
    return std::get<mp::mp_find<questions, Q>::value>(answers);
  }

  template <question Q>
  const answers_to<Q>& all() const {
    return std::get<mp::mp_find<questions, Q>::value>(answers);
  }

  /// Returns the last answer to a question; null if there is none.
  template <question Q>
  const observed<typename Q::answer>* find(const Q& x) const {
    auto i = all<Q>().find(x.slot());
    return i == all<Q>().end() ? nullptr : &i->second;
  }
};

/// Objects of the application by name, as last seen.
struct objects {
  std::map<std::string, std::shared_ptr<const k8s::deployment>> deployments;
  std::map<std::string, std::shared_ptr<const k8s::pod>> pods;
  std::map<std::string, std::shared_ptr<const k8s::service>> services;
  std::map<std::string, std::shared_ptr<const k8s::ingress>> ingresses;
};

struct observation {
  flink::objects objects;
  std::map<cluster_id, job_manager_view> job_managers;
  by_action<outcome> outcomes;
  /// Commands that run the user's main() and have no answer yet, with the incarnation of their JobManager.
  by_action<incarnation> under_way;
  /// The last job id that this actor has chosen. An earlier actor may have submitted any other job, and this one does
  /// not know the outcome of that.
  job_id own_job_id;
  /// Deployments of the Go operator that were read in full, as JSON texts by name. Kept until they are taken over.
  std::map<std::string, std::string> inspected;
  /// Whether the namespace is being deleted. Absent until the answer arrives.
  std::optional<bool> namespace_terminating;
  /// Objects of others with the name of one of ours: the create_object that cannot succeed, and the cause.
  by_action<std::string> name_conflicts;
  /// Whether the application ever had the finalizer of `--cascade=orphan`, which the garbage collector removes within
  /// milliseconds.
  bool being_orphaned = false;
  /// Whether the application is gone. Absent until the answer arrives. Asked only for clusters without an application.
  std::optional<bool> application_gone;
};

/// The objects of one cluster.
struct cluster_view {
  cluster_id id;
  const k8s::deployment* job_manager = nullptr;
  const k8s::deployment* task_manager = nullptr;
  const k8s::service* versioned_service = nullptr;
  std::vector<const k8s::pod*> job_manager_pods;
  std::vector<const k8s::pod*> task_manager_pods;
  /// The JobManager pod for requests: alive, with an address; ready pods first.
  const k8s::pod* leader = nullptr;
  /// The answers of that pod in its present incarnation.
  const job_manager_view* replies = nullptr;

  /// Returns the newest answer to a question; null if there is none. Sends nothing.
  template <question Q>
  const observed<typename Q::answer>* known(const Q& x) const {
    return replies ? replies->find(x) : nullptr;
  }

  /// Returns whether neither Deployment, Service nor Pod is left, Terminating ones included.
  bool gone() const {
    return !job_manager && !task_manager && !versioned_service && job_manager_pods.empty() && task_manager_pods.empty();
  }
};

/// Returns the present incarnation of a JobManager pod.
incarnation incarnation_of(const k8s::pod& x);

/// Returns the restarts of Flink's container. Pods of earlier releases do not name it: there the restarts of all
/// containers count.
int32_t flink_restarts(const k8s::pod& x);

/// Returns the cluster that a Deployment or versioned Service belongs to.
cluster_id cluster_of(const k8s::object_head& x);

/// Returns the objects of the cluster with this id.
cluster_view look_at_cluster(const observation& seen, const cluster_id& cluster_id);

/// Returns whether a Service belongs to one cluster and not to the application.
bool is_versioned(const k8s::service& x);

/// Returns the ids of all clusters with at least one object. Pods of the Go operator alone do not count: they have no
/// cluster id.
std::vector<cluster_id> clusters_in(const objects& x);

} // namespace flink
