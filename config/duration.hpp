// Durations as Go and Kubernetes write them, e.g. "1m30s". Whole milliseconds above zero only.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace config {

/// Reads a duration such as "15s", "1m30s" or "500ms". Returns nothing if the text is not a duration or not above zero.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Writes a duration in seconds, or in milliseconds if it is not a whole number of seconds.
std::string format_duration(std::chrono::milliseconds x);

} // namespace config
