// The names of an application's objects. The objects of one cluster contain its id, which is new for every cluster.
// Objects that follow the live version have the application's name. Names and labels have the same form as the Go
// operator's, so that existing tools keep working.
#pragma once

#include "flink/resource/enums.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flink {

/// The two kinds of Flink processes.
enum class cluster_role {
  /// Accepts jobs and answers REST requests.
  job_manager,
  /// Runs tasks.
  task_manager,
};

/// Returns "jobmanager" or "taskmanager": value of the type label, argument of the image, name of the container.
std::string_view to_string(cluster_role x);

/// Returns whether `x` is an RFC 1123 label, as names of containers, volumes and ports must be.
bool dns_label(std::string_view x);

/// Returns the name under which the processes of a cluster find each other. It is also Flink's HA cluster-id.
std::string cluster_name(std::string_view app, std::string_view id);

/// The Deployment of the JobManager.
std::string job_manager_deployment_name(std::string_view app, std::string_view id, std::optional<colour> c = {});
/// The Deployment of the TaskManagers.
std::string task_manager_deployment_name(std::string_view app, std::string_view id, std::optional<colour> c = {});
/// The Deployment of either.
std::string deployment_name(cluster_role role, std::string_view app, std::string_view id, std::optional<colour> c = {});

/// The Service of one cluster. Its name is cluster_name(), with or without a colour.
std::string versioned_service_name(std::string_view app, std::string_view id);

/// The Service that follows the live version.
std::string generic_service_name(std::string_view app, std::optional<colour> c = {});
/// The Ingress for that Service.
std::string ingress_name(std::string_view app, std::optional<colour> c = {});

/// Returns the label value by which Services select the pods of one Deployment. It never changes, and is different for
/// each cluster and role.
std::string pod_selector_value(std::string_view id, cluster_role role);

} // namespace flink
