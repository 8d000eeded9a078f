// Whose decisions the tables ask for.
#pragma once

#include "flink/lifecycle/decide.hpp"

namespace flink {

/// The operator's; or those of the mutant that FLINK_MUTANT names (test/simulation/operator/mutants.hpp): a mutant that
/// the tables find proves nothing about the simulation.
decide_function decisions_under_test();

} // namespace flink
