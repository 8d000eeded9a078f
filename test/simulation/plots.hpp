// Stories without troubles, but that the operator may be killed at one step.
#pragma once

#include "test/simulation/stage.hpp"

namespace simulation {

/// Plays one to its end; complains if there is none.
void act_out(stage& s, plot x);

} // namespace simulation
