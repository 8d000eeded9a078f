// Quantities of resources as Kubernetes writes them ("500m", "1.5Gi", "1e3"), without loss of precision.
// Reads and compares; does not write them.
#pragma once

#include "k8s/json/text.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// A quantity with the value units + nanos / 10^9. nanos is never negative.
struct quantity {
  int64_t units = 0;
  int32_t nanos = 0;
  auto operator<=>(const quantity&) const = default;
};

/// Reads a quantity. Returns nothing and sets `problem` if the text is not one. Rounds up to billionths, as in
/// Kubernetes.
std::optional<quantity> parse_quantity(std::string_view text, std::string& problem);

/// Reads a quantity from a JSON string or number.
std::optional<quantity> parse_quantity(json::cursor value, std::string& problem);

/// Returns the quantity in whole units (bytes of memory), rounded up.
int64_t whole_units(const quantity& x);

/// Returns the quantity in thousandths (of a CPU), rounded up and limited to 64 bits.
int64_t milli_units(const quantity& x);

/// Returns true if two texts are the same quantity. Compares texts that are not quantities byte by byte.
bool same_quantity(std::string_view a, std::string_view b);

} // namespace k8s
