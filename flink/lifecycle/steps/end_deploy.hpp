// How a deploy ends: its version was accepted and serves, or it has failed.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <string>

namespace flink {

/// Gives the version under way up. If the old job has ended for it already (Single), the old version gets its job back
/// first; if TaskManagers were added for it (InPlace), they are removed first.
void fail_deploy(pass& p, failed_deploy_reason what, std::string message);
/// The same with a name that is known at run time only, such as the kubelet's "ImagePullBackOff".
void fail_deploy_as(pass& p, std::string name, std::string message);

/// InPlace: gives the higher parallelism up while the old job runs, and removes the TaskManagers that were added.
void begin_shrink(pass& p, std::string why);

/// Gives the rollback up: no job runs.
void fail_rollback(pass& p, const std::string& why);

/// Concludes the deploy under way: its version was accepted.
void conclude_deploy(pass& p);

/// Makes the target the version that serves; in BlueGreen, the second of two versions.
void accept_target(pass& p, const rest::job& job);

} // namespace flink
