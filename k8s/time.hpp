// Timestamps as the Kubernetes API spells them (RFC 3339, UTC), independent of locale and time zone.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// A point of wall time.
using wall_time = std::chrono::system_clock::time_point;

/// Returns "2026-01-31T23:59:59Z": metav1.Time.
std::string format_time(wall_time x);

/// Returns "2026-01-31T23:59:59.123Z", where seconds are too coarse.
std::string format_milliseconds(wall_time x);

/// Returns "2026-01-31T23:59:59.123456Z": metav1.MicroTime, as Leases and Events have it.
std::string format_micro_time(wall_time x);

/// Reads any RFC 3339 timestamp, with a fraction and an offset from UTC; nothing if it is none.
std::optional<wall_time> parse_time(std::string_view text);

} // namespace k8s
