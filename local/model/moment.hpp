// Wall time in the model: always an argument, never read from a clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace local::model {

/// A point in wall time.
using moment = std::chrono::sys_time<std::chrono::milliseconds>;

/// Returns e.g. "2026-01-31T23:59:59Z"; parts of a second are cut off as Kubernetes does.
std::string to_rfc3339(moment x);

/// Returns the time that `text` names, in RFC 3339 with "Z" or an offset.
std::optional<moment> parse_rfc3339(std::string_view text);

/// Returns the age between two times as kubectl writes it, e.g. "5m3s" or "2d4h".
std::string to_age(std::chrono::milliseconds x);

} // namespace local::model
