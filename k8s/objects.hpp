// What the operator keeps of Deployments, Pods, Services and Ingresses: the fields that an
// observation uses and nothing else, so that thousands of them stay small.
#pragma once

#include "k8s/meta.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace k8s {

/// Identity and labels of an owned object; annotations and the like are not kept.
struct object_head {
  object_key key;
  std::string uid;
  std::string resource_version;
  std::map<std::string, std::string> labels;
  /// metadata.deletionTimestamp is set.
  bool deleting = false;
  /// metadata.ownerReferences[].uid
  std::vector<std::string> owner_uids;
  bool operator==(const object_head&) const = default;
};

struct deployment {
  object_head head;
  int32_t replicas = 0;
  int32_t available_replicas = 0;
  int32_t updated_replicas = 0;
  /// Message of a ReplicaFailure condition that is True: quota, admission, missing ServiceAccount.
  std::optional<std::string> replica_failure;
  /// spec.selector.matchLabels
  std::map<std::string, std::string> selector;
  bool operator==(const deployment&) const = default;
};

struct pod {
  object_head head;
  /// Pending, Running, Succeeded, Failed, Unknown.
  std::string phase;
  std::string ip;
  std::string node;
  /// Condition Ready is True.
  bool ready = false;
  /// Message of condition PodScheduled while it is False, e.g. "0/3 nodes are available: ...".
  std::optional<std::string> unschedulable;
  /// Sum over containers of status.containerStatuses[].restartCount.
  int32_t restarts = 0;
  /// Any container or init container that is waiting: reason (ErrImagePull, CrashLoopBackOff, ...) and message.
  std::optional<std::string> waiting_reason;
  std::optional<std::string> waiting_message;
  /// Of the last terminated container: reason and message or exit code, for crash loops.
  std::optional<std::string> last_termination;
  /// status.startTime, RFC 3339.
  std::optional<std::string> started;
  bool operator==(const pod&) const = default;
};

struct service {
  object_head head;
  std::map<std::string, std::string> selector;
  std::string cluster_ip;
  bool operator==(const service&) const = default;
};

struct ingress {
  object_head head;
  bool operator==(const ingress&) const = default;
};

} // namespace k8s
