// The phases of an application. Each function runs one pass in the phase of its name.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

namespace flink {

/// ClusterStarting: everything that happens before the old job is touched.
void cluster_starting(pass& p);

/// Rescaling: TaskManagers are added to the serving cluster for a higher parallelism.
void rescaling(pass& p);

/// Savepointing: the old job takes a savepoint and ends. In BlueGreen it keeps running.
void savepointing(pass& p);

/// Cancelling: the old job ends without a savepoint.
void cancelling(pass& p);

/// SubmittingJob: the operator submits the target's job and waits until it runs.
void submitting_job(pass& p);

/// RollingBackJob: the new version failed, and the operator restarts the job on the previous version.
void rolling_back_job(pass& p);

/// Recovering: the serving job ended unexpectedly, or cannot be stopped with a savepoint. The next job starts from the
/// newest state.
void recovering(pass& p);

/// Running, DeployFailed and Failed: the job is watched, and an edit starts the next deploy.
void on_steady(pass& p);

/// DualRunning (BlueGreen): two versions run until the user names the one to remove.
void dual_running(pass& p);

/// Deleting, from any phase.
void deleting(pass& p);

/// Ends the jobs and removes the clusters if spec.suspend is set, or was set and has begun. Returns false if suspension
/// does not concern this pass.
[[nodiscard]] bool suspend(pass& p);

/// Takes over an application of the Go operator. Returns false if there is nothing to take over, or if another phase
/// continues in this pass.
[[nodiscard]] bool migrate(pass& p);

} // namespace flink
