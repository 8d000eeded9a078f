#pragma once

#include "test/simulation/simulate.hpp"

namespace simulation {

/// Returns choices that still fail, with as few as possible different from 0 ("nothing interferes"). Finds the shortest
/// failing prefix first, then sets ranges of it to 0. The result fails with the same kind of failure; details may
/// differ.
std::vector<uint32_t> shrink(run_setup setup, const outcome& failing);

} // namespace simulation
