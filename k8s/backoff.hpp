// Computes how long to wait after failures in a row: exponential, with jitter.
// Time and randomness are arguments; waits for nothing itself.
#pragma once

#include "config/defaults.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <utility>

namespace k8s {

/// A source of random numbers in [0, 1).
using unit_random = std::function<double()>;

/// Exponential delays with jitter. They start again after a time without failures.
class backoff {
public:
  using clock = std::chrono::steady_clock;

  /// Limits of the delays; the defaults are those of a reflector.
  struct limits {
    /// Delay after the first failure.
    std::chrono::milliseconds first = config::defaults::watch_pause_first;
    /// Longest delay before jitter is added.
    std::chrono::milliseconds longest = config::defaults::watch_pause_longest;
    /// A delay grows by a random share of itself, at most this one, so that a fleet does not act in step.
    double jitter = config::defaults::watch_pause_jitter;
    /// After this long without a failure the next delay is `first` again.
    std::chrono::milliseconds reset_after = config::defaults::watch_backoff_reset;
  };

  backoff(unit_random random, limits x) : random_{std::move(random)}, limits_{x}, base_{x.first} {}
  explicit backoff(unit_random random) : backoff{std::move(random), limits{}} {}

  /// Records a failure. Returns how long to wait before the next attempt.
  std::chrono::milliseconds next(clock::time_point now) {
    if (now - last_failure_ > limits_.reset_after)
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
