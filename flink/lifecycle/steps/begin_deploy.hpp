// How a deploy begins, and how another one replaces it while the old job is untouched.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <string>

namespace flink {

/// Makes the present spec the target and creates its cluster, or, in place, adds TaskManagers.
void begin_deploy(pass& p, std::string why);

/// Ends the deploy under way if the spec has changed, is invalid, or asks for a rollback. Returns whether it did. Only
/// while the old job is untouched.
[[nodiscard]] bool supersede(pass& p);

/// Returns whether spec.forceRollback was set during the deploy under way: it gives up that one only.
[[nodiscard]] bool take_forced_rollback(pass& p);

} // namespace flink
