// scaleMode Adaptive: the job gets its parallelism from the JobManager's resource requirements and is not stopped. The
// operator sets them until the job has the parallelism.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <string>

namespace flink {

/// Called once the slots are there. Rescales the running job if the spec asks for that and the JobManager can do it;
/// else stops the job for a restart. Returns false until the JobManager's abilities are known.
[[nodiscard]] bool rescale_or_restart(pass& p, const cluster_view& c, const std::string& why);

/// Asks the JobManager for the higher parallelism until the job has it.
void raise_parallelism(pass& p, const cluster_view& c);

/// Sets the old parallelism again. Returns whether the job has it, or the time is up.
[[nodiscard]] bool restore_parallelism(pass& p);

} // namespace flink
