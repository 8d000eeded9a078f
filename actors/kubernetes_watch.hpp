// WATCH: one actor per kind that lists and watches its objects and sends changes to OPERATOR.
// Carries out the requests of k8s::reflector, which knows the protocol. Does not interpret the objects.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"

#include <memory>
#include <string>
#include <vector>

namespace actors {

/// Dependencies of WATCH.
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

/// Returns the kinds that must be listed before decisions start, as messages::kind_synced names them.
const std::vector<std::string>& watched_kinds();

} // namespace actors
