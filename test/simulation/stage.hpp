// What a run consists of: the adversary, the world, the network, the judge, the user, and its operators; and
// the machine that lets one thing after the other happen.
#pragma once

#include "test/simulation/operator/operators.hpp"
#include "test/simulation/play.hpp"
#include "test/simulation/user/user.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace simulation {

class stage {
public:
  explicit stage(const play_setup& setup);
  ~stage();

  /// Lets one thing happen: a message is consumed, or time passes until something is due.
  void step();
  /// Steps until `done` says so, something is wrong, or the time is over; returns what `done` says then.
  bool run_until(std::chrono::nanoseconds limit, const std::function<bool()>& done);
  void run_for(std::chrono::nanoseconds length);

  /// Something was wrong.
  bool bad() const { return !judge.complaint().empty(); }
  /// Nothing has happened to the phase for so long.
  bool calm_for(std::chrono::nanoseconds x) const { return outside.now() >= calm_since_ + x; }

  /// What the operator decides, for the judge's and the reader's eyes.
  flink::decision decide(const flink::situation& x);

  /// Called when the application has entered another phase.
  std::function<void()> on_phase;

  /// A line of the trace.
  void say(const std::string& x);

  /// Statuses of the last application that had one, oldest first, and its uid.
  const std::deque<json::value>& old_statuses() const { return old_statuses_; }
  const std::string& statuses_of() const { return statuses_of_; }

  // -- the application, as the API server has it ----------------------------------------------------------

  const json::value* application() const { return outside.application(user::name); }
  std::string phase() const;
  /// "True Reason: message", or "none".
  std::string condition(std::string_view type) const;
  /// What a complaint should tell besides.
  std::string picture() const;
  std::string objects() const;

  outcome result() const;

  const play_setup setup;
  choices adversary;
  timeline events;
  world outside;
  network net;
  simulation::judge judge;
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
  time_point calm_since_ = beginning;
  std::map<std::pair<std::string, std::string>, uint64_t> transitions_;
};

} // namespace simulation
