// Operators with one mistake each: the simulation must find every one of them, or its silence means nothing. A mutant
// is a wrapper around decide(): it changes what decide() sees, or what it says.
#pragma once

#include "flink/lifecycle/decide.hpp"

#include <string_view>
#include <vector>

namespace simulation {

struct mutant {
  std::string_view name;
  flink::decide_function decide;
  /// Its mistake shows only after a crash, or where an answer got lost.
  bool needs_loss = false;
};

/// A process has ended, and another one starts: what a mutant kept in memory is gone.
void forget_what_was_in_memory();

/// All of them.
const std::vector<mutant>& mutants();

} // namespace simulation
