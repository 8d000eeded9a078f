// Requests to the Kubernetes API as values: what is asked, not how it travels. Names and selectors
// are encoded here, so callers pass them as they are.
#pragma once

#include "k8s/meta.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// A kind of object and where it is found.
struct resource_type {
  /// Empty for the core group.
  std::string_view group;
  /// E.g. "v1".
  std::string_view version;
  /// The name in paths.
  std::string_view plural;
  /// The name in objects.
  std::string_view kind;
  /// Whether its objects live in namespaces.
  bool namespaced = true;
  bool operator==(const resource_type&) const = default;
};

/// The kinds of objects that the operator has to do with.
constexpr resource_type flink_applications{"flink.k8s.io", "v1beta1", "flinkapplications", "FlinkApplication"};
constexpr resource_type deployments{"apps", "v1", "deployments", "Deployment"};
constexpr resource_type pods{"", "v1", "pods", "Pod"};
constexpr resource_type services{"", "v1", "services", "Service"};
constexpr resource_type config_maps{"", "v1", "configmaps", "ConfigMap"};
constexpr resource_type events{"", "v1", "events", "Event"};
constexpr resource_type namespaces{"", "v1", "namespaces", "Namespace", false};
constexpr resource_type ingresses{"networking.k8s.io", "v1", "ingresses", "Ingress"};
constexpr resource_type leases{"coordination.k8s.io", "v1", "leases", "Lease"};

/// Returns "v1" or "apps/v1", as objects have it in `apiVersion`.
std::string api_version(const resource_type& x);

/// A request without its transport.
struct request {
  std::string method;
  /// Path and query, encoded.
  std::string target;
  /// Empty if there is no body.
  std::string content_type;
  std::string body;
  bool operator==(const request&) const = default;
};

/// Name under which the API server notes our writes.
constexpr std::string_view field_manager = "flink-operator";

/// Which objects of a type are asked for.
struct selection {
  /// Empty for all namespaces.
  std::string ns;
  /// E.g. "flink-app"; empty for all.
  std::string label_selector;
  /// E.g. "metadata.name=x"; empty for all.
  std::string field_selector;
};

/// What happens to the objects that a removed one owns.
enum class propagation {
  /// The garbage collector removes them afterwards.
  Background,
  /// They go first.
  Foreground,
  /// They stay.
  Orphan,
};

/// How an object is removed.
struct removal {
  /// Removes the object only if it is this one, and not a successor of the same name.
  std::string uid;
  k8s::propagation propagation = k8s::propagation::Background;
  /// Overrides the object's own grace period; 0 removes a pod at once.
  std::optional<int64_t> grace_period_seconds;
};

/// Returns `text` with everything but unreserved characters as %XX, for one path segment or value.
std::string percent_encode(std::string_view text);

/// Returns the path of a collection, or of an object if `name` is not empty, or of a part of it.
std::string path_of(const resource_type& type, std::string_view ns, std::string_view name = {},
                    std::string_view subresource = {});

/// Asks for one page of a list; an empty token asks for the first.
request list(const resource_type& type, const selection& which, std::string_view continue_token = {});

/// Asks for all changes since a version, with bookmarks.
request watch(const resource_type& type, const selection& which, std::string_view resource_version,
              std::chrono::seconds timeout);

/// Asks for one object.
request get(const resource_type& type, const object_key& key);

/// Creates an object in a namespace.
request create(const resource_type& type, std::string_view ns, std::string body);

/// Asks whether an object could be created: admission, quota and schema speak, nothing is stored.
request dry_run_create(const resource_type& type, std::string_view ns, std::string body);

/// Replaces an object; the body's resourceVersion guards it.
request replace(const resource_type& type, const object_key& key, std::string body);

/// Removes an object.
request remove(const resource_type& type, const object_key& key, const removal& how);

/// Changes an object by a merge patch; a resourceVersion in the patch guards it.
request merge_patch(const resource_type& type, const object_key& key, std::string body,
                    std::string_view subresource = {});

/// Changes an object by a JSON patch, which guards itself by `test` operations.
request json_patch(const resource_type& type, const object_key& key, std::string body,
                   std::string_view subresource = {});

/// Changes the status of an object by a merge patch.
request patch_status(const resource_type& type, const object_key& key, std::string body);

} // namespace k8s
