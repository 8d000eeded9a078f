// How a new version takes over from the old one. The status pins it, because spec.deploymentMode may change meanwhile.
#pragma once

#include "flink/resource/names.hpp"
#include "flink/resource/spec.hpp"
#include "flink/resource/status.hpp"

#include <optional>

namespace flink {

/// Returns the mode of the deploy in progress.
rollout_mode deploy_mode(const status& x);

/// Returns whether the application has versions with colours. Its first deploy pins this.
bool is_blue_green(const status& x);

/// Returns the mode for the next deploy: the spec's, unless the application is deployed as BlueGreen.
deployment_mode wanted_mode(const spec& wanted, const status& x);

/// Returns how a deploy takes over in that mode.
rollout_mode rollout_of(deployment_mode x);

/// Returns whether a Single deploy has ended the old job and scaled its cluster to zero.
bool old_cluster_at_zero(const status& x);

/// Returns whether the deploy is an InPlace one: the serving cluster gets TaskManagers for a higher parallelism, and
/// the job restarts there.
bool is_rescale(const status& x);

/// Returns whether the JobManager changes the parallelism of the running job (InPlace without a restart).
bool is_adaptive(const status& x);

/// Returns whether a BlueGreen deploy adds a version while the job of another keeps running.
bool runs_side_by_side(const status& x);

/// Returns the colour of a cluster's objects, if the application has colours.
std::optional<colour> colour_of(const status& x, const cluster_id& cluster);

/// Returns the colour of the next version: the first is green.
colour next_colour(const status& x);

} // namespace flink
