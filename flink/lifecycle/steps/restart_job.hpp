// Restarts a serving job that ended unexpectedly, as far as spec.jobFailurePolicy allows.
#pragma once

#include "flink/lifecycle/steps/start_job.hpp"

#include <string>

namespace flink {

/// Returns the serving job and its cluster, in words.
std::string serving_version(const pass_inputs& p);

/// Enters Recovering, or Failed if spec.jobFailurePolicy allows no restart.
void restart_failed_job(report& p, reason what, std::string why);

/// Enters Failed. The operator tries nothing more until the spec is edited.
void stay_failed(report& p, reason what, const std::string& why);

/// Called for a serving job that has finished. If the late stop of an abandoned update ended it, restarts the job from
/// the savepoint of that stop, regardless of spec.jobFailurePolicy.
void restart_if_stopped_late(queries& p, const cluster_view& c, const job_id& job_id);

/// Returns whether the pause before a restart is over. Reports it if not.
[[nodiscard]] bool await_restart_pause(report& p);

/// Handles the outcome of a restart.
void conclude_restart(queries& p, const cluster_view& c, const start_result& how);

} // namespace flink
