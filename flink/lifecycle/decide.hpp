// The life cycle of a FlinkApplication as one function over values: no I/O, no clock, no randomness. It is total and
// deterministic, and does nothing on converged input: no command, and an unchanged status.
//
// decide() picks the phase. A phase (phases/) puts steps together, a step (steps/) does one thing that several phases
// need, and all of them work on one pass (pass/): what it reads, what it sends, what it reports. Nothing calls upwards.
#pragma once

#include "flink/lifecycle/pass/situation.hpp"

namespace flink {

/// Maps desired and observed state to the next step.
decision decide(const situation& x);

/// The function type of decide(), so that tests can wrap it.
using decide_function = decision (*)(const situation&);

/// The same for objects without an application: asks whether it still exists, and removes them if it does not.
decision decide_without_application(const situation& x);

} // namespace flink
