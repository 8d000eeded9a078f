// Taking over from the Go operator: which job runs where?
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

#include <string>
#include <vector>

namespace flink {

struct located_job {
  flink::cluster_id cluster_id;
  rest::job_summary job;
};

struct survey {
  /// A necessary answer is missing.
  bool pending = false;
  std::vector<located_job> jobs;
};

/// Asks the JobManagers of all clusters which jobs they have.
[[nodiscard]] survey find_jobs(queries& p);

/// Removes every cluster except `keep`, on which alone a job may run, with its pods. Returns whether they are gone.
[[nodiscard]] bool remove_others(queries& p, const cluster_id& keep);

} // namespace flink
