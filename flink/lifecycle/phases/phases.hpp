// The phases of an application: what decide() does in each. Every function is for one pass in the phase of its name.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

namespace flink {

/// ClusterStarting: everything that happens before the old job is touched.
void cluster_starting(pass& p);

/// Rescaling: TaskManagers are added to the serving cluster for a higher parallelism.
void rescaling(pass& p);

/// Savepointing: the old job gives its state away and, unless it goes on in BlueGreen, ends.
void savepointing(pass& p);

/// Cancelling: the old job ends without a savepoint.
void cancelling(pass& p);

/// SubmittingJob: the job under way is started on its cluster.
void submitting_job(pass& p);

/// RollingBackJob: the new version was given up, and the old one gets its job back.
void rolling_back_job(pass& p);

/// Recovering: the serving job has ended without being asked, or cannot be stopped with a savepoint; its successor
/// starts from the newest state.
void recovering(pass& p);

/// Running, DeployFailed and Failed: the job is watched, and an edit starts the next deploy.
void on_steady(pass& p);

/// DualRunning (BlueGreen): two versions run until the user names the one that goes.
void dual_running(pass& p);

/// Deleting, from any phase.
void deleting(pass& p);

/// Ends the jobs and removes the clusters if spec.suspend is set, or was set and has begun. Returns false if suspension
/// does not concern this pass.
[[nodiscard]] bool suspend(pass& p);

/// Takes over what the Go operator left. Returns false if there is nothing to take over, or if another phase goes on
/// with it in this pass.
[[nodiscard]] bool migrate(pass& p);

} // namespace flink
