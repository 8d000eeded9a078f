// The table of all reasons: one row for each reason and use. Read by reason.hpp, and by the test that keeps
// docs/operations.md equal to it.
#pragma once

#include <string_view>

namespace flink {

// A list of this length is beyond Boost.Describe, so a macro makes both the enumerators and their names.
#define FLINK_REASONS(X)                                                                                               \
  X(AddingFinalizer)                                                                                                   \
  X(Adopted)                                                                                                           \
  X(AdoptedUnverified)                                                                                                 \
  X(ApplicationGone)                                                                                                   \
  X(ApplicationUnknown)                                                                                                \
  X(AskingForCause)                                                                                                    \
  X(AskingForRescale)                                                                                                  \
  X(AskingJob)                                                                                                         \
  X(CanceledJob)                                                                                                       \
  X(Cancelling)                                                                                                        \
  X(CancellingJob)                                                                                                     \
  X(CannotSaveState)                                                                                                   \
  X(CannotTakeOver)                                                                                                    \
  X(CheckpointsFail)                                                                                                   \
  X(ClusterScaleUp)                                                                                                    \
  X(ClusterStartTimeout)                                                                                               \
  X(CompilingJob)                                                                                                      \
  X(CrashLoop)                                                                                                         \
  X(CreatingCluster)                                                                                                   \
  X(Deleting)                                                                                                          \
  X(DeployFailed)                                                                                                      \
  X(DualRunning)                                                                                                       \
  X(EarlierClusterEnding)                                                                                              \
  X(EditWaits)                                                                                                         \
  X(EndingNewJob)                                                                                                      \
  X(Forbidden)                                                                                                         \
  X(ForceCanceling)                                                                                                    \
  X(ForceRollback)                                                                                                     \
  X(Gone)                                                                                                              \
  X(IngressRefused)                                                                                                    \
  X(InvalidSpec)                                                                                                       \
  X(JobEnded)                                                                                                          \
  X(JobFailed)                                                                                                         \
  X(JobLost)                                                                                                           \
  X(JobManagerDown)                                                                                                    \
  X(JobManagerRestarted)                                                                                               \
  X(JobManagerRestarting)                                                                                              \
  X(JobManagerSilent)                                                                                                  \
  X(JobManagerStarting)                                                                                                \
  X(JobRefused)                                                                                                        \
  X(JobRescaled)                                                                                                       \
  X(JobRestarted)                                                                                                      \
  X(JobRestarting)                                                                                                     \
  X(JobStartFailed)                                                                                                    \
  X(JobStarting)                                                                                                       \
  X(JobSubmissionFailed)                                                                                               \
  X(JobSubmitted)                                                                                                      \
  X(JobUnproven)                                                                                                       \
  X(LeavingBehind)                                                                                                     \
  X(LookingForJob)                                                                                                     \
  X(LookingForState)                                                                                                   \
  X(MakingRoom)                                                                                                        \
  X(NameConflict)                                                                                                      \
  X(NamespaceTerminating)                                                                                              \
  X(NoJob)                                                                                                             \
  X(NoStateToRestore)                                                                                                  \
  X(ObjectRefused)                                                                                                     \
  X(ObjectsMissing)                                                                                                    \
  X(OldClusterStarting)                                                                                                \
  X(OldClusterUnconfirmed)                                                                                             \
  X(OldJobEnding)                                                                                                      \
  X(OldJobManagerDown)                                                                                                 \
  X(Paused)                                                                                                            \
  X(PodsRefused)                                                                                                       \
  X(RehearsingCluster)                                                                                                 \
  X(Remark)                                                                                                            \
  X(RemovingClusters)                                                                                                  \
  X(RemovingFinalizer)                                                                                                 \
  X(RemovingHalfMade)                                                                                                  \
  X(RemovingTaskManagers)                                                                                              \
  X(RescaleFailed)                                                                                                     \
  X(RescaleRefused)                                                                                                    \
  X(RescaleTimeout)                                                                                                    \
  X(RescalingJob)                                                                                                      \
  X(RestoringExternalizedCheckpoint)                                                                                   \
  X(RestoringWithoutExternalizedCheckpoint)                                                                            \
  X(RollbackFailed)                                                                                                    \
  X(RollbackSucceeded)                                                                                                 \
  X(RolledBack)                                                                                                        \
  X(RollingBackJob)                                                                                                    \
  X(SavepointCompleted)                                                                                                \
  X(SavepointFailed)                                                                                                   \
  X(SavepointNotDisposed)                                                                                              \
  X(SavepointSlow)                                                                                                     \
  X(SavepointTimeout)                                                                                                  \
  X(SavepointUnderWay)                                                                                                 \
  X(SavepointWaiting)                                                                                                  \
  X(Savepointing)                                                                                                      \
  X(SavepointingJob)                                                                                                   \
  X(SeveralJobs)                                                                                                       \
  X(StartSlow)                                                                                                         \
  X(StartUncertain)                                                                                                    \
  X(StateLost)                                                                                                         \
  X(StatusIncomplete)                                                                                                  \
  X(StatusLost)                                                                                                        \
  X(SubmittingJob)                                                                                                     \
  X(SuspendWaits)                                                                                                      \
  X(Suspended)                                                                                                         \
  X(Suspending)                                                                                                        \
  X(TakingOver)                                                                                                        \
  X(TakingRescaleBack)                                                                                                 \
  X(TaskManagersStarting)                                                                                              \
  X(TeardownCompleted)                                                                                                 \
  X(TearingDown)                                                                                                       \
  X(ToreDownCluster)                                                                                                   \
  X(Unauthorized)                                                                                                      \
  X(UnknownJob)                                                                                                        \
  X(Unschedulable)

/// Names as users read them.
enum class reason {
#define FLINK_ENUMERATOR(name) name,
  FLINK_REASONS(FLINK_ENUMERATOR)
#undef FLINK_ENUMERATOR
};

/// Where a reason appears.
enum class reason_use {
  /// `waitingFor` of introspection and, where the wait is long, the condition Progressing.
  wait,
  /// The conditions Ready and Degraded: the application does not get on by itself.
  blocked,
  /// `status.reason` and the condition Degraded after a deploy that failed.
  failed_deploy,
  /// An event of type Normal.
  event,
  /// An event of type Warning.
  warning,
};

struct reason_row {
  reason what;
  reason_use use;
  /// What must happen before the application goes on, or what has happened, in Markdown.
  std::string_view meaning;
  /// What a person can do about it; empty where nothing has to be done.
  std::string_view remedy = {};
};

inline constexpr reason_row reason_table[] = {
    {reason::InvalidSpec, reason_use::blocked,
     "The spec has a mistake that the schema cannot catch. The running job and its cluster are not affected.",
     "Correct the field that the message names."},
    {reason::NameConflict, reason_use::blocked,
     "An object that does not belong to the application has a name that the operator needs.",
     "Delete that object. The operator then creates its own. If the deploy has failed meanwhile, also change "
     "`restartNonce`."},
    {reason::Forbidden, reason_use::blocked,
     "The operator lacks the right that the message names. `access to the JobManager is denied` means: the operator "
     "lacks the right to use the API server's pod proxy (see [Options](#options)). If a quota or an admission webhook "
     "refuses an object, the reason is `ObjectRefused` instead.",
     "Compare the operator's role with the chart's, and check its token."},
    {reason::Unauthorized, reason_use::blocked, "The server does not accept the operator's credentials (401).",
     "Check the operator's token. With `--jobmanager-url`, check the proxy in front of the JobManagers."},
    {reason::CannotTakeOver, reason_use::blocked,
     "The API server refuses a patch of an object of the Go operator. The message quotes the API server.",
     "Grant the operator that right."},
    {reason::SeveralJobs, reason_use::blocked,
     "Several jobs run on a cluster of the Go operator. The operator cannot know which one to take over.",
     "Cancel all jobs except the one to take over."},
    {reason::StatusLost, reason_use::blocked,
     "Objects of a cluster exist, but the status does not name this cluster, or the phase is Suspended. Somebody "
     "edited, "
     "erased or reset the status. The operator changes nothing until the status names the cluster again.",
     "Restore the status from a backup. Or save the job by hand and delete the Deployments of that cluster."},
    {reason::MakingRoom, reason_use::blocked,
     "Single: the old job has ended, but pods of its cluster do not terminate. The new cluster has to wait for their "
     "resources.",
     "Find out what blocks those pods, and delete them. `status.savepointPath` has the state."},
    {reason::UnknownJob, reason_use::blocked,
     "The serving cluster runs a job that is not in the status. Somebody has restored an older status. The operator "
     "does not start a second job.",
     "To keep the job's state, set the annotation `flink.k8s.io/paused` to \"true\", stop the job with a savepoint, "
     "set "
     "`spec.restoreFrom` to this savepoint with a new nonce, and remove the annotation. Cancel the job if you do not "
     "need its state."},
    {reason::ClusterStartTimeout, reason_use::blocked,
     "The cluster of a first deploy was not ready within `timeouts.clusterStartSeconds`. The deploy goes on. The "
     "message lists what is missing.",
     "Run `kubectl describe` on the pods of the cluster."},
    {reason::CrashLoop, reason_use::blocked,
     "A pod of the new cluster keeps crashing. Three restarts end the deploy. The old job is not affected.",
     "Run `kubectl logs --previous` on the pod that the message names, and fix the cause."},
    {reason::PodsRefused, reason_use::blocked,
     "A Deployment cannot create its pods: quota, admission or service account. An update fails after 30 s, and the "
     "old "
     "job keeps running. A first deploy waits and continues by itself.",
     "Remove the cause that the message names. Then change `restartNonce` if the deploy has failed."},
    {reason::Unschedulable, reason_use::blocked,
     "No node has room for a pod. An update fails after `timeouts.clusterStartSeconds` (600), and the old job keeps "
     "running. A first deploy waits and continues by itself.",
     "Add nodes, reduce the requests, or add tolerations. If the deploy has failed and you did not edit the spec, "
     "change `restartNonce`."},
    {reason::SubmittingJob, reason_use::blocked,
     "The new JobManager does not accept the job, and its answer does not show that an edit would help. The deploy "
     "fails after `timeouts.submitSeconds` and `jobStartSeconds`.",
     "Read the JobManager's logs and fix what keeps it from accepting the job."},
    {reason::SavepointSlow, reason_use::blocked,
     "The savepoint takes longer than `timeouts.savepointSeconds` (600). The operator waits until Flink reports "
     "success or failure. Flink aborts the savepoint after `execution.checkpointing.timeout`.",
     "Check the job's checkpoints for back pressure and slow storage."},
    {reason::SavepointFailed, reason_use::blocked,
     "The savepoint failed. The operator checks whether the old job still runs. If the job has failed meanwhile, the "
     "operator watches it for ten seconds.",
     "Check that the old JobManager runs and answers, as for `JobManagerSilent`."},
    {reason::OldClusterUnconfirmed, reason_use::blocked,
     "The old JobManager does not confirm that its job has ended. The message shows whether a savepoint is complete. "
     "The operator starts the new job only after the old job has certainly ended.",
     "Make sure that all pods of the old cluster terminate. For a node that is cut off, see "
     "[below](#a-node-that-is-cut-off)."},
    {reason::OldJobManagerDown, reason_use::blocked,
     "The JobManager pod of the old cluster does not run. The operator waits for it.",
     "Run `kubectl describe` on the pod and its Deployment, and remove what keeps it from running."},
    {reason::StartSlow, reason_use::blocked,
     "A resubmitted job did not appear in time. The operator restarts its JobManager, so that the job cannot appear "
     "later. This counts as a failure for `jobFailurePolicy`.",
     "Read that JobManager's logs. If main() still runs, raise `timeouts.submitSeconds`. You may also edit the spec: "
     "without high availability the operator accepts the edit once the JobManager has restarted."},
    {reason::StartUncertain, reason_use::blocked,
     "A JobManager restarted during a submit. The restarted JobManager may have received the job: the answer to the "
     "submit was lost, or the operator that sent it has crashed. The operator restarts the JobManager once more to be "
     "certain.",
     "Wait. If it persists, find out why that JobManager restarts."},
    {reason::NoJob, reason_use::blocked, "No job runs, for example because a deploy and its rollback failed.",
     "Remove the cause that `status.reason` names. Then change `restartNonce`: the job starts from "
     "`status.savepointPath`."},
    {reason::JobManagerDown, reason_use::blocked, "A JobManager pod of the serving cluster does not run.",
     "Run `kubectl describe` on the pod and the Deployment. Check node, image and quota."},
    {reason::JobManagerSilent, reason_use::blocked, "The JobManager did not answer three queries in a row.",
     "Check the logs and the load of that pod. Before you delete the pod, remember: without high availability the job "
     "stops with it and restarts from its newest state. If the message is about a take-over and this JobManager will "
     "never answer, delete its Deployments."},
    {reason::CheckpointsFail, reason_use::blocked,
     "The job runs and tries checkpoints, but has completed none for 10 minutes. If the job failed now, it would lose "
     "its work since the last completed checkpoint.",
     "Fix the cause in the message. Check the checkpoint directory and its credentials first."},
    {reason::JobRestarting, reason_use::blocked,
     "The job has failed, and Flink restarts it by its `restart-strategy`. The reason stays until a minute has passed "
     "without a failure.",
     "Fix the cause in the message. `status.jobStatus.jobRestartCount` counts the restarts."},
    {reason::JobLost, reason_use::blocked,
     "The JobManager does not know the job. With high availability, Flink has not recovered it yet. Without high "
     "availability, the job ended while the operator did not see it, and Flink has deleted its record.",
     "With high availability, read the JobManager's logs and wait until the JobManager has been up for three minutes. "
     "If the job is still missing, change `restartNonce`. Without high availability, change `restartNonce` at once. "
     "The job starts from its newest state if that is not older than `maxCheckpointRestoreAgeSeconds` (3600). In "
     "DualRunning, remove that version with `tearDownVersionHash`."},
    {reason::JobEnded, reason_use::blocked, "Somebody has cancelled the job. In DualRunning also: the job has failed.",
     "Change `restartNonce`: the job starts from its newest state. In DualRunning, remove that version with "
     "`tearDownVersionHash`."},
    {reason::JobFailed, reason_use::blocked,
     "The job is FAILED, or was lost with its JobManager. The operator restarts it from its newest state after "
     "`jobFailurePolicy.backoffSeconds`, doubled with each restart. After `maxRestarts` within `windowSeconds` the "
     "phase becomes Failed.",
     "Fix the cause in the message; the JobManager's logs have more. In phase Failed, any edit of the spec tries "
     "again."},
    {reason::IngressRefused, reason_use::blocked, "The API server refuses a changed Ingress. The message quotes it.",
     "Correct `spec.ingress`, or the operator's `--ingress-url-format`."},
    {reason::ObjectsMissing, reason_use::blocked,
     "Somebody deleted objects of the serving cluster. The operator creates them again, unless the spec has changed "
     "since.",
     "Wait. If the message asks for an edit, change `restartNonce`, which creates a new cluster. If it names "
     "`tearDownVersionHash`, set that field."},
    {reason::CannotSaveState, reason_use::blocked,
     "A deletion or suspension needs a savepoint and cannot get one. The job keeps running.",
     "Fix the JobManager or its storage. Or give up the state: for a deletion, set `deleteMode` to ForceCancel or "
     "None; for a suspension, set `savepointDisabled`. To keep the job running instead of a suspension, set `suspend: "
     "false`."},
    {reason::NoStateToRestore, reason_use::blocked,
     "A suspension found that the job has ended and left no usable state.",
     "Set `fallbackWithoutState: true`, or set `suspend: false`."},
    {reason::AddingFinalizer, reason_use::wait,
     "The API server must store the finalizer before the operator creates anything."},
    {reason::CreatingCluster, reason_use::wait, "The API server must accept the objects of the new cluster."},
    {reason::JobManagerStarting, reason_use::wait, "The pod of the new JobManager must run and answer."},
    {reason::TaskManagersStarting, reason_use::wait, "The TaskManagers must offer enough task slots."},
    {reason::RehearsingCluster, reason_use::wait,
     "Single: the API server must check the objects of the new cluster and their pods in a dry run."},
    {reason::MakingRoom, reason_use::wait,
     "Single: the pods of the old cluster must terminate before the operator creates the new cluster."},
    {reason::CompilingJob, reason_use::wait,
     "The new JobManager must compile the job's plan. It runs main() without starting the job."},
    {reason::Savepointing, reason_use::wait,
     "The savepoint that stops the old job must complete. In BlueGreen, the old job takes a savepoint and keeps "
     "running."},
    {reason::OldJobEnding, reason_use::wait, "The old job must end. Its savepoint is complete."},
    {reason::LookingForState, reason_use::wait,
     "A job ended without a savepoint. The JobManager must report its newest state."},
    {reason::Cancelling, reason_use::wait, "The operator cancels a job without a savepoint. The job must end."},
    {reason::SubmittingJob, reason_use::wait, "The new JobManager must accept the job. main() may run for minutes."},
    {reason::JobStarting, reason_use::wait, "All tasks of the new job must run."},
    {reason::JobUnproven, reason_use::wait,
     "The new job must meet `spec.acceptance`: it must complete its first checkpoint, or Flink must report how often "
     "it restarted the job."},
    {reason::RemovingTaskManagers, reason_use::wait, "InPlace: the added TaskManagers must terminate."},
    {reason::AskingForRescale, reason_use::wait,
     "Adaptive: the JobManager must answer whether it can change the parallelism of a running job."},
    {reason::RescalingJob, reason_use::wait,
     "Adaptive: the JobManager must accept the new parallelism, and the job must reach it. Flink lets the job cool "
     "down first."},
    {reason::TakingRescaleBack, reason_use::wait,
     "Adaptive: the job must return to the old parallelism. The operator then removes the added TaskManagers."},
    {reason::EarlierClusterEnding, reason_use::wait,
     "Pods of an earlier attempt must terminate, because they could still start a job."},
    {reason::EndingNewJob, reason_use::wait,
     "The new job must end, so that the operator can restart the job on the old version."},
    {reason::OldClusterStarting, reason_use::wait,
     "Single: the pods and slots of the old cluster must be there, so that the operator can restart the job on it."},
    {reason::DualRunning, reason_use::wait,
     "BlueGreen: two versions run. You must name the version to remove in `spec.tearDownVersionHash`."},
    {reason::EditWaits, reason_use::wait,
     "BlueGreen: you must name the version to remove in `spec.tearDownVersionHash`. After the teardown the operator "
     "deploys the edit."},
    {reason::SuspendWaits, reason_use::wait,
     "BlueGreen: you must name the version to remove in `spec.tearDownVersionHash`. After the teardown the operator "
     "suspends the other version."},
    {reason::TearingDown, reason_use::wait,
     "BlueGreen: the job of one version must end, and then the objects of its cluster must disappear."},
    {reason::JobManagerRestarted, reason_use::wait,
     "The JobManager has restarted since the operator recorded it in the status. The operator decides again."},
    {reason::JobManagerRestarting, reason_use::wait,
     "The JobManager must restart, because it did not answer the submit of the old version. After the restart, a lost "
     "submit cannot take effect any more. The operator then submits the job again."},
    {reason::RollingBackJob, reason_use::wait, "The old JobManager must accept its job again."},
    {reason::DeployFailed, reason_use::wait,
     "The deploy failed. The operator waits for an edit. The version that ran before keeps running, unless the "
     "rollback failed too."},
    {reason::TakingOver, reason_use::wait,
     "The API server must add the operator's labels to the objects of the Go operator, and list all of these objects."},
    {reason::LookingForJob, reason_use::wait,
     "A JobManager must list its jobs: for an application of the Go operator, or on a cluster for which the status "
     "names no job."},
    {reason::SavepointUnderWay, reason_use::wait, "A savepoint that the Go operator requested must complete or fail."},
    {reason::RemovingHalfMade, reason_use::wait,
     "The Go operator left a cluster unfinished. Its objects must disappear."},
    {reason::AskingForCause, reason_use::wait, "The JobManager must report the exception that made the job fail."},
    {reason::AskingJob, reason_use::wait,
     "The JobManager must answer whether the job still runs. A deletion or suspension has to end this job."},
    {reason::Suspending, reason_use::wait, "The job must end, because `suspend` is set."},
    {reason::Suspended, reason_use::wait, "The application is suspended until you set `suspend: false`."},
    {reason::SavepointWaiting, reason_use::wait,
     "All tasks of the job must run before the operator takes the savepoint that `savepointNonce` requests."},
    {reason::Paused, reason_use::wait,
     "The application is paused. The operator continues when you [remove the "
     "annotation](#pausing-one-application)."},
    {reason::Deleting, reason_use::wait, "The deletion has begun."},
    {reason::RemovingClusters, reason_use::wait, "The objects of all clusters must disappear."},
    {reason::RemovingFinalizer, reason_use::wait, "The API server must remove the finalizer."},
    {reason::LeavingBehind, reason_use::wait,
     "The operator must mark the objects that stay after a deletion with `--cascade=orphan`."},
    {reason::Gone, reason_use::wait, "Nothing. The operator's part of the deletion is done."},
    {reason::ApplicationUnknown, reason_use::wait,
     "The API server must answer whether the application of the objects still exists."},
    {reason::ApplicationGone, reason_use::wait, "The objects of a deleted application must disappear."},
    {reason::InvalidSpec, reason_use::failed_deploy, "An edit made the spec invalid while the cluster was starting."},
    {reason::ObjectRefused, reason_use::failed_deploy, "The API server refuses an object. The message quotes it."},
    {reason::ClusterStartTimeout, reason_use::failed_deploy,
     "The cluster was not ready within `timeouts.clusterStartSeconds`. The message lists what was missing."},
    {reason::JobRefused, reason_use::failed_deploy,
     "The job does not compile on the new cluster: check jar, class and main()."},
    {reason::ForceRollback, reason_use::failed_deploy,
     "`forceRollback` was set while the new cluster was starting. If it is set later, the deploy ends as "
     "`RolledBack`."},
    {reason::SavepointFailed, reason_use::failed_deploy,
     "The operator could not take a savepoint of the old job. The old job keeps running."},
    {reason::RescaleFailed, reason_use::failed_deploy,
     "InPlace: the added TaskManagers did not come up, or a later step failed before the job was stopped. The operator "
     "has removed them. The job runs with its old parallelism. The message continues with one of the other reasons."},
    {reason::RescaleRefused, reason_use::failed_deploy,
     "Adaptive, after `RescaleFailed`: the JobManager refuses the parallelism. The message quotes it. The usual cause "
     "is the job's maximum parallelism."},
    {reason::RescaleTimeout, reason_use::failed_deploy,
     "Adaptive, after `RescaleFailed`: the job did not reach the parallelism within `timeouts.jobStartSeconds`."},
    {reason::SavepointTimeout, reason_use::failed_deploy,
     "BlueGreen: no savepoint completed within `timeouts.savepointSeconds`. The old job keeps running."},
    {reason::NoStateToRestore, reason_use::failed_deploy,
     "The old job has ended or its tasks do not run, and none of its state is usable. The message names the field to "
     "set. When you set it, the operator tries the deploy again. The operator does not touch a job that has not "
     "ended."},
    {reason::JobStartFailed, reason_use::failed_deploy,
     "The first job of the application was refused or did not come up, and no job runs. In BlueGreen also: the job of "
     "the second version did not start, and the old version keeps running."},
    {reason::RolledBack, reason_use::failed_deploy,
     "The new job did not come up. The old version runs again from the state that was just saved."},
    {reason::RollbackFailed, reason_use::failed_deploy,
     "The old job did not come up either. No job runs. The message names the state of the job. After your next edit, "
     "the job starts from this state."},
    {reason::StatusIncomplete, reason_use::failed_deploy, "Somebody removed a part of the status during a deploy."},
    {reason::CreatingCluster, reason_use::event, "A deploy begins."},
    {reason::Remark, reason_use::warning,
     "A deploy begins, and the operator warns about a field of the spec: for example, the field has no effect, is "
     "deprecated, or makes later updates fail. The message names the field."},
    {reason::CancellingJob, reason_use::event,
     "An update, suspension or deletion stops the job with a savepoint. Warning: it cancels the job without one "
     "(`savepointDisabled`, or not all tasks run)."},
    {reason::CancellingJob, reason_use::warning,
     "An update, suspension or deletion stops the job with a savepoint. Warning: it cancels the job without one "
     "(`savepointDisabled`, or not all tasks run)."},
    {reason::SavepointingJob, reason_use::event,
     "BlueGreen: the operator requests a savepoint of the old job, which keeps running."},
    {reason::ForceCanceling, reason_use::event,
     "BlueGreen: the teardown of a version begins. The operator cancels its job without a savepoint."},
    {reason::TeardownCompleted, reason_use::event, "BlueGreen: that version is gone."},
    {reason::CanceledJob, reason_use::event,
     "The job's savepoint is complete; the message has its path. Warning: the operator had given up an update, but its "
     "stop command took effect later. The operator restarts the job."},
    {reason::CanceledJob, reason_use::warning,
     "The job's savepoint is complete; the message has its path. Warning: the operator had given up an update, but its "
     "stop command took effect later. The operator restarts the job."},
    {reason::SavepointFailed, reason_use::warning,
     "The savepoint of an update, nonce or schedule failed, and the job keeps running. Or: a deletion proceeds without "
     "one."},
    {reason::SavepointCompleted, reason_use::event,
     "A savepoint that the nonce or the schedule requested is complete; the message has its path."},
    {reason::SavepointNotDisposed, reason_use::warning,
     "The operator could not remove an old savepoint of the schedule. It will not retry. Remove the files yourself."},
    {reason::Suspended, reason_use::event, "Nothing runs any more. The message names the state for the resume."},
    {reason::RestoringExternalizedCheckpoint, reason_use::warning,
     "The old job ended without a savepoint. The new job, or the resume, starts from the state in the message."},
    {reason::RestoringWithoutExternalizedCheckpoint, reason_use::warning,
     "The job ended without a savepoint and starts without state (`fallbackWithoutState`)."},
    {reason::StateLost, reason_use::warning,
     "The state for the job does not exist any more. The job starts without state (`fallbackWithoutState`)."},
    {reason::JobSubmitted, reason_use::event, "All tasks of the new job run."},
    {reason::JobFailed, reason_use::warning,
     "The job has failed or was lost. The message shows whether the operator restarts it, and if not, why."},
    {reason::JobRestarted, reason_use::event, "The job that had failed or was lost runs again."},
    {reason::ClusterScaleUp, reason_use::event, "InPlace: the operator adds TaskManagers."},
    {reason::JobRescaled, reason_use::event,
     "Adaptive: the job runs with more parallelism. The operator did not stop it."},
    {reason::ToreDownCluster, reason_use::event, "The operator removes the old cluster."},
    {reason::JobSubmissionFailed, reason_use::warning, "The new job was refused, or did not come up in time."},
    {reason::DeployFailed, reason_use::warning, "The operator gives up a deploy, or rolls it back."},
    {reason::RollbackSucceeded, reason_use::event, "The job runs on the old version again."},
    {reason::RollbackFailed, reason_use::warning, "The operator could not restart the job on the old version."},
    {reason::Adopted, reason_use::event,
     "The operator has taken over a cluster of the Go operator. Its job keeps running."},
    {reason::AdoptedUnverified, reason_use::warning,
     "The operator has taken over a cluster of the Go operator, but could not verify that the spec matches what runs."},
    {reason::NamespaceTerminating, reason_use::warning, "The namespace is being deleted. The state cannot be saved."},
};

} // namespace flink
