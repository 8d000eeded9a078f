// The life cycle of a FlinkApplication as one function over values: no I/O, no clock, no chance.
// Total, deterministic, and quiet on converged input: a settled application yields no order and an
// unchanged status. Read on in decide.cpp (the walk), then one file per group of phases, listed in
// docs/architecture.md.
#pragma once

#include "flink/lifecycle/pass/situation.hpp"

namespace flink {

/// Maps desired and observed state to the next step.
decision decide(const situation& x);

/// The function type of decide(), so that tests can wrap it.
using decide_function = decision (*)(const situation&);

/// The same for objects whose application is not there: asks, then removes what is left for certain.
decision decide_without_application(const situation& x);

} // namespace flink
