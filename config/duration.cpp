#include "config/duration.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace config {

namespace {

using std::chrono::milliseconds;

/// Units from long to short. "ms" comes before "m" because it starts with it.
constexpr std::array<std::pair<std::string_view, milliseconds>, 4> units{{{"h", std::chrono::hours{1}},
                                                                          {"ms", milliseconds{1}},
                                                                          {"m", std::chrono::minutes{1}},
                                                                          {"s", std::chrono::seconds{1}}}};
/// Largest number before a unit; keeps the sum far from overflow.
constexpr int64_t largest_count = 1'000'000'000;

} // namespace

std::optional<milliseconds> parse_duration(std::string_view text) {
  milliseconds sum{0};
  while (!text.empty()) {
    int64_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || count < 0 || count > largest_count)
      return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    auto unit = std::ranges::find_if(units, [&](auto& x) { return text.starts_with(x.first); });
    if (unit == units.end())
      return std::nullopt;
    text.remove_prefix(unit->first.size());
    sum += count * unit->second;
  }
  return sum > milliseconds{0} ? std::optional{sum} : std::nullopt;
}

std::string format_duration(milliseconds x) {
  return x.count() % 1000 == 0 ? std::to_string(x.count() / 1000) + "s" : std::to_string(x.count()) + "ms";
}

} // namespace config
