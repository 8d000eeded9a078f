// How a new version takes over from the old one. The status pins it, because spec.deploymentMode may change meanwhile.
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

/// Returns the mode of the deploy in progress.
std::string_view deploy_mode(const status& x);

/// Returns whether the application has versions with colours. Its first deploy pins this.
bool is_blue_green(const status& x);

/// Returns the mode for the next deploy: the spec's, unless the application is deployed as BlueGreen.
std::string_view wanted_mode(const spec& wanted, const status& x);

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
colour colour_of(const status& x, std::string_view cluster_id);

/// Returns the colour of the next version: the first is green.
std::string next_colour(const status& x);

} // namespace flink
