// One process of the operator: the real actors on virtual time. Construction starts it, destruction is a kill -9.
#pragma once

#include "actors/operator_actors.hpp"
#include "test/simulation/world/network.hpp"
#include "test/unit/actors/virtual_system.hpp"

#include <memory>
#include <optional>
#include <string>

namespace simulation {

/// How an operator starts.
struct incarnation_setup {
  flink::decide_function decide = flink::decide;
  /// How far its clock is ahead of the API server's.
  milliseconds clock_skew{0};
  uint64_t seed = 0;
  std::string identity;
  /// It takes part in leader election, and acts only while it leads.
  bool elected = false;
};

class incarnation {
public:
  incarnation(network& through, const world& world, incarnation_setup setup);
  ~incarnation();

  /// Returns whether a mailbox holds a message.
  bool can_run() { return !system_.sched.jobs.empty(); }
  /// Lets an actor that the adversary chooses consume a message.
  void run_one(choices& adversary);
  /// Returns when the next timer fires.
  std::optional<time_point> due() { return system_.next_due(); }
  /// Advances its clock and fires the timers that are due.
  void advance(time_point to);

  /// Returns whether its gateways would send a command now.
  bool may_act(time_point now) const { return actors_.may_act->may_act(now); }

  milliseconds clock_skew;
  const std::string identity;
  /// It has lost the Lease and exits.
  bool lost = false;

private:
  // Outlives the actors, which call it while they shut down.
  wire wire_;
  actors::test::virtual_system system_;
  actors::operator_actors actors_;
};

} // namespace simulation
