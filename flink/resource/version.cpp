#include "flink/resource/version.hpp"

#include <charconv>

namespace flink {

std::optional<version> parse_version(std::string_view text) {
  if (text.starts_with('v'))
    text.remove_prefix(1);
  version result;
  auto end = text.data() + text.size();
  auto major = std::from_chars(text.data(), end, result.major);
  if (major.ec != std::errc{} || major.ptr == end || (*major.ptr != '.' && *major.ptr != '_'))
    return std::nullopt;
  auto minor = std::from_chars(major.ptr + 1, end, result.minor);
  if (minor.ec != std::errc{} || result.major < 0 || result.minor < 0)
    return std::nullopt;
  // Refuses "1.20x", accepts "1.20.5" and "1.20-java17".
  if (minor.ptr != end && *minor.ptr != '.' && *minor.ptr != '-' && *minor.ptr != '+')
    return std::nullopt;
  return result;
}

} // namespace flink
