// Fencing: decides whether a job may still run. No other file decides this.
//
// Guarantees
// - `ended` is certain. The job does not run now, and it will not come back.
// - `running` is the word of the JobManager that runs the job.
// - Everything else is `unknown`: silence, an answer that is too old, and a 404 that a recovery could still turn into a
//   job. Whoever needs certainty waits, or removes the cluster.
// - Nothing here changes anything. Asking may send queries; only confirm_serving_cluster_idle() reports what it waits
//   for.
//
// Assumptions
// - A cluster of which the watches show no Deployment, Service or Pod runs nothing.
// - A JobManager reports a terminal state only after the job has given up its tasks.
// - With high availability a JobManager recovers its jobs within defaults::high_availability_recovery of its first
//   answer.
// - Without high availability a job dies with the incarnation of the JobManager that it was submitted to.
//
// Caveats
// - Deployments are removed in the background. A ReplicaSet that outlives its Deployment for a moment could still
// create
//   a Pod; ReplicaSets are not watched.
// - A Pod on a node that is cut off counts as running until its object is gone. A person can end the wait with the
//   annotation `confirm_gone_annotation`; whoever sets it vouches for the cluster.
// - The watch reports a restart within a Pod late. An answer may therefore come from another incarnation than the one
//   that is written down; that is why `was given to` compares incarnations, and a submit compares Pods.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

#include <optional>
#include <string>
#include <vector>

namespace flink {

enum class job_fate { running, ended, unknown };

/// Returns the fate of a job that was seen to run on a cluster. An empty id, a cluster without any object and a
/// confirmation by a person mean `ended`. Answers from before `not_before` do not count, unless they are final.
job_fate fate_of_job(queries& p, const cluster_view& c, const job_id& job_id,
                     std::chrono::steady_clock::time_point not_before = {});

/// The same where the cluster is removed afterwards, which ends whatever a submit may still start there. `accepted`
/// is false for a job that was submitted and not yet seen to run: a 404 is enough then. Without a JobManager Deployment
/// and JobManager Pods the job has ended.
job_fate fate_before_removal(queries& p, const cluster_view& c, const job_id& job_id, bool accepted);

/// Returns the fate of the job of a version that is being rolled back. `unknown` includes a submit that may still take
/// effect.
job_fate fate_of_new_job(queries& p);

/// Returns whether the JobManager of the serving cluster is known to be in another incarnation than the one that the
/// job was given to. False if either is unknown.
bool serving_job_manager_restarted(const status& x, const cluster_view& c);

/// Returns whether a cluster may run a job although its JobManager cannot be asked now.
bool may_run_a_job(const pass_inputs& p, const cluster_view& c);

/// Returns the first job of the list that is not over and is not `own`.
std::optional<job_id> unknown_running_job(const std::vector<rest::job_summary>& jobs, const job_id& own);

/// Returns another cluster than the target and the serving one that still has JobManager pods: an earlier submit could
/// still start its job there.
std::optional<cluster_id> earlier_cluster(const pass_inputs& p);

/// Returns true if the serving cluster runs no job although the status names none: somebody may have reset the status.
/// Returns false while that is unknown, or if it runs one, and reports which.
[[nodiscard]] bool confirm_serving_cluster_idle(queries& p);

/// What a submit needs after its JobManager has restarted.
enum class resubmit {
  /// High availability: submit the same id again.
  same_id,
  /// What was sent to the earlier incarnation died with it. A new id is needed: the used one could meet its remains.
  new_id,
  /// A submit is still being processed; its answer decides.
  in_flight,
  /// A submit, ours or that of an operator before, may have reached the present incarnation. Only another Pod rules
  /// that out.
  uncertain,
};

/// Returns whether nothing may be submitted yet.
constexpr bool must_wait(resubmit x) {
  return x == resubmit::in_flight || x == resubmit::uncertain;
}

/// Returns what a submit needs whose JobManager is in another incarnation than `earlier`, the one that is written down.
resubmit fate_of_submit(const commands& p, const cluster_view& c, const submit_job& submit,
                        const std::optional<incarnation>& earlier);

} // namespace flink
