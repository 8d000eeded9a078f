// Versions of Flink, which decide configuration keys and REST bodies.
#pragma once

#include <compare>
#include <optional>
#include <string_view>

namespace flink {

/// A release line. Keys change with minor versions only.
struct version {
  int major = 0;
  int minor = 0;
  auto operator<=>(const version&) const = default;
};

/// Memory is configured as a whole process since this version; before, as a heap.
constexpr version process_memory_since{1, 11};
/// The official images rewrite flat entries into a nested config.yaml since this version.
constexpr version nested_config_since{1, 19};

/// Reads "1.20", "v1.20.5", "2.2-SNAPSHOT", and "v2_2" as Apache's operator spells it. Returns nothing if the text does
/// not begin with two numbers.
std::optional<version> parse_version(std::string_view text);

} // namespace flink
