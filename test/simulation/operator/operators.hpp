// The operators of a run: one, or two with leader election. Each is a process that can be killed or frozen. A frozen
// process keeps its clock and its requests in flight.
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
  operators(network& net, const world& world, choices& adversary, timeline& events, flink::decide_function decide,
            uint64_t seed);
  ~operators();

  /// Starts one operator, or two if `elected`.
  void start(bool elected);
  /// Starts every missing operator, resumes frozen ones and corrects their clocks.
  void heal();
  /// Ends all operators for good.
  void end();

  /// Kills one operator; a new one starts after a while.
  void crash();
  /// Freezes one operator for a while.
  void freeze();
  /// Shifts the clock of one operator.
  void shift_clock(milliseconds by);

  bool can_run() const;
  /// Lets one actor of one operator consume a message.
  void run_one();
  /// Returns when the next timer of any operator fires.
  std::optional<time_point> due() const;
  void advance(time_point to);

  /// Returns whether two operators would act now, which must never happen.
  bool two_act() const;
  /// Returns the number of processes started so far.
  uint64_t started() const { return started_; }

  /// Receives the lines of the trace.
  std::function<void(const std::string&)> trace;

private:
  /// The slot of one operator; every crash replaces its process.
  struct place {
    std::unique_ptr<incarnation> process;
    bool frozen = false;
  };

  void start_at(place& x);
  void start_again(place& x, milliseconds after);
  void thaw(place& x);
  void log(const std::string& what, const place& x) const;
  place* some_of(const std::vector<place*>& all, std::string_view kind);
  std::vector<place*> those_that(bool (*are)(const place&));

  network& net_;
  const world& world_;
  choices& adversary_;
  timeline& events_;
  flink::decide_function decide_;
  uint64_t seed_;
  bool elected_ = false;
  bool ended_ = false;
  uint64_t started_ = 0;
  /// The second one is used with leader election only. Addresses are stable: events refer to them.
  std::array<place, 2> places_;
};

} // namespace simulation
