// The Deployments, Pods, Services and Ingresses that the operator keeps in memory.
// They contain only the fields that decisions use, so that thousands of objects stay small.
#pragma once

#include "k8s/meta.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace k8s {

/// Identity, labels and owners of an object.
struct object_head {
  object_key key;
  std::string uid;
  std::string resource_version;
  std::map<std::string, std::string> labels;
  /// True if metadata.deletionTimestamp is set.
  bool deleting = false;
  /// metadata.ownerReferences[].uid
  std::vector<std::string> owner_uids;
  bool operator==(const object_head&) const = default;
};

/// The fields of a Deployment that decisions use.
struct deployment {
  object_head head;
  int32_t replicas = 0;
  int32_t available_replicas = 0;
  int32_t updated_replicas = 0;
  /// Message of condition ReplicaFailure while it is True, e.g. about a quota or a missing ServiceAccount.
  std::optional<std::string> replica_failure;
  /// spec.selector.matchLabels
  std::map<std::string, std::string> selector;
  bool operator==(const deployment&) const = default;
};

/// The fields of a Pod that decisions use.
struct pod {
  object_head head;
  /// Pending, Running, Succeeded, Failed, Unknown.
  std::string phase;
  std::string ip;
  std::string node;
  /// True if condition Ready is True.
  bool ready = false;
  /// Message of condition PodScheduled while it is False, e.g. "0/3 nodes are available: ...".
  std::optional<std::string> unschedulable;
  /// Sum of status.containerStatuses[].restartCount.
  int32_t restarts = 0;
  /// The same for each container; empty if the pod has one container only.
  std::map<std::string, int32_t> container_restarts;
  /// Reason (ErrImagePull, CrashLoopBackOff, ...) and message of a container or init container that waits. The message
  /// names the container if the pod has several.
  std::optional<std::string> waiting_reason;
  std::optional<std::string> waiting_message;
  /// Reason and exit code of the container that waits, or else of the last terminated one; explains crash loops. Names
  /// the container if the pod has several.
  std::optional<std::string> last_termination;
  /// Its termination message; the last lines of its log, if its terminationMessagePolicy is FallbackToLogsOnError.
  std::string last_message;
  /// status.startTime, RFC 3339.
  std::optional<std::string> started;
  bool operator==(const pod&) const = default;
};

/// The fields of a Service that decisions use.
struct service {
  object_head head;
  std::map<std::string, std::string> selector;
  std::string cluster_ip;
  bool operator==(const service&) const = default;
};

/// The fields of an Ingress that decisions use.
struct ingress {
  object_head head;
  bool operator==(const ingress&) const = default;
};

} // namespace k8s
