// Failures during the start of a new cluster.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

namespace flink {

/// Reports why the target's cluster does not start. Fails the deploy if that is permanent or takes too long.
void give_up_stalled_start(pass& p, const cluster_view& c);

} // namespace flink
