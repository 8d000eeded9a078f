// One life of the operator's process: the real actors on virtual time. Making one is its start, destroying it kill -9.
#pragma once

#include "actors/operator_actors.hpp"
#include "test/simulation/world/network.hpp"
#include "test/unit/actors/virtual_system.hpp"

#include <memory>
#include <optional>
#include <string>

namespace simulation {

/// How an operator is made.
struct incarnation_setup {
  flink::decide_function decide = flink::decide;
  /// How far its clock is ahead of the API server's.
  milliseconds clock_skew{0};
  uint64_t seed = 0;
  std::string identity;
  /// It stands for election, and acts only while it leads.
  bool elected = false;
};

class incarnation {
public:
  incarnation(network& through, const world& outside, incarnation_setup setup);
  ~incarnation();

  /// Whether some mailbox holds a message.
  bool can_run() { return !system_.sched.jobs.empty(); }
  /// Lets one actor of the adversary's choice consume a message.
  void run_one(choices& adversary);
  /// When a timer rings next.
  std::optional<time_point> due() { return system_.next_due(); }
  /// Moves its clock; timers ring on the way.
  void advance(time_point to);

  /// Whether its gateways would send an order now.
  bool may_act(time_point now) const { return actors_.may_act->may_act(now); }

  milliseconds clock_skew;
  const std::string identity;
  /// It has lost the Lease: the process ends.
  bool lost = false;

private:
  // The actors call the wire while they end.
  wire wire_;
  actors::test::virtual_system system_;
  actors::operator_actors actors_;
};

} // namespace simulation
