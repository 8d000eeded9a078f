// Metadata that every Kubernetes object has: identity, version, labels, owners and conditions.
// Values only.
#pragma once

#include <boost/describe.hpp>

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace k8s {

/// Namespace and name of an object of one kind. An object that is deleted and created again has the same key, but
/// another uid.
struct object_key {
  std::string ns;
  std::string name;
  auto operator<=>(const object_key&) const = default;
};

/// Returns "namespace/name".
inline std::string to_string(const object_key& x) {
  return x.ns + "/" + x.name;
}

/// Reference to the owner of an object.
struct owner_reference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  std::optional<bool> controller;
  std::optional<bool> block_owner_deletion;
  bool operator==(const owner_reference&) const = default;
};
BOOST_DESCRIBE_STRUCT(owner_reference, (), (api_version, kind, name, uid, controller, block_owner_deletion))

/// The fields of ObjectMeta that the operator uses.
struct object_meta {
  std::string name;
  /// "namespace" in JSON.
  std::string namespace_;
  std::string uid;
  std::string resource_version;
  int64_t generation = 0;
  std::optional<std::string> creation_timestamp;
  std::optional<std::string> deletion_timestamp;
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> annotations;
  std::vector<std::string> finalizers;
  std::vector<owner_reference> owner_references;
  bool operator==(const object_meta&) const = default;
};
BOOST_DESCRIBE_STRUCT(object_meta, (),
                      (name, namespace_, uid, resource_version, generation, creation_timestamp, deletion_timestamp,
                       labels, annotations, finalizers, owner_references))

/// Returns namespace and name.
inline object_key key_of(const object_meta& x) {
  return {x.namespace_, x.name};
}

/// A standard condition (metav1.Condition).
struct condition {
  std::string type;
  /// True, False or Unknown.
  std::string status;
  std::optional<int64_t> observed_generation;
  /// Time in RFC 3339.
  std::string last_transition_time;
  std::string reason;
  std::string message;
  bool operator==(const condition&) const = default;
};
BOOST_DESCRIBE_STRUCT(condition, (), (type, status, observed_generation, last_transition_time, reason, message))

} // namespace k8s
