// Ready, Progressing, Degraded: the conditions that `kubectl wait` and people read.
#pragma once

#include "flink/lifecycle/pass/situation.hpp"

namespace flink {

/// Sets the conditions of a status after a decision. A transition time changes only with its condition.
void set_conditions(status& next, const situation& in, const waiting& waits_for);

} // namespace flink
