// What keeps a new cluster from coming up.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

namespace flink {

/// Reports what keeps the target's cluster from coming up. Gives the version up if that is hopeless or takes too long.
void give_up_stalled_start(pass& p, const cluster_view& c);

} // namespace flink
