// Suites of runs: every mutant must be found, and a crash at any step of a scenario must do no harm.
#pragma once

#include "test/simulation/simulate.hpp"

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
  /// Run only the mutant with this name; empty: all.
  std::string only;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
};

/// Faults that crash the operator, or leave it without the outcome of a command. A status that is set back loses
/// outcomes, too.
const std::vector<std::string_view>& crashes_and_lost_answers();

/// Calls `each` for every number below `n`, `jobs` at a time.
void in_parallel(unsigned jobs, uint64_t n, const std::function<void(uint64_t)>& each);

/// Searches for each mutant three times with different seeds, prints what found it, and returns 0 if all were found.
int hunt_mutants(const options& o);

/// The scenarios by name.
const std::vector<std::pair<std::string, scenario>>& scenarios();

/// Kills the operator at every step of each scenario, one run per step; returns 0 if no run failed.
int crash_everywhere(const options& o);

} // namespace simulation
