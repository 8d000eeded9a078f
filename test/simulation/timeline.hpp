// What will happen outside the operator, in order of virtual time; at the same time, in order of planning.
#pragma once

#include "net/transport.hpp"

#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace simulation {

using time_point = net::clock::time_point;
using std::chrono::milliseconds;

/// Ages are measured back from now, so no clock begins at zero.
constexpr time_point beginning{std::chrono::hours{1}};

class timeline {
public:
  void at(time_point when, std::function<void()> what) {
    events_.emplace(std::pair{when, ++planned_}, std::move(what));
  }

  std::optional<time_point> due() const {
    return events_.empty() ? std::nullopt : std::optional{events_.begin()->first.first};
  }

  /// Lets the first event happen.
  void step() {
    auto event = events_.extract(events_.begin());
    event.mapped()();
  }

private:
  std::map<std::pair<time_point, uint64_t>, std::function<void()>> events_;
  uint64_t planned_ = 0;
};

} // namespace simulation
