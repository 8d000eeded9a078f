// The state of the serving cluster and its job: status.clusterStatus, status.jobStatus and status.versionStatuses.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

namespace flink {

/// Returns whether the serving job's JobManager answers. One lost answer does not make it silent.
bool job_manager_answers(const commands& p, const cluster_view& c);

/// Records the state of the serving job.
void record_job(report& p, const rest::job& from);

/// Records that the JobManager no longer knows the serving job.
void record_job_lost(report& p);

/// Records the state of the serving cluster.
void record_cluster(commands& p, const cluster_view& c);

/// Watches and records the serving cluster, its job and its newest checkpoint while something else is done.
void record_serving(queries& p);

/// Records what is already known about the serving cluster and job. Sends no query: it only completes a status that is
/// written anyway.
void refresh_health(queries& p);

/// Watches the serving job while it runs: checkpoints, restarts, slots. A job that fails again and again blocks, even
/// while its tasks happen to run.
void watch_running_job(queries& p, const cluster_view& c, const rest::job& job);

/// Returns why a job failed most recently, as the end of a sentence (": IllegalStateException: no"). Empty if Flink
/// reports no cause; nullopt until the answer arrives.
std::optional<std::string> cause_of_failure(queries& p, const cluster_view& c, const job_id& job_id,
                                            std::chrono::milliseconds every);

/// Records the newest checkpoint of the serving job, because nothing else may remain after the loss of a JobManager.
/// Polls often until the first one completes, then rarely.
void record_checkpoint(queries& p, const cluster_view& c, const job_id& job_id);

/// BlueGreen: copies both versions into status.versionStatuses and its companions.
void mirror_versions(status& next);

} // namespace flink
