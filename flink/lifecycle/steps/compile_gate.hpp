// The gate of the compiled plan. The new cluster's JobManager runs main() without starting anything, so that a bad jar,
// class or argument costs the running job nothing.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"
#include "flink/lifecycle/pass/step_result.hpp"

namespace flink {

/// Returns the command that compiles the target's job on a cluster.
action compile_command(const pass_inputs& p, const cluster_view& c);

/// Compiles the target's job. Only a refusal by the user's code gives the version up; every other failure lets it pass.
step_result run_compile_gate(pass& p, const cluster_view& c);

} // namespace flink
