// The operators of a run: one, or two that stand for election. Each is a process that can be killed, and frozen while
// its clock goes on and its requests are on their way.
#pragma once

#include "flink/lifecycle/decide.hpp"
#include "test/simulation/choices.hpp"
#include "test/simulation/world/timeline.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace simulation {

class incarnation;
class network;
class world;

class operators {
public:
  operators(network& net, const world& outside, choices& adversary, timeline& events, flink::decide_function decide,
            uint64_t seed);
  ~operators();

  /// Starts one, or two if `elected`.
  void start(bool elected);
  /// Every one that is not there is started, none is frozen any more, and their clocks are right.
  void heal();
  /// Ends all of them; nothing starts again.
  void end();

  /// Kills one; another one takes its place after a while.
  void crash();
  /// Freezes one for a while.
  void freeze();
  /// Moves the clock of one.
  void shift_clock(milliseconds by);

  bool can_run() const;
  /// Lets one actor of one of them consume a message.
  void run_one();
  /// When a timer of one of them rings next.
  std::optional<time_point> due() const;
  void advance(time_point to);

  /// Whether two would act at this moment: they must never.
  bool two_act() const;
  /// How many there have been.
  uint64_t started() const { return started_; }

  /// Takes a line of the trace.
  std::function<void(const std::string&)> trace;

private:
  /// The place of one operator: what is in it changes with every crash.
  struct place {
    std::unique_ptr<incarnation> process;
    bool frozen = false;
  };

  void start_at(place& x);
  void start_again(place& x, milliseconds after);
  void thaw(place& x);
  void say(const std::string& what, const place& x) const;
  place* some_of(const std::vector<place*>& all, std::string_view question);
  std::vector<place*> those_that(bool (*are)(const place&));

  network& net_;
  const world& outside_;
  choices& adversary_;
  timeline& events_;
  flink::decide_function decide_;
  uint64_t seed_;
  bool elected_ = false;
  bool ended_ = false;
  uint64_t started_ = 0;
  /// Of two operators the second place is used too. Addresses stay: events name them.
  std::array<place, 2> places_;
};

} // namespace simulation
