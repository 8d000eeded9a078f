// The ports of a cluster, in the order in which containers and Services list them.
#pragma once

#include "config/defaults.hpp"
#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace flink {

/// Returns the port of the JobManager's REST interface and web page.
inline int32_t ui_port(const spec& x) {
  return x.ui_port.value_or(config::defaults::ui_port);
}

/// Returns names and numbers of a role's ports.
inline std::vector<std::pair<std::string, int32_t>> ports_of(const spec& x, cluster_role role) {
  namespace defaults = config::defaults;
  std::vector<std::pair<std::string, int32_t>> result{{"rpc", x.rpc_port.value_or(defaults::rpc_port)},
                                                      {"blob", x.blob_port.value_or(defaults::blob_port)},
                                                      {"query", x.query_port.value_or(defaults::query_port)}};
  if (role == cluster_role::job_manager)
    result.emplace_back("ui", ui_port(x));
  result.emplace_back("metrics", x.metrics_query_port.value_or(defaults::metrics_query_port));
  if (role == cluster_role::job_manager && x.job_manager_config)
    for (auto& further : x.job_manager_config->ports)
      result.emplace_back(further.name, further.port);
  return result;
}

} // namespace flink
