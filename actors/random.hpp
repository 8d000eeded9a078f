// Random numbers from the seeded generator of an actor.
// Does not use std's distributions: they differ between standard libraries, and a simulation must replay exactly.
#pragma once

#include <random>

namespace actors {

/// Returns a random number in [0, 1).
inline double draw_unit(std::mt19937_64& source) {
  return static_cast<double>(source() >> 11) * 0x1.0p-53;
}

} // namespace actors
