// How much of a container's memory Flink is told to use. What the container needs beside Flink is left
// out by a fraction; a user who sizes Flink's memory in flinkConfig is not interfered with.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace flink {

/// Returns the `resources` of a role's container that the spec or else the pod template states, as JSON.
std::optional<std::string> stated_resources(const spec& x, cluster_role role);

/// Returns the `resources` of a role's container as JSON: what is stated, else the default.
std::string resources_of(const spec& x, cluster_role role);

/// Returns the memory in bytes that the container asks for, or is limited to; 0 if it says neither.
int64_t container_memory(const spec& x, cluster_role role);

/// Returns `bytes` without `fraction` of it as Flink writes sizes, e.g. "1572864k".
std::string memory_text(int64_t bytes, double fraction);

/// Returns the entry that sizes a role's processes; none if `config` sizes them already.
std::optional<std::pair<std::string, std::string>> memory_entry(const spec& x, cluster_role role,
                                                                const std::map<std::string, std::string>& config);

/// Returns the slots of one TaskManager.
int32_t task_slots(const spec& x);

/// Returns how many TaskManagers the parallelism needs.
int32_t task_manager_count(const spec& x);

} // namespace flink
