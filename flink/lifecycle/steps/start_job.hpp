// Starts a job under an id that the status already holds, once, and watches it until all its tasks run.
#pragma once

#include "flink/lifecycle/steps/fencing.hpp"

#include <optional>
#include <string>

namespace flink {

struct start {
  const cluster_view& cluster;
  flink::job_id job_id;
  job_parameters job;
  std::string restore_path;
};

enum class start_state {
  pending,
  /// All tasks run, or the job has finished already.
  running,
  /// The submit was refused, or the job ended before all its tasks ran. `job` is set if it was there.
  failed,
  /// The job did not run in time; it may run now, or later. `job` is set if it is there and waits for its tasks.
  timed_out,
};

struct [[nodiscard]] start_result {
  start_state state = start_state::pending;
  std::string why;
  const rest::job* job = nullptr;
};

/// Submits the job unless that has been done, and watches it until all its tasks run.
start_result start_job(queries& p, const start& x);

/// Returns what a start needs whose JobManager is in another incarnation than `earlier`, the one that is written down.
/// If that is uncertain, reports it and stops the JobManager, so that it becomes certain.
[[nodiscard]] resubmit resubmit_after_restart(queries& p, const start& x, const std::optional<incarnation>& earlier);

} // namespace flink
