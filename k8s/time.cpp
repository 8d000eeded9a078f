#include "k8s/time.hpp"

#include <charconv>
#include <cstdint>

namespace k8s {

namespace {

using std::chrono::microseconds;

void append_padded(std::string& out, int64_t value, std::size_t width) {
  auto digits = std::to_string(value);
  out.append(width - std::min(width, digits.size()), '0').append(digits);
}

/// Writes a timestamp with `fraction_digits` digits after the seconds.
std::string format(wall_time x, std::size_t fraction_digits) {
  auto since_epoch = std::chrono::floor<microseconds>(x.time_since_epoch());
  auto days = std::chrono::floor<std::chrono::days>(since_epoch);
  std::chrono::year_month_day date{std::chrono::sys_days{days}};
  std::chrono::hh_mm_ss time{since_epoch - days};
  std::string out;
  append_padded(out, static_cast<int>(date.year()), 4);
  append_padded(out += '-', static_cast<unsigned>(date.month()), 2);
  append_padded(out += '-', static_cast<unsigned>(date.day()), 2);
  append_padded(out += 'T', time.hours().count(), 2);
  append_padded(out += ':', time.minutes().count(), 2);
  append_padded(out += ':', time.seconds().count(), 2);
  if (fraction_digits > 0) {
    append_padded(out += '.', time.subseconds().count(), 6);
    out.resize(out.size() - 6 + fraction_digits);
  }
  return out += 'Z';
}

/// Consumes numbers and separators from the front of a text and remembers whether all of them were valid.
class scanner {
public:
  explicit scanner(std::string_view text) : remaining_{text} {}

  int number(std::size_t digits) {
    auto value = 0;
    auto part = remaining_.substr(0, digits);
    auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (part.size() != digits || error != std::errc{} || end != part.data() + digits || value < 0 || part[0] == '-')
      return fail();
    remaining_.remove_prefix(digits);
    return value;
  }

  bool take(std::string_view any_of) {
    if (remaining_.empty() || any_of.find(remaining_.front()) == std::string_view::npos)
      return false;
    remaining_.remove_prefix(1);
    return true;
  }

  void expect(std::string_view any_of) {
    if (!take(any_of))
      fail();
  }

  microseconds fraction() {
    auto digits = remaining_.substr(0, std::min(remaining_.find_first_not_of("0123456789"), remaining_.size()));
    if (digits.empty())
      fail();
    remaining_.remove_prefix(digits.size());
    std::string six{digits.substr(0, 6)};
    six.resize(6, '0');
    return microseconds{scanner{six}.number(6)};
  }

  bool good() const { return good_; }
  bool at_end() const { return remaining_.empty(); }
  char front() const { return remaining_.empty() ? '\0' : remaining_.front(); }

private:
  int fail() {
    good_ = false;
    return 0;
  }

  std::string_view remaining_;
  bool good_ = true;
};

std::chrono::minutes scan_offset(scanner& in) {
  if (in.take("Zz"))
    return {};
  auto sign = in.front() == '-' ? -1 : 1;
  in.expect("+-");
  auto hours = in.number(2);
  in.expect(":");
  return std::chrono::minutes{sign * (hours * 60 + in.number(2))};
}

} // namespace

std::string format_time(wall_time x) {
  return format(x, 0);
}

std::string format_milliseconds(wall_time x) {
  return format(x, 3);
}

std::string format_micro_time(wall_time x) {
  return format(x, 6);
}

std::optional<wall_time> parse_time(std::string_view text) {
  scanner in{text};
  auto year = in.number(4);
  in.expect("-");
  auto month = in.number(2);
  in.expect("-");
  auto day = in.number(2);
  in.expect("Tt ");
  std::chrono::hours hours{in.number(2)};
  in.expect(":");
  std::chrono::minutes minutes{in.number(2)};
  in.expect(":");
  std::chrono::seconds seconds{in.number(2)};
  auto fraction = in.take(".,") ? in.fraction() : microseconds{};
  auto offset = scan_offset(in);
  std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                   std::chrono::day{static_cast<unsigned>(day)}};
  // The clock's nanoseconds cannot represent other years.
  auto in_range = year >= 1678 && year <= 2261;
  auto valid = date.ok() && hours.count() < 24 && minutes.count() < 60 && seconds.count() <= 60;
  if (!in.good() || !in.at_end() || !valid || !in_range)
    return std::nullopt;
  return wall_time{std::chrono::sys_days{date}} + hours + minutes + seconds + fraction - offset;
}

} // namespace k8s
