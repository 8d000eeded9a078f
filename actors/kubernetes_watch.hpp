// WATCH: one actor per kind. The protocol is k8s::reflector's; here its wishes become requests and its
// findings messages to OPERATOR.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"

#include <memory>
#include <string>
#include <vector>

namespace actors {

/// Where and what to watch.
struct watch_setup {
  net::transport* transport = nullptr;
  /// Origin of the API server.
  std::string origin;
  /// Empty: all namespaces.
  std::string ns;
  std::shared_ptr<metrics> counters;
  uint64_t seed = 0;
};

/// Starts the watches of FlinkApplications, Deployments, Pods, Services and Ingresses.
std::vector<watch_actor> spawn_watches(caf::actor_system& sys, operator_actor root, const watch_setup& setup);

/// The kinds that have to be seen once before decisions begin; as kind_synced names them.
const std::vector<std::string>& watched_kinds();

} // namespace actors
