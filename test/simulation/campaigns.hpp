// Many runs for one question: does every mutant die, does a crash at any step harm?
#pragma once

#include "test/simulation/play.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace simulation {

struct options {
  uint64_t seeds = 2000;
  uint64_t from = 1;
  /// Of the mutants only the one with this name; empty: all.
  std::string only;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
};

/// Kinds of faults: crashes of the operator, and everything after which it does not know what became of an order; a
/// status that is set back forgets that, too.
const std::vector<std::string_view>& crashes_and_lost_answers();

/// Does `each` for every number below `n`, some at a time.
void side_by_side(unsigned jobs, uint64_t n, const std::function<void(uint64_t)>& each);

/// Each mutant is hunted three times, with other seeds; prints how each died, and returns 0 if all did.
int hunt_mutants(const options& o);

/// What is played with a crash at every step, by name.
const std::vector<std::pair<std::string, plot>>& plots();

/// Kills the operator at every single step of each plot, one run for each; returns 0 if none failed.
int crash_everywhere(const options& o);

} // namespace simulation
