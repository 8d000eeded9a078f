// How a deploy ends: its version was accepted and serves, or it has failed.
#pragma once

#include "flink/lifecycle/pass/pass.hpp"

#include <string>

namespace flink {

/// Fails the current deploy. If the old job has already ended (Single), the operator first restarts it on the previous
/// version. If TaskManagers were added (InPlace), it first removes them.
void fail_deploy(pass& p, failed_deploy_reason what, std::string message);
/// The same with a name that is known at run time only, such as the kubelet's "ImagePullBackOff".
void fail_deploy_as(pass& p, std::string name, std::string message);

/// InPlace: abandons the higher parallelism while the old job runs, and removes the added TaskManagers.
void begin_shrink(pass& p, std::string why);

/// Fails the rollback: no job runs.
void fail_rollback(pass& p, const std::string& why);

/// Concludes the current deploy: its version was accepted.
void conclude_deploy(pass& p);

/// Makes the target the version that serves; in BlueGreen, the second of two versions.
void accept_target(pass& p, const rest::job& job);

} // namespace flink
