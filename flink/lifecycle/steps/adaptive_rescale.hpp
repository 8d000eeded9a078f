// scaleMode Adaptive: the job gets its parallelism from the JobManager's resource requirements and is not stopped. They
// are set as often as needed; the outcome is observed.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <string>

namespace flink {

/// The slots are there. Rescales the job while it runs if that is wanted and the JobManager can do it; else stops it,
/// to start it again with them. Returns false while it is unknown which.
[[nodiscard]] bool rescale_or_restart(pass& p, const cluster_view& c, const std::string& why);

/// Asks the JobManager for the higher parallelism until the job has it.
void raise_parallelism(pass& p, const cluster_view& c);

/// Sets the old parallelism again. Returns whether the JobManager goes by it and the job has it, or the time is up.
[[nodiscard]] bool restore_parallelism(pass& p);

} // namespace flink
