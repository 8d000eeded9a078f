// How long to wait after failures in a row. Time and randomness are arguments.
#pragma once

#include "config/defaults.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace k8s {

/// A source of random numbers in [0, 1).
using unit_random = std::function<double()>;

/// Exponential delays with jitter, forgotten after a calm period.
class backoff {
public:
  using clock = std::chrono::steady_clock;

  /// Those of a reflector unless told otherwise.
  struct limits {
    /// Delay after the first failure.
    std::chrono::milliseconds first = config::defaults::watch_pause_first;
    /// The doubling ends here; jitter comes on top.
    std::chrono::milliseconds longest = config::defaults::watch_pause_longest;
    /// Share of the delay by which it is drawn longer at most, so that a fleet does not march in step.
    double jitter = config::defaults::watch_pause_jitter;
    /// Without a failure for this long the next one counts as the first.
    std::chrono::milliseconds calm = config::defaults::watch_backoff_reset;
  };

  backoff(unit_random random, limits x) : random_{std::move(random)}, limits_{x}, base_{x.first} {}
  explicit backoff(unit_random random) : backoff{std::move(random), limits{}} {}

  /// Notes a failure; returns how long to wait.
  std::chrono::milliseconds next(clock::time_point now) {
    if (now - last_failure_ > limits_.calm)
      base_ = limits_.first;
    last_failure_ = now;
    auto jitter = random_() * limits_.jitter * static_cast<double>(base_.count());
    auto delay = base_ + std::chrono::milliseconds{static_cast<int64_t>(jitter)};
    base_ = std::min(base_ * 2, limits_.longest);
    return delay;
  }

  /// Forgets all failures.
  void reset() { base_ = limits_.first; }

private:
  unit_random random_;
  limits limits_;
  std::chrono::milliseconds base_;
  clock::time_point last_failure_{};
};

} // namespace k8s
