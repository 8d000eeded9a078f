// Single: never two clusters at once. The operator first checks everything with a dry run while the old job runs. Then
// it stops the job, scales its cluster to zero, and creates the new cluster. The old Deployments stay without pods
// until the new version is accepted: they hold the only copy of the old version's spec, which a rollback needs.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"
#include "flink/lifecycle/pass/step_result.hpp"

namespace flink {

/// Checks every object of the new cluster with a dry run. Fails the deploy if the API server rejects one.
step_result dry_run_all(pass& p);

/// Scales the old cluster to zero. Returns whether its pods are gone.
[[nodiscard]] bool await_old_pods_gone(pass& p);

/// Removes the given-up version's cluster and scales the old one up again. Fails the rollback if that is impossible or
/// takes too long.
step_result restore_old_cluster(pass& p);

} // namespace flink
