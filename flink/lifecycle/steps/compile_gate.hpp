// Lets the JobManager of the new cluster compile the job before the old job stops. The JobManager runs main() without
// starting anything, so that a bad jar, class or argument does not disturb the running job.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"
#include "flink/lifecycle/pass/step_result.hpp"

namespace flink {

/// Returns the command that compiles the target's job on a cluster.
action compile_command(const pass_inputs& p, const cluster_view& c);

/// Compiles the target's job. Only a failure of the user's code fails the deploy; any other failure passes the gate.
step_result run_compile_gate(pass& p, const cluster_view& c);

} // namespace flink
