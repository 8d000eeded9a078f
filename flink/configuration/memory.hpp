// The memory sizes that Flink gets. A fraction of the container's memory is reserved for everything but Flink. If the
// user sizes Flink's memory in flinkConfig, the operator adds nothing.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>

namespace flink {

/// Returns the `resources` of a role's container as JSON, from the spec or else from the pod template.
std::optional<std::string> stated_resources(const spec& x, cluster_role role);

/// Returns the `resources` of a role's container as JSON: those of stated_resources(), or else the default.
std::string resources_of(const spec& x, cluster_role role);

/// Returns the memory request of the container, or else its limit, in bytes; 0 if it has neither.
int64_t container_memory(const spec& x, cluster_role role);

/// Returns `bytes` minus the given fraction in Flink's notation, e.g. "1572864k".
std::string memory_text(int64_t bytes, double fraction);

/// Returns the option that sets the memory of a role's process; none if `config` sets it already.
std::optional<std::pair<std::string, std::string>> memory_entry(const spec& x, cluster_role role,
                                                                const std::map<std::string, std::string>& config);

/// Returns the slots of one TaskManager.
int32_t task_slots(const spec& x);

/// Returns how many TaskManagers the parallelism needs.
int32_t task_manager_count(const spec& x);

} // namespace flink
