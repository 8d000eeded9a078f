// Savepoints of a running job: spec.savepointNonce triggers one now, spec.savepointSchedule takes them regularly and
// disposes of the oldest ones.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

namespace flink {

/// Takes the savepoints of the serving job that are due, and disposes of the schedule's old ones.
void take_due_savepoints(queries& p);

} // namespace flink
