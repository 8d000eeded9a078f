// The expectations: does the application, or its absence, match what the user asked for?
#pragma once

#include "test/simulation/run.hpp"

#include <string>

namespace simulation {

/// Returns the first expectation that is not met; empty if all are met.
std::string unmet_expectation(const run& r);

} // namespace simulation
