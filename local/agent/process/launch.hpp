// How a container becomes a process: the command line, the variables and the files that it needs.
// Pure: returns what to write and what to start, and does neither.
#pragma once

#include "local/agent/process/flink_config.hpp"
#include "local/agent/process/image_map.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace local::agent {

/// A process to start.
struct launch_plan {
  /// Program and arguments.
  std::vector<std::string> command;
  /// All of its variables.
  environment variables;
  /// Directories to create first.
  std::vector<std::string> folders;
  /// Files to write first: path and text.
  std::vector<std::pair<std::string, std::string>> files;
  /// Links to create first: path and target.
  std::vector<std::pair<std::string, std::string>> links;
};

/// What a launch depends on beside the container.
struct launch_site {
  /// The process's own folder, empty at each start.
  std::string folder;
  /// The pod's address.
  std::string address;
  /// The pod's hosts file.
  std::string hosts_file;
  /// The `java` program.
  std::string java = "java";
  /// Heap of each JVM, as -Xmx takes it.
  std::string heap = "256m";
  /// A kubeconfig for Flink's own Kubernetes client (high availability); empty if there is none.
  std::string kubeconfig;
};

/// Returns the role that the arguments of a Flink image ask for: "jobmanager" or "taskmanager" as the first one.
std::optional<flink_role> role_of(const std::vector<std::string>& arguments);

/// Returns how to start a Flink process of `role` from `image`, whose `flink` is a folder by now.
launch_plan plan_flink(flink_role role, const image_content& image, const environment& variables,
                       const launch_site& site);

} // namespace local::agent
