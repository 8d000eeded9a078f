// How a new version takes over from the old one, as the status has pinned it: spec.deploymentMode may change meanwhile.
#pragma once

#include "flink/resource/names.hpp"
#include "flink/resource/spec.hpp"
#include "flink/resource/status.hpp"

#include <string>
#include <string_view>

namespace flink {

/// Values of status.target.mode.
namespace modes {
constexpr std::string_view dual = "Dual";
constexpr std::string_view single = "Single";
constexpr std::string_view blue_green = "BlueGreen";
constexpr std::string_view in_place = "InPlace";
} // namespace modes

/// Returns the mode of the deploy under way.
std::string_view deploy_mode(const status& x);

/// Returns whether the application has versions with colours: pinned by its first deploy.
bool is_blue_green(const status& x);

/// Returns the mode in which the next deploy is to go on: the spec's, unless something is deployed as BlueGreen.
std::string_view wanted_mode(const spec& wanted, const status& x);

/// Single: the old job has ended for this deploy, and its cluster is scaled to nothing.
bool old_cluster_at_zero(const status& x);

/// InPlace: the cluster that serves is given the TaskManagers for a higher parallelism, and the job is to be started
/// again there.
bool is_rescale(const status& x);

/// ... by its JobManager, which has been asked for it, while the job runs.
bool is_adaptive(const status& x);

/// BlueGreen: the version under way is deployed beside one whose job goes on.
bool runs_side_by_side(const status& x);

/// Returns the colour of the objects of a cluster, if its application has colours.
colour colour_of(const status& x, std::string_view cluster_id);

/// Returns the colour of the next version: the first is green.
std::string next_colour(const status& x);

} // namespace flink
