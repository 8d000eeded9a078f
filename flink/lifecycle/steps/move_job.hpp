// How the job moves from one version to the next, and back.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <optional>
#include <string>

namespace flink {

/// All gates are passed: makes the old job give its state away. It ends, too, unless the mode lets it go on.
void leave_old_job(pass& p, const std::string& why);

/// The old job has ended for certain: submits the next one, or in Single makes room for it first.
void go_on_after_old_job(pass& p, std::optional<std::string> restore_path, std::string why);

/// Enters SubmittingJob with a new job id.
void begin_submit(pass& p, std::optional<std::string> restore_path, std::string why);

/// Gives the version under way up after the old job has ended: enters RollingBackJob.
void begin_rollback(pass& p, const std::string& why);

} // namespace flink
