// Identity of rendered objects: labels, annotations, owners. Only for the files in this folder.
#pragma once

#include "flink/render/render.hpp"

#include <map>
#include <string>

namespace flink {

/// Labels, annotations, selectors.
using string_map = std::map<std::string, std::string>;

/// Returns a map as a JSON object.
std::string map_text(const string_map& x);

/// Returns the application's labels that may be copied, without those that identify objects. On top-level objects it
/// also leaves out Argo CD's tracking label: Argo CD would prune objects with it that are not in its repository.
string_map user_labels(const application& app, bool top_level);

/// Returns the application's annotations without the bookkeeping of tools.
string_map user_annotations(const application& app);

/// Adds name, colour and uid of the application, by which we and the Go operator find objects.
void add_application_labels(string_map& x, const application& app, const cluster_plan& plan);

/// Adds id and attempt of the cluster.
void add_cluster_labels(string_map& x, const cluster_plan& plan);

/// Returns the labels by which a Deployment or Service finds its pods.
string_map pod_selector(const application& app, const cluster_plan& plan, cluster_role role);

/// Whether the garbage collector removes an object with its application.
enum class ownership {
  /// Only the operator removes the object.
  none,
  /// The garbage collector removes the object with its application.
  application,
};

/// Returns the metadata of an object.
std::string metadata_text(const application& app, std::string_view name, const string_map& labels,
                          const string_map& annotations, ownership owner);

} // namespace flink
