// Single: never two clusters at once. Everything is tried with a dry run while the old job runs; then it is stopped and
// its cluster scaled to zero, and only then the new cluster is made. The old Deployments stay without pods until the
// new version is accepted: they are all that is left of the old version's spec, and the way back.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"
#include "flink/lifecycle/pass/step_result.hpp"

namespace flink {

/// Asks the API server whether it would take every object of the new cluster. Gives the version up if it refuses one.
step_result dry_run_all(pass& p);

/// Scales the old cluster to zero. Returns whether its pods are gone.
[[nodiscard]] bool await_old_pods_gone(pass& p);

/// Removes the given-up version's cluster and scales the old one up again. Gives the rollback up if that cannot work or
/// takes too long.
step_result restore_old_cluster(pass& p);

} // namespace flink
