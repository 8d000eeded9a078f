// Scenarios: runs without faults, except that the operator may be killed at one step.
#pragma once

#include "test/simulation/run.hpp"

namespace simulation {

/// Runs a scenario to its end. A scenario that does not end in time fails the run.
void run_scenario(run& r, scenario x);

} // namespace simulation
