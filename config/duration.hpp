#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace config {

/// Reads a duration as Go and Kubernetes write it: "15s", "1m30s", "500ms"; nothing if it is none or not above zero.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text);

/// Writes one the same way.
std::string format_duration(std::chrono::milliseconds x);

} // namespace config
