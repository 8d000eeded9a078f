// Amounts of resources as Kubernetes spells them ("500m", "1.5Gi", "1e3"), exactly.
#pragma once

#include "k8s/json/text.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// An amount down to billionths: its value is units + nanos / 10^9, and nanos is never negative.
struct quantity {
  int64_t units = 0;
  int32_t nanos = 0;
  auto operator<=>(const quantity&) const = default;
};

/// Reads an amount; nothing, and `problem` says why, if it is none. What is finer than a billionth
/// is rounded up, as in Kubernetes.
std::optional<quantity> parse_quantity(std::string_view text, std::string& problem);

/// Reads an amount that is a JSON string or number.
std::optional<quantity> parse_quantity(json::cursor value, std::string& problem);

/// Returns the amount in whole units (bytes of memory), rounded up.
int64_t whole_units(const quantity& x);

/// Returns the amount in thousandths (of a CPU), rounded up; saturates.
int64_t milli_units(const quantity& x);

/// Returns whether two spellings mean the same amount; texts that are no amounts are compared as such.
bool same_quantity(std::string_view a, std::string_view b);

} // namespace k8s
