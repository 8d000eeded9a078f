// What the objects of an application are called. A cluster is named after its id, which is new for
// every cluster made; what follows the live version is named after the application. Names and labels
// have the reference's shape, so that people and tools find what they know.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace flink {

/// The two kinds of Flink processes.
enum class cluster_role {
  /// Takes jobs and answers REST.
  job_manager,
  /// Runs tasks.
  task_manager,
};

/// Returns "jobmanager" or "taskmanager": value of the type label, argument of the image, name of the container.
std::string_view to_string(cluster_role x);

/// BlueGreen colour of an object, if its application has colours.
using colour = std::optional<std::string>;

/// Returns the name by which the processes of a cluster know each other; Flink's HA cluster-id, too.
std::string cluster_name(std::string_view app, std::string_view id);

/// The Deployment of the JobManager.
std::string job_manager_deployment_name(std::string_view app, std::string_view id, const colour& c = {});
/// The Deployment of the TaskManagers.
std::string task_manager_deployment_name(std::string_view app, std::string_view id, const colour& c = {});
/// The Deployment of either.
std::string deployment_name(cluster_role role, std::string_view app, std::string_view id, const colour& c = {});

/// The Service of one cluster; it carries cluster_name(), with or without a colour.
std::string versioned_service_name(std::string_view app, std::string_view id);

/// The Service that follows the live version.
std::string generic_service_name(std::string_view app, const colour& c = {});
/// The Ingress that leads to it.
std::string ingress_name(std::string_view app, const colour& c = {});

/// Returns the value that ties Services to the pods of one Deployment: the same whenever it is asked for,
/// and different for each cluster and role.
std::string pod_selector_value(std::string_view id, cluster_role role);

} // namespace flink
