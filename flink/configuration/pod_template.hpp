// Flink's own container in a role's pod template. It is called "jobmanager" or "taskmanager", also if the operator's
// containerNameFormat changes that name. "flink-main-container", its name in the Apache operator, works too.
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
  /// Null, like every member here, if the spec does not set it.
  const json::raw* resources = nullptr;
  const env_config* env = nullptr;
  const json::raw* node_selector = nullptr;
  const std::vector<json::raw>* tolerations = nullptr;
  const json::raw* affinity = nullptr;
  const json::raw* pod_template = nullptr;
  std::optional<double> off_heap_memory_fraction;
  std::optional<double> system_memory_fraction;
};

/// Returns the configuration of a role; points into `x`.
role_config config_of(const spec& x, cluster_role role);

/// Returns Flink's container of a role's pod template; `null` if there is none.
json::cursor template_container(const spec& x, cluster_role role);

/// Returns a role's pod template with Flink's container called `name`; empty if there is no template.
std::string named_template(const spec& x, cluster_role role, std::string_view name);

} // namespace flink
