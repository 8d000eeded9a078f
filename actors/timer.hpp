#pragma once

#include "messages/lifecycle.hpp"

#include <chrono>
#include <utility>

namespace actors {

/// A one-shot alarm. CAF 0.17 cannot take a delayed message back, so a tick names the arm() it belongs
/// to and stale ones are recognised on arrival. An actor with several tells them apart by their number, 0 to 7.
class timer {
public:
  explicit timer(uint64_t number = 0) : generation_{number} {}

  template <class Self>
  void arm(Self* self, std::chrono::nanoseconds delay) {
    armed_ = true;
    generation_ += 8;
    self->delayed_send(self, delay, messages::tick{generation_});
  }

  void disarm() { armed_ = false; }

  /// Returns whether `x` is the tick we wait for.
  bool fired(messages::tick x) { return x.generation == generation_ && std::exchange(armed_, false); }

private:
  uint64_t generation_ = 0;
  bool armed_ = false;
};

} // namespace actors
