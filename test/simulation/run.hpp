// A run and its parts: adversary, world, network, invariants, user and operators. Executes one event after the other.
#pragma once

#include "test/simulation/operator/operators.hpp"
#include "test/simulation/simulate.hpp"
#include "test/simulation/user/user.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace simulation {

class run {
public:
  explicit run(const run_setup& setup);
  ~run();

  /// Executes one event: an actor consumes a message, or time passes until the next event is due.
  void step();
  /// Steps until `done` returns true, an invariant fails, or `limit` has passed. Returns the last result of `done`.
  bool run_until(std::chrono::nanoseconds limit, const std::function<bool()>& done);
  void run_for(std::chrono::nanoseconds length);

  /// Returns whether an invariant or expectation has failed.
  bool failed() const { return !invariants.failure().empty(); }
  /// Returns whether the phase has not changed for `x`.
  bool phase_unchanged_for(std::chrono::nanoseconds x) const { return world.now() >= phase_since_ + x; }

  /// Calls the decide function, and records the result for the invariants and the trace.
  flink::decision decide(const flink::situation& x);

  /// Called when the application has entered another phase.
  std::function<void()> on_phase;

  /// Writes a line of the trace.
  void log(const std::string& x);

  /// Statuses of the newest application that had one, oldest first, and its uid.
  const std::deque<json::value>& old_statuses() const { return old_statuses_; }
  const std::string& statuses_of() const { return statuses_of_; }

  // -- the application as the API server stores it ----------------------------------------------------------

  const json::value* application() const { return world.application(user::name); }
  std::string phase() const;
  /// "True Reason: message", or "none".
  std::string condition(std::string_view type) const;
  /// Returns phase, Degraded condition and current wait, for failure messages.
  std::string describe() const;
  std::string objects() const;

  outcome result() const;

  const run_setup setup;
  choices adversary;
  timeline events;
  simulation::world world;
  network net;
  simulation::invariants invariants;
  simulation::user user;
  simulation::operators operators;

private:
  void pass_time();
  void on_status(const json::value& before, const json::value& after);

  uint64_t steps_ = 0;
  std::deque<flink::status> decided_;
  std::deque<json::value> old_statuses_;
  std::string statuses_of_;
  std::string waits_for_;
  time_point phase_since_ = beginning;
  std::map<std::pair<std::string, std::string>, uint64_t> transitions_;
};

} // namespace simulation
