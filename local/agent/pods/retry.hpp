// Delays that double from failure to failure.
#pragma once

#include <algorithm>
#include <chrono>

namespace local::agent {

/// A doubling delay.
class retry {
public:
  retry(std::chrono::milliseconds first, std::chrono::milliseconds longest)
      : next_{first}, first_{first}, longest_{longest} {}

  /// Returns the next delay and doubles the one after it.
  std::chrono::milliseconds next() {
    auto delay = next_;
    next_ = std::min(next_ * 2, longest_);
    return delay;
  }

  /// Begins with the first delay again.
  void reset() { next_ = first_; }

private:
  std::chrono::milliseconds next_;
  std::chrono::milliseconds first_;
  std::chrono::milliseconds longest_;
};

} // namespace local::agent
