// The serving job has ended against everybody's will: it is started again as far as spec.jobFailurePolicy allows.
#pragma once

#include "flink/lifecycle/steps/start_job.hpp"

#include <string>

namespace flink {

/// Returns the serving job and its cluster, in words.
std::string serving_version(const pass_inputs& p);

/// Enters Recovering, or Failed if spec.jobFailurePolicy allows no restart.
void restart_failed_job(report& p, reason what, std::string why);

/// Enters Failed: nothing more is tried until the spec is edited.
void stay_failed(report& p, reason what, const std::string& why);

/// The serving job has finished. If the stop of an abandoned update has come late, it did not finish by itself: it is
/// started again from the savepoint of that stop, whatever spec.jobFailurePolicy says.
void restart_if_stopped_late(queries& p, const cluster_view& c, const std::string& job_id);

/// Returns whether the pause before a restart is over. Reports it if not.
[[nodiscard]] bool await_restart_pause(report& p);

/// Goes on after the outcome of such a start.
void conclude_restart(queries& p, const cluster_view& c, const start_result& how);

} // namespace flink
