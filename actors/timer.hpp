#pragma once

#include "messages/lifecycle.hpp"

#include <chrono>
#include <utility>

namespace actors {

/// A one-shot alarm. CAF 0.17 cannot take a delayed message back, and each one wakes its clock's thread twice. So a
/// tick that arrives no later than it is needed is waited for, instead of sending another one, and sent on if it comes
/// too early; a stale one is recognised by the arm() that it names. An actor with several timers tells them apart by
/// their number, 0 to 7.
class timer {
public:
  using clock = std::chrono::steady_clock;

  explicit timer(uint64_t number = 0) : generation_{number} {}

  /// Fires after `delay`, whatever was asked for before.
  template <class Self>
  void arm(Self* self, std::chrono::nanoseconds delay) {
    armed_ = true;
    due_ = self->clock().now() + delay;
    if (!under_way_ || arrives_ > due_)
      send(self);
  }

  void disarm() { armed_ = false; }

  /// Takes a tick in. Returns whether it is the one that we wait for.
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
  /// The tick of this generation has not come yet.
  bool under_way_ = false;
  clock::time_point arrives_{};
};

} // namespace actors
