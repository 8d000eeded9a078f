// Chance, from the one seeded source that an actor has. std's distributions differ between libraries, and a simulation
// has to replay exactly.
#pragma once

#include <random>

namespace actors {

/// Draws from [0, 1).
inline double draw_unit(std::mt19937_64& source) {
  return static_cast<double>(source() >> 11) * 0x1.0p-53;
}

} // namespace actors
