// What a role's pod template says about Flink's own container. It is the one called "jobmanager" or
// "taskmanager", whatever the operator's containerNameFormat makes of that name; "flink-main-container",
// as the Apache operator calls it, is understood, too.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"
#include "k8s/json/text.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace flink {

/// The parts of a role's configuration that both roles have.
struct role_config {
  /// Null, as all of these: not said.
  const json::raw* resources = nullptr;
  const env_config* env = nullptr;
  const json::raw* node_selector = nullptr;
  const std::vector<json::raw>* tolerations = nullptr;
  const json::raw* affinity = nullptr;
  const json::raw* pod_template = nullptr;
  std::optional<double> off_heap_memory_fraction;
  std::optional<double> system_memory_fraction;
};

/// Returns what the spec says about a role; views into `x`.
role_config config_of(const spec& x, cluster_role role);

/// Returns Flink's container of a role's pod template; `null` if there is none.
json::cursor template_container(const spec& x, cluster_role role);

/// Returns a role's pod template with Flink's container called `name`; empty if there is no template.
std::string named_template(const spec& x, cluster_role role, std::string_view name);

} // namespace flink
