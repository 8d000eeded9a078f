// Request targets: path and query, decoded.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace local::model {

/// A decoded target, e.g. "/api/v1/pods?limit=5".
struct target {
  std::vector<std::string> path;
  std::vector<std::pair<std::string, std::string>> query;

  /// Returns the first value of a query parameter, or an empty text.
  std::string_view parameter(std::string_view name) const;

  /// Returns whether the query parameter is "true" or "1".
  bool flag(std::string_view name) const;

  /// Returns the query parameter as an integer.
  std::optional<int64_t> number(std::string_view name) const;
};

/// Splits and decodes.
target parse_target(std::string_view text);

} // namespace local::model
