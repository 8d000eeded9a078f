// Starts the actors of one operator, except INTROSPECTION, in the right order.
// main() runs them on CAF's scheduler, the simulation on virtual time. Does not stop them.
#pragma once

#include "actors/application.hpp"
#include "actors/job_manager_access.hpp"
#include "actors/kubernetes_watch.hpp"
#include "actors/leadership.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace actors {

/// Dependencies of the actors.
struct operator_actors_setup {
  net::transport* transport = nullptr;
  /// Origin of the API server.
  std::string api_origin;
  job_manager_access job_managers;
  /// For every APPLICATION; spawn_operator_actors() fills in the gateways.
  application_setup application;
  /// Empty: all namespaces.
  std::string ns;
  uint64_t seed = 0;
  /// Absent: no leader election; this operator always acts.
  std::optional<actors::leader_election> leader_election;
};

/// Handles of the actors.
struct operator_actors {
  kube_actor kube;
  flink_actor flink;
  operator_actor root;
  /// Null without leader election.
  election_actor election;
  /// Until when this operator may act.
  std::shared_ptr<const leadership> may_act;
  std::vector<watch_actor> watches;
};

/// Starts the actors. Stop them in this order: `root`, which ends the applications, then the gateways. After that
/// nothing acts, and `election` may release the Lease.
operator_actors spawn_operator_actors(caf::actor_system& sys, operator_actors_setup setup);

} // namespace actors
