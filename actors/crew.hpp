// The actors of one operator beside INTROSPECTION: who is started, in which order. main() runs them on CAF's own
// scheduler, the simulation on virtual time.
#pragma once

#include "actors/application.hpp"
#include "actors/job_manager_access.hpp"
#include "actors/kubernetes_watch.hpp"

#include <memory>
#include <string>
#include <vector>

namespace actors {

/// What the actors of one operator need from outside.
struct crew_setup {
  net::transport* transport = nullptr;
  /// Origin of the API server.
  std::string api_origin;
  job_manager_access job_managers;
  /// For every APPLICATION; its gateways are filled in.
  application_setup application;
  /// Empty: all namespaces.
  std::string ns;
  uint64_t seed = 0;
};

struct crew {
  kube_actor kube;
  flink_actor flink;
  operator_actor root;
  std::vector<watch_actor> watches;
};

/// Starts them. They end in the opposite order: `root` takes the applications along, the gateways go last.
crew spawn_crew(caf::actor_system& sys, crew_setup setup);

} // namespace actors
