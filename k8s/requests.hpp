// Builds requests to the Kubernetes API as values. Encodes names and selectors, so callers pass them unencoded.
// Sends nothing.
#pragma once

#include "k8s/meta.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// A kind of object and its place in the API.
struct resource_type {
  /// Empty for the core group.
  std::string_view group;
  /// E.g. "v1".
  std::string_view version;
  /// Plural name, used in paths.
  std::string_view plural;
  /// Kind, used in objects.
  std::string_view kind;
  /// True if its objects have a namespace.
  bool namespaced = true;
  bool operator==(const resource_type&) const = default;
};

/// Kinds that the operator uses.
constexpr resource_type flink_applications{"flink.k8s.io", "v1beta1", "flinkapplications", "FlinkApplication"};
constexpr resource_type deployments{"apps", "v1", "deployments", "Deployment"};
constexpr resource_type pods{"", "v1", "pods", "Pod"};
constexpr resource_type services{"", "v1", "services", "Service"};
constexpr resource_type config_maps{"", "v1", "configmaps", "ConfigMap"};
constexpr resource_type events{"", "v1", "events", "Event"};
constexpr resource_type namespaces{"", "v1", "namespaces", "Namespace", false};
constexpr resource_type ingresses{"networking.k8s.io", "v1", "ingresses", "Ingress"};
constexpr resource_type leases{"coordination.k8s.io", "v1", "leases", "Lease"};

/// Returns the `apiVersion` of objects, e.g. "v1" or "apps/v1".
std::string api_version(const resource_type& x);

/// An HTTP request to the API server.
struct request {
  std::string method;
  /// Path and query, percent-encoded.
  std::string target;
  /// Empty without a body.
  std::string content_type;
  std::string body;
  bool operator==(const request&) const = default;
};

/// Name of the operator in the API server's managed fields.
constexpr std::string_view field_manager = "flink-operator";

/// Selects objects of one kind.
struct selection {
  /// Empty for all namespaces.
  std::string ns;
  /// E.g. "flink-app"; empty for all.
  std::string label_selector;
  /// E.g. "metadata.name=x"; empty for all.
  std::string field_selector;
};

/// What happens to the objects that a removed object owns.
enum class propagation {
  /// They are removed after it.
  Background,
  /// They are removed before it.
  Foreground,
  /// They are kept.
  Orphan,
};

/// Options of a removal.
struct removal {
  /// If not empty, only an object with this uid is removed, not a new one with the same name.
  std::string uid;
  k8s::propagation propagation = k8s::propagation::Background;
  /// Seconds; overrides the object's own grace period. 0 removes a pod at once.
  std::optional<int64_t> grace_period_seconds;
};

/// Percent-encodes `text` for use as one path segment or query value.
std::string percent_encode(std::string_view text);

/// Returns the path of a collection; of an object if `name` is not empty; of its subresource if that is not empty.
std::string path_of(const resource_type& type, std::string_view ns, std::string_view name = {},
                    std::string_view subresource = {});

/// Requests one page of a list; an empty token requests the first.
request list(const resource_type& type, const selection& which, std::string_view continue_token = {});

/// Requests all changes since a version, with bookmarks.
request watch(const resource_type& type, const selection& which, std::string_view resource_version,
              std::chrono::seconds timeout);

/// Requests one object.
request get(const resource_type& type, const object_key& key);

/// Creates an object in a namespace.
request create(const resource_type& type, std::string_view ns, std::string body);

/// Checks whether an object can be created: admission, quota and schema are applied, but nothing is stored.
request dry_run_create(const resource_type& type, std::string_view ns, std::string body);

/// Replaces an object if its version is still the resourceVersion in the body.
request replace(const resource_type& type, const object_key& key, std::string body);

/// Removes an object.
request remove(const resource_type& type, const object_key& key, const removal& how);

/// Applies a merge patch. A resourceVersion in the patch makes it conditional.
request merge_patch(const resource_type& type, const object_key& key, std::string body,
                    std::string_view subresource = {});

/// Applies a JSON patch. `test` operations make it conditional.
request json_patch(const resource_type& type, const object_key& key, std::string body,
                   std::string_view subresource = {});

/// Applies a merge patch to the status of an object.
request patch_status(const resource_type& type, const object_key& key, std::string body);

} // namespace k8s
