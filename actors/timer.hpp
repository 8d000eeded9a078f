// A one-shot timer for actors, on CAF's clock.
// Promises to fire once per arm(), never early. Does not repeat by itself.
#pragma once

#include "messages/lifecycle.hpp"

#include <chrono>
#include <utility>

namespace actors {

/// A one-shot timer. CAF 0.17 cannot cancel a delayed message, and each one wakes its clock's thread twice. So arm()
/// sends no new tick if one arrives early enough: a tick that comes too early is sent again for the remaining time. A
/// tick carries the generation of its timer, which identifies stale ticks. Timers of one actor have different numbers,
/// 0 to 7.
class timer {
public:
  using clock = std::chrono::steady_clock;

  explicit timer(uint64_t number = 0) : generation_{number} {}

  /// Makes the timer fire after `delay`; replaces an earlier arm().
  template <class Self>
  void arm(Self* self, std::chrono::nanoseconds delay) {
    armed_ = true;
    due_ = self->clock().now() + delay;
    if (!under_way_ || arrives_ > due_)
      send(self);
  }

  /// Makes the timer not fire.
  void disarm() { armed_ = false; }

  /// Handles a tick. Returns true if the timer fires.
  template <class Self>
  bool fired(Self* self, messages::tick x) {
    if (x.generation != generation_)
      return false;
    under_way_ = false;
    if (armed_ && self->clock().now() < due_) {
      send(self);
      return false;
    }
    return std::exchange(armed_, false);
  }

private:
  template <class Self>
  void send(Self* self) {
    generation_ += 8;
    under_way_ = true;
    arrives_ = due_;
    self->delayed_send(self, due_ - self->clock().now(), messages::tick{generation_});
  }

  uint64_t generation_ = 0;
  bool armed_ = false;
  clock::time_point due_{};
  /// The tick of this generation has not arrived yet.
  bool under_way_ = false;
  clock::time_point arrives_{};
};

} // namespace actors
