#pragma once

#include "test/simulation/play.hpp"

namespace simulation {

/// Returns the choices of a failing run with as few of them as possible different from "nobody interferes": first the
/// shortest failing prefix, then whole stretches of it laid to rest. The run that they make fails too, perhaps
/// otherwise in detail, with the same kind of complaint.
std::vector<uint32_t> shrink(play_setup setup, const outcome& failing);

} // namespace simulation
