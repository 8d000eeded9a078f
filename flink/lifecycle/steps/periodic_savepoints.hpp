// Savepoints of a job that goes on: spec.savepointNonce asks for one now, spec.savepointSchedule for one now and then,
// and for the disposal of those that are older than it keeps.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

namespace flink {

/// Takes the savepoints of the serving job that are due, and disposes of the schedule's old ones.
void take_due_savepoints(queries& p);

} // namespace flink
