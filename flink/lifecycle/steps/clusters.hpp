// Creates missing objects of clusters, and removes unused ones.
#pragma once

#include "flink/lifecycle/pass/commands.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flink {

/// Returns what a cluster needs and does not have, including the generic Service and the Ingress.
std::vector<object_role> missing_objects(const pass_inputs& p, const cluster_view& c);

struct creation {
  bool complete = false;
  /// The object that the API server rejected permanently, as a text.
  std::optional<std::string> refused;
};

/// Creates what is missing of a cluster.
[[nodiscard]] creation create_missing(commands& p, const cluster_view& c);

/// Recreates deleted objects of the serving cluster if the spec still describes them. Returns
/// true if any was missing, and reports it.
[[nodiscard]] bool recreate_objects(commands& p, const cluster_view& c);

/// Points the generic Service at a cluster.
void switch_generic_service(commands& p, const cluster_view& c);

/// Deletes the remaining objects of a cluster. Returns whether all are gone, except orphaned ones.
bool remove_cluster(commands& p, const cluster_id& cluster_id);

/// The same for all clusters of the application.
[[nodiscard]] bool remove_all_clusters(commands& p);

/// Removes clusters that neither serve nor are being built, and the Services and Ingresses of colours out of use. A
/// failed cluster is kept for a while.
void prune_clusters(commands& p);

} // namespace flink
