// Reads and writes timestamps of the Kubernetes API (RFC 3339, UTC). Independent of locale and time zone.
// Reads no clock.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// A point in time of the wall clock.
using wall_time = std::chrono::system_clock::time_point;

/// Returns "2026-01-31T23:59:59Z": metav1.Time.
std::string format_time(wall_time x);

/// Returns "2026-01-31T23:59:59.123Z", for reports that need milliseconds.
std::string format_milliseconds(wall_time x);

/// Returns "2026-01-31T23:59:59.123456Z": metav1.MicroTime, as used in Leases and Events.
std::string format_micro_time(wall_time x);

/// Reads an RFC 3339 timestamp with any fraction and offset. Returns nothing for other texts.
std::optional<wall_time> parse_time(std::string_view text);

} // namespace k8s
