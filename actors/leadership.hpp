// Leadership of this process: the rules of its election, and until when it may act. ELECTION extends the time; the
// gateways check it before every request that changes something. Does not acquire the Lease: see actors/election.hpp.
#pragma once

#include "k8s/lease.hpp"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>

namespace actors {

/// How this operator takes part in leader election.
struct leader_election {
  k8s::election_rules rules;
  /// Runs once, on any thread, when the Lease is lost. It must end the process at once.
  std::function<void()> on_lost;
};

/// Time until which this operator may act, shared by actors. It is not a message: after a pause of the process (a
/// frozen container, a stopped machine) actors handle their mailboxes in any order, and a message "stop" could come too
/// late.
class leadership {
public:
  using clock = std::chrono::steady_clock;

  /// Returns true if this operator is the leader at `now`.
  bool may_act(clock::time_point now) const { return now < until_.load(); }

  /// Allows acting until `until`.
  void extend(clock::time_point until) { until_ = until; }
  /// Allows nothing from now on.
  void end() { until_ = clock::time_point::min(); }

private:
  std::atomic<clock::time_point> until_{clock::time_point::min()};
};

/// Returns a leadership that never ends, for an operator without leader election.
inline std::shared_ptr<leadership> permanent_leadership() {
  auto x = std::make_shared<leadership>();
  x->extend(leadership::clock::time_point::max());
  return x;
}

} // namespace actors
