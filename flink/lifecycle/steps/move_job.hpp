// How the job moves from one version to the next, and back.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <optional>
#include <string>

namespace flink {

/// Called once all gates are passed. Takes a savepoint of the old job and, except in BlueGreen, ends it.
void leave_old_job(pass& p, const std::string& why);

/// Called once the old job has ended for certain. Submits the next job; in Single, makes room for it first.
void go_on_after_old_job(pass& p, std::optional<std::string> restore_path, std::string why);

/// Enters SubmittingJob with a new job id.
void begin_submit(pass& p, std::optional<std::string> restore_path, std::string why);

/// Abandons the new version after the old job has ended: enters RollingBackJob.
void begin_rollback(pass& p, const std::string& why);

} // namespace flink
