// What a Flink configuration means for the model of a cluster. Pure.
#pragma once

#include "local/agent/process/flink_config.hpp"
#include "local/agent/process/image_map.hpp"
#include "local/agent/runtime.hpp"
#include "local/model/flink/cluster.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace local::agent {

/// Reads a duration as Flink does: a number with a unit ("10 s", "1min", "2d"), milliseconds without one. Returns
/// nothing for any other text.
std::optional<std::chrono::milliseconds> read_duration(std::string_view text);

/// Returns the options of a simulated cluster whose JobManager has this configuration and image. What the model does
/// not know has no effect; missing settings have Flink's defaults, except that checkpoints and savepoints
/// without a directory get one.
simulated::cluster_options cluster_options_of(const flink_config& config, const image_content& image,
                                              const simulation_options& options);

/// Returns the number of slots that a TaskManager with this configuration offers.
int32_t slots_of(const flink_config& config);

/// Returns the id under which JobManagers share their memory; nothing without high availability.
std::optional<std::string> availability_id(const flink_config& config);

/// Returns the port of the REST API.
uint16_t rest_port(const flink_config& config);

} // namespace local::agent
