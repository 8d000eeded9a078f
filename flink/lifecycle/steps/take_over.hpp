// Taking over from the Go operator: the operator claims the objects of a cluster, compares what runs there with the
// spec, and writes its own status. The objects come first, because claiming them is idempotent. The status comes last:
// it marks the cluster as taken over.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <optional>
#include <string>

namespace flink {

/// A version of the Go operator that is taken over.
struct go_operator_version {
  flink::cluster_id cluster_id;
  /// The job that serves from now on, or the one that did until it ended; may be empty then.
  flink::job_id job_id;
  bool job_runs = true;
  /// The Go operator was deploying another version. Only a job, and a proof that the spec runs already, make that
  /// deploy unnecessary.
  bool deploy_due = false;
  /// The Go operator had given up the last deploy.
  bool failed = false;
  /// BlueGreen: this version's job in the status.
  const job_status* recorded = nullptr;
};

/// Returns whether a text is present and not empty. The Go operator wrote empty texts for absent ones.
inline bool filled(const std::optional<std::string>& x) {
  return x && !x->empty();
}

/// Returns the cluster that the status calls deployed; empty if there never was one. After a rescale in place the label
/// and the status hold a new hash, and the names of the Deployments hold the id that the processes use.
cluster_id deployed_cluster(const pass_inputs& p);

void take_over(pass& p, const go_operator_version& x);

/// Takes over two versions that run side by side, also while they are being deleted.
void take_over_both(pass& p, const go_operator_version& older, const go_operator_version& newer);

/// Takes over an application that is being deleted. Skips the comparison with the spec: there will be no more deploys.
void take_over_for_deletion(pass& p, const go_operator_version& x);

/// Takes over a rollback of the Go operator and continues it as one of our own.
void take_over_rollback(pass& p, const go_operator_version& x);

/// Takes over a first deploy that had failed.
void take_over_failure(pass& p);

/// Removes from a status what only the Go operator needed.
void forget_bookkeeping(status& x);

} // namespace flink
