// The savepoints in the status.
#pragma once

#include "flink/lifecycle/pass/report.hpp"

#include <string>

namespace flink {

/// Adds a savepoint to status.savepoints.
void record_savepoint(report& p, const std::string& path, std::optional<savepoint_reason> reason);

/// Records a savepoint as the newest state of a running job, like a checkpoint, unless a newer one is recorded.
void count_as_checkpoint(report& p, const rest::checkpoint& x);

/// Returns whether no checkpoint has completed since the job's newest savepoint. None does after a stop.
bool is_newest_savepoint(const rest::checkpoints& x);

/// Returns whether the status already contains a savepoint.
bool is_known_savepoint(const status& x, const std::string& path);

} // namespace flink
