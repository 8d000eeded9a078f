// The virtual clock and the scheduled events outside the operator. Events at the same time run in the order in which
// they were scheduled.
#pragma once

#include "local/model/moment.hpp"
#include "net/transport.hpp"

#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace simulation {

using time_point = net::clock::time_point;
using std::chrono::milliseconds;

/// Not zero, because ages are subtracted from the present.
constexpr time_point beginning{std::chrono::hours{1}};

/// Returns the time that the clocks of the API server and of Flink show.
inline local::model::moment wall_at(time_point x) {
  constexpr local::model::moment epoch{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  return epoch + std::chrono::duration_cast<milliseconds>(x - beginning);
}

class timeline {
public:
  time_point now() const { return now_; }
  local::model::moment wall() const { return wall_at(now_); }
  /// Advances the clock; events wait for step().
  void advance(time_point to) { now_ = to; }

  void at(time_point when, std::function<void()> what) {
    events_.emplace(std::pair{when, ++planned_}, std::move(what));
  }
  void in(milliseconds delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  std::optional<time_point> due() const {
    return events_.empty() ? std::nullopt : std::optional{events_.begin()->first.first};
  }

  /// Executes the first event.
  void step() {
    auto event = events_.extract(events_.begin());
    event.mapped()();
  }

private:
  time_point now_ = beginning;
  std::map<std::pair<time_point, uint64_t>, std::function<void()>> events_;
  uint64_t planned_ = 0;
};

} // namespace simulation
