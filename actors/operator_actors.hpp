// The actors of one operator beside INTROSPECTION: who is started, in which order. main() runs them on CAF's own
// scheduler, the simulation on virtual time.
#pragma once

#include "actors/application.hpp"
#include "actors/candidacy.hpp"
#include "actors/job_manager_access.hpp"
#include "actors/kubernetes_watch.hpp"
#include "actors/leadership.hpp"

#include <memory>
#include <optional>
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
  /// Absent: no other operator looks after these applications.
  std::optional<actors::candidacy> candidacy;
};

struct crew {
  kube_actor kube;
  flink_actor flink;
  operator_actor root;
  /// Null without a candidacy.
  election_actor election;
  /// Whether it acts now.
  std::shared_ptr<const leadership> may_act;
  std::vector<watch_actor> watches;
};

/// Starts them. They end in this order: `root`, which takes the applications along, then the gateways; then nothing
/// acts any more and `election` may release the Lease.
crew spawn_crew(caf::actor_system& sys, crew_setup setup);

} // namespace actors
