#include "local/model/moment.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

namespace local::model {

using namespace std::chrono;

std::string to_rfc3339(moment x) {
  auto day = floor<days>(x);
  year_month_day date{day};
  hh_mm_ss time{floor<seconds>(x - day)};
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return text.data();
}

std::optional<moment> parse_rfc3339(std::string_view text) {
  int y = 0, used = 0;
  unsigned mo = 0, d = 0, h = 0, mi = 0;
  double s = 0;
  std::string copy{text};
  if (std::sscanf(copy.c_str(), "%4d-%2u-%2uT%2u:%2u:%lf%n", &y, &mo, &d, &h, &mi, &s, &used) != 6)
    return std::nullopt;
  year_month_day date{year{y}, month{mo}, day{d}};
  if (!date.ok() || h > 23 || mi > 59 || !(s >= 0 && s < 61))
    return std::nullopt;
  auto zone = copy.substr(static_cast<std::size_t>(used));
  auto offset = 0min;
  if (zone != "Z") {
    char sign = 0;
    unsigned zone_hours = 0, zone_minutes = 0;
    if (std::sscanf(zone.c_str(), "%c%2u:%2u", &sign, &zone_hours, &zone_minutes) != 3 || (sign != '+' && sign != '-'))
      return std::nullopt;
    offset = minutes{zone_hours * 60 + zone_minutes} * (sign == '-' ? -1 : 1);
  }
  return moment{sys_days{date}} + hours{h} + minutes{mi} + milliseconds{static_cast<int64_t>(s * 1000)} - offset;
}

std::string to_age(milliseconds x) {
  auto s = std::max<int64_t>(0, duration_cast<seconds>(x).count());
  auto two = [](int64_t large, char a, int64_t small, char b) {
    auto text = std::to_string(large) + a;
    return small == 0 ? text : text + std::to_string(small) + b;
  };
  // Like kubectl: the older, the fewer digits.
  if (s < 120)
    return std::to_string(s) + "s";
  if (s < 600)
    return two(s / 60, 'm', s % 60, 's');
  if (s < 3 * 3600)
    return std::to_string(s / 60) + "m";
  if (s < 8 * 3600)
    return two(s / 3600, 'h', s / 60 % 60, 'm');
  if (s < 48 * 3600)
    return std::to_string(s / 3600) + "h";
  if (s < 8 * 86400)
    return two(s / 86400, 'd', s / 3600 % 24, 'h');
  return std::to_string(s / 86400) + "d";
}

} // namespace local::model
