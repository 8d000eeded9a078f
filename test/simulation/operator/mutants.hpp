// Operators with one mistake each. The simulation must find every one, or a passing run proves nothing. A mutant wraps
// decide(): it changes its input or its result.
#pragma once

#include "flink/lifecycle/decide.hpp"

#include <string_view>
#include <vector>

namespace simulation {

struct mutant {
  std::string_view name;
  flink::decide_function decide;
  /// The mistake has an effect only after a crash or a lost answer.
  bool needs_loss = false;
};

/// Clears what mutants keep in memory, as a restart of the process does.
void forget_what_was_in_memory();

/// All of them.
const std::vector<mutant>& mutants();

} // namespace simulation
