// What the next job starts from.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

#include <optional>
#include <string>

namespace flink {

/// Returns the state from which an application's first job starts, as the user names it; nullopt: without state.
std::optional<std::string> first_restore_path(const pass_inputs& p);

/// The state that a job can start from if the old job ended without its savepoint.
struct recoverable {
  /// An answer is missing. The other members are not valid yet.
  bool pending = false;
  /// nullopt with an empty `problem`: starting without state is right.
  std::optional<std::string> path;
  /// Why there is no state to start from, with a remedy; empty if there is one.
  std::string problem;
  /// Where the state comes from, for the log.
  std::string source;
};

/// Whether spec.maxCheckpointRestoreAgeSeconds applies. It does not apply once a job was ended although no newer state
/// existed.
enum class age_limit { applies, lifted };

/// Returns the newest state that was reported complete and still exists. The job must have ended; answers of its
/// JobManager from before that do not count.
recoverable newest_state(queries& p, const cluster_view& old, const job_id& job_id,
                         age_limit limit = age_limit::applies);

} // namespace flink
