// How the serving cluster and its job are: status.clusterStatus, status.jobStatus and status.versionStatuses.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

namespace flink {

/// Returns whether the serving job's JobManager answers. One lost answer does not make it silent.
bool job_manager_answers(const commands& p, const cluster_view& c);

/// Records how the serving job is.
void record_job(report& p, const rest::job& from);

/// Records that the JobManager does not know the serving job any more.
void record_job_lost(report& p);

/// Records how the serving cluster is.
void record_cluster(commands& p, const cluster_view& c);

/// Watches and records the serving cluster, its job and its newest checkpoint while something else is done.
void record_serving(queries& p);

/// Records what is already known of the serving cluster and job. For a status that is written anyway: asks nothing.
void refresh_health(queries& p);

/// Watches the serving job while it runs: checkpoints, restarts, slots. A job that fails again and again blocks, even
/// while its tasks happen to run.
void watch_running_job(queries& p, const cluster_view& c, const rest::job& job);

/// Returns why a job failed most recently, as the end of a sentence (": IllegalStateException: no"). Empty if Flink
/// does not say; nullopt while the answer is on its way.
std::optional<std::string> cause_of_failure(queries& p, const cluster_view& c, const std::string& job_id,
                                            std::chrono::milliseconds every);

/// Records the newest checkpoint of the serving job, because a lost JobManager may leave nothing else. Polls often
/// until the first one completes, and seldom after that.
void record_checkpoint(queries& p, const cluster_view& c, const std::string& job_id);

/// BlueGreen: copies both versions into status.versionStatuses and its companions.
void mirror_versions(status& next);

} // namespace flink
