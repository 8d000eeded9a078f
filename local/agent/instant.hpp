// The present time, which the agent's values take as an argument.
#pragma once

#include "local/model/moment.hpp"

#include <chrono>

namespace local::agent {

/// The steady clock measures waits, the wall clock stamps what others read.
struct instant {
  /// For timers.
  std::chrono::steady_clock::time_point steady;
  /// For time stamps in a status.
  model::moment wall;
};

} // namespace local::agent
