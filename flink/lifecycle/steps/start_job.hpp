// One start of one job under an identity that the status already holds. Not for others than decide().
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

namespace flink {

/// One start of one job.
struct start {
  const cluster_view& cluster;
  std::string job_id;
  job_parameters job;
  std::string restore_path;
};

enum class started {
  pending,
  /// All tasks run, or the job has finished already.
  yes,
  /// Refused, or ended before all its tasks ran; where the job is known, it was there and has ended.
  no,
  /// Not in time; it may run, or start later. Where the job is known, it is there and waits for its tasks.
  late,
};

struct verdict {
  started how = started::pending;
  std::string why;
  const rest::job* job = nullptr;
};

/// Submits the job where that has not been done, and watches it until all its tasks run.
verdict start_job(pass& p, const start& x);
/// The order by which it is submitted.
action submit_of(const start& x);

/// The JobManager lives another life than the one that was written down, `earlier`. What becomes of the start?
enum class afterlife {
  /// With high availability the same identity is submitted again.
  same,
  /// What was sent to the earlier life died with it, and another identity is needed: a used one could meet what it has
  /// left.
  another,
  /// A call, ours or that of an operator before, may have reached this life: the watch tells late of a restart within
  /// one pod. An answer to ours will tell; else only another pod makes certain.
  unknown,
};
/// Where it is unknown, says so, and sees to it that it will be known.
afterlife after_restart(pass& p, const start& x, const std::optional<incarnation>& earlier);

/// Whether no job runs on the cluster that serves, though the status names none: it may have been set back by somebody.
bool serving_cluster_is_idle(pass& p);

/// How long a job may take until all its tasks run: a new version's (spec.acceptance), or one that runs again.
std::chrono::seconds start_limit(const pass& p);

/// Whether the patience for a start has not run out; longer where the submit itself has no answer yet.
bool in_time(const pass& p, bool answered);
/// The same for a job that is there: a main() that took long leaves its tasks no less time.
bool in_time(const pass& p, const rest::job& job);

/// Points the generic Service at a cluster.
void switch_generic_service(pass& p, const cluster_view& c);

/// A start that is neither there nor refused may still come to life: only another life of the JobManager makes certain
/// that it does not. Stops the JobManager; job_manager_stopped() starts it again.
void restart_job_manager(pass& p, const cluster_view& c, const std::string& why);

/// Returns whether a JobManager that was stopped for certainty's sake is not yet back.
bool job_manager_stopped(pass& p, const cluster_view& c);

/// What the job that serves was submitted with.
job_parameters serving_parameters(const status& x);

} // namespace flink
