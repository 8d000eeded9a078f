// What is known about one application: the objects that the watches have shown, and the answers to our requests. Values
// only; apply_reply.hpp writes them, flink/lifecycle reads them.
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

/// Wall time is stored in the status and compared with times stored there. Steady time measures the age of an answer.
struct clock_reading {
  std::chrono::system_clock::time_point wall;
  std::chrono::steady_clock::time_point steady;
};

/// An answer and when it came.
template <class T>
struct observed {
  T value;
  std::chrono::steady_clock::time_point at;
};

/// How an action went when it was last sent.
struct outcome {
  /// Absent: it succeeded.
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

/// What one incarnation of a cluster's JobManager has answered. Empty again when the incarnation changes.
struct job_manager_view {
  incarnation asked;
  /// When its first answer came.
  std::chrono::steady_clock::time_point since;
  /// One map per question.
  mp::mp_rename<mp::mp_transform<answers_to, questions>, std::tuple> answers;
  /// The vertices of the job that was compiled, by the parallelism that it was compiled with.
  std::map<int32_t, rest::vertex_plan> plans;
  /// The identity of its disposal by the savepoint's path.
  std::map<std::string, std::string> disposal_ids;

  template <question Q>
  answers_to<Q>& all() {
    return std::get<mp::mp_find<questions, Q>::value>(answers);
  }

  template <question Q>
  const answers_to<Q>& all() const {
    return std::get<mp::mp_find<questions, Q>::value>(answers);
  }

  /// Returns the last answer to a question, if there was one.
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
  /// By cluster id.
  std::map<std::string, job_manager_view> job_managers;
  by_action<outcome> outcomes;
  /// Commands that run the user's main() and have no answer yet, with the incarnation of the JobManager that was asked.
  by_action<incarnation> under_way;
  /// The identity of the last job that this actor has chosen itself. An actor before it may have submitted any other
  /// job, and the outcome of that is not known here.
  std::string own_job_id;
  /// Deployments of the Go operator that were read in full, as JSON texts by name. Kept until they are taken over.
  std::map<std::string, std::string> inspected;
  /// Whether the namespace is being deleted. Absent: not asked yet.
  std::optional<bool> namespace_terminating;
  /// Objects that others own under the name of one of ours: the create_object that cannot succeed, and why.
  by_action<std::string> name_conflicts;
  /// The application was seen with the finalizer of `--cascade=orphan`, which the garbage collector takes off again
  /// within milliseconds.
  bool being_orphaned = false;
  /// Whether the application is gone. Absent: not asked yet. Asked only for clusters that have none.
  std::optional<bool> application_gone;
};

/// The objects of one cluster.
struct cluster_view {
  std::string id;
  const k8s::deployment* job_manager = nullptr;
  const k8s::deployment* task_manager = nullptr;
  const k8s::service* versioned_service = nullptr;
  std::vector<const k8s::pod*> job_manager_pods;
  std::vector<const k8s::pod*> task_manager_pods;
  /// The JobManager pod to talk to: alive, with an address; ready ones first.
  const k8s::pod* leader = nullptr;
  /// What that pod has answered in its present incarnation.
  const job_manager_view* replies = nullptr;

  /// Returns the newest answer to a question, if there is one. Sends nothing.
  template <question Q>
  const observed<typename Q::answer>* known(const Q& x) const {
    return replies ? replies->find(x) : nullptr;
  }

  /// Returns whether neither Deployment, Service nor Pod is left, Terminating ones included.
  bool gone() const {
    return !job_manager && !task_manager && !versioned_service && job_manager_pods.empty() && task_manager_pods.empty();
  }
};

/// Returns the incarnation that a JobManager pod is in.
incarnation incarnation_of(const k8s::pod& x);

/// Returns the cluster that a Deployment or versioned Service belongs to.
std::string cluster_of(const k8s::object_head& x);

/// Returns the objects with this cluster id.
cluster_view look_at_cluster(const observation& seen, const std::string& cluster_id);

/// Returns whether this is the Service of one cluster, not that of the application.
bool is_versioned(const k8s::service& x);

/// Returns the ids of all clusters of which anything is left. Pods of the Go operator alone do not count: they carry
/// no cluster id.
std::vector<std::string> clusters_in(const objects& x);

} // namespace flink
