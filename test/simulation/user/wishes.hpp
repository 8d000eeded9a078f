// What the user's wish lacks: is the application, or its absence, as it was asked for?
#pragma once

#include "test/simulation/stage.hpp"

#include <string>

namespace simulation {

/// Returns what is not yet as it should be; empty if all is well.
std::string unfulfilled(const stage& s);

} // namespace simulation
