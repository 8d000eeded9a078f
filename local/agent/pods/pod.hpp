// A pod as the node agent needs it, read from the API server's JSON. What is missing or of a wrong
// type counts as absent: the API server has already refused what must not be.
#pragma once

#include <boost/json/value.hpp>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace local::agent {

/// An HTTP probe with the timers that a kubelet would use.
struct probe_spec {
  /// Path and query to GET.
  std::string path = "/";
  /// Port number, or the name of one of the container's ports.
  std::string port;
  /// Wait after the container's start.
  std::chrono::seconds initial_delay{0};
  /// Time between two probes.
  std::chrono::seconds period{10};
  /// Time for an answer.
  std::chrono::seconds timeout{1};
  /// Successes in a row after which the probe passes.
  int success_threshold = 1;
  /// Failures in a row after which the probe fails.
  int failure_threshold = 3;
  bool operator==(const probe_spec&) const = default;
};

/// One variable of a container.
struct env_variable {
  /// Its name.
  std::string name;
  /// Literal value with `$(NAME)` references.
  std::string value;
  /// Field of the pod that gives the value, e.g. "status.podIP"; else empty.
  std::string field;
  /// Kind of another source (configMapKeyRef, ...), which this node cannot read; else empty.
  std::string foreign;
};

/// One container of a pod.
struct container_spec {
  /// Its name in the pod.
  std::string name;
  /// What to run.
  std::string image;
  /// `command` followed by `args`.
  std::vector<std::string> arguments;
  /// Its variables in order; later ones win.
  std::vector<env_variable> env;
  /// Numbers of its named ports.
  std::map<std::string, int> ports;
  /// Until it succeeds, the other probes wait.
  std::optional<probe_spec> startup;
  /// Decides whether Services offer the pod.
  std::optional<probe_spec> readiness;
  /// Its failure restarts the container.
  std::optional<probe_spec> liveness;
  /// Source of whole sets of variables (envFrom), which this node cannot read; else empty.
  std::string foreign_env;
};

/// A container's last known status, for an agent that starts later than its pod.
struct container_history {
  /// Restarts so far.
  int restarts = 0;
  /// It was running when the status was written.
  bool running = false;
};

/// One pod.
struct pod {
  /// metadata.namespace
  std::string ns;
  /// metadata.name
  std::string name;
  /// metadata.uid
  std::string uid;
  /// metadata.labels
  std::map<std::string, std::string> labels;
  /// metadata.annotations
  std::map<std::string, std::string> annotations;
  /// spec.nodeName; empty until the pod is bound.
  std::string node;
  /// spec.nodeSelector
  std::map<std::string, std::string> node_selector;
  /// spec.serviceAccountName
  std::string service_account;
  /// Always, OnFailure or Never.
  std::string restart_policy = "Always";
  /// status.phase
  std::string phase;
  /// status.podIP
  std::string ip;
  /// spec.initContainers[].name
  std::vector<std::string> init_containers;
  /// spec.containers
  std::vector<container_spec> containers;
  /// status.containerStatuses by container name.
  std::map<std::string, container_history> history;
  /// metadata.deletionTimestamp is set.
  bool deleting = false;
  /// Time between SIGTERM and SIGKILL.
  std::chrono::seconds grace{30};
};

/// Returns the pod that `x` describes.
pod read_pod(const boost::json::value& x);

} // namespace local::agent
