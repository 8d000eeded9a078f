// What a run consists of: the adversary, the world, the network, the judge, the user, and one operator at a time; and
// the machine that lets one thing after the other happen.
#pragma once

#include "test/simulation/play.hpp"
#include "test/simulation/user.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace simulation {

class incarnation;

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

  void start_operator();
  /// Kills the operator's process; another one starts after a while.
  void crash();
  bool has_operator() const { return operator_ != nullptr; }
  /// Moves the operator's clock, if there is one; nothing: back to the right time.
  void shift_clock(std::optional<milliseconds> by);

  /// What the operator decides, for the judge's and the reader's eyes.
  flink::decision decide(const flink::situation& x);

  /// A line of the trace.
  void say(const std::string& x);

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

private:
  void pass_time();
  void on_status(const json::value& before, const json::value& after);

  std::unique_ptr<incarnation> operator_;
  uint64_t operators_ = 0;
  uint64_t steps_ = 0;
  std::deque<flink::status> decided_;
  std::string waits_for_;
  time_point calm_since_ = beginning;
  std::map<std::pair<std::string, std::string>, uint64_t> transitions_;
};

} // namespace simulation
