#include "k8s/quantity.hpp"

#include <charconv>
#include <limits>

namespace k8s {

namespace {

__extension__ typedef __int128 wide;

constexpr int32_t billion = 1'000'000'000;
constexpr std::size_t most_digits = 18;

constexpr wide power(wide base, int exponent) {
  wide out = 1;
  for (; exponent > 0; --exponent)
    out *= base;
  return out;
}

/// Effect of a suffix on the number before it: multiplied by `factor`, divided by 10^`decimals`.
struct scale {
  wide factor = 1;
  int decimals = 0;
};

std::optional<scale> scale_of_exponent(std::string_view text) {
  auto digits = text.starts_with('+') ? text.substr(1) : text;
  int exponent = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
  auto two_signs = digits.size() < text.size() && exponent < 0;
  if (error != std::errc{} || end != digits.data() + digits.size() || two_signs || exponent > 18 || exponent < -18)
    return std::nullopt;
  return exponent >= 0 ? scale{power(10, exponent), 0} : scale{1, -exponent};
}

std::optional<scale> scale_of(std::string_view suffix) {
  constexpr std::string_view binary = "KMGTPE";
  constexpr std::string_view decimal = "kMGTPE";
  constexpr std::string_view fractions = "mun";
  if (suffix.empty())
    return scale{};
  auto letter = suffix[0];
  if (suffix.size() == 2 && suffix[1] == 'i' && binary.find(letter) != std::string_view::npos)
    return scale{power(1024, static_cast<int>(binary.find(letter)) + 1), 0};
  if (suffix.size() == 1 && decimal.find(letter) != std::string_view::npos)
    return scale{power(1000, static_cast<int>(decimal.find(letter)) + 1), 0};
  if (suffix.size() == 1 && fractions.find(letter) != std::string_view::npos)
    return scale{1, 3 * (static_cast<int>(fractions.find(letter)) + 1)};
  if (letter == 'e' || letter == 'E')
    return scale_of_exponent(suffix.substr(1));
  return std::nullopt;
}

/// A decimal number without sign and suffix.
struct mantissa {
  int64_t digits = 0;
  int decimals = 0;
};

std::optional<mantissa> mantissa_of(std::string_view text) {
  auto point = std::min(text.find('.'), text.size());
  auto fraction = text.substr(std::min(point + 1, text.size()));
  auto digits = std::string{text.substr(0, point)}.append(fraction);
  digits.erase(0, std::min(digits.find_first_not_of('0'), digits.size() - 1));
  if (digits.size() > most_digits || fraction.size() > most_digits)
    return std::nullopt;
  mantissa out{0, static_cast<int>(fraction.size())};
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), out.digits);
  return error == std::errc{} && end == digits.data() + digits.size() ? std::optional{out} : std::nullopt;
}

std::optional<quantity> combine(const mantissa& number, const scale& by, bool negative) {
  auto total = number.digits * by.factor;
  auto divisor = power(10, number.decimals + by.decimals);
  auto units = total / divisor;
  if (units >= std::numeric_limits<int64_t>::max())
    return std::nullopt;
  // Rounds up, as Kubernetes does for positive amounts.
  auto nanos = (total % divisor * billion + divisor - 1) / divisor;
  quantity out{static_cast<int64_t>(units), static_cast<int32_t>(nanos % billion)};
  out.units += nanos == billion ? 1 : 0;
  if (!negative)
    return out;
  return out.nanos == 0 ? quantity{-out.units, 0} : quantity{-out.units - 1, billion - out.nanos};
}

} // namespace

std::optional<quantity> parse_quantity(std::string_view text, std::string& problem) {
  auto refuse = [&](const char* why) {
    ((problem = '"') += text.substr(0, 40)) += why;
    return std::nullopt;
  };
  auto unsigned_text = text;
  auto negative = unsigned_text.starts_with('-');
  if (negative || unsigned_text.starts_with('+'))
    unsigned_text.remove_prefix(1);
  auto number_end = std::min(unsigned_text.find_first_not_of("0123456789."), unsigned_text.size());
  auto number_text = unsigned_text.substr(0, number_end);
  if (number_text.find_first_of("0123456789") == std::string_view::npos)
    return refuse("\" is not a quantity: use a number such as 500m, 2 or 1.5Gi");
  auto by = scale_of(unsigned_text.substr(number_end));
  if (!by)
    return refuse("\" is not a quantity: use one of the suffixes n, u, m, k, M, G, T, P, E, Ki, Mi, Gi, Ti, Pi, Ei");
  auto number = mantissa_of(number_text);
  if (!number)
    return refuse("\" is not a quantity: use one number of at most 18 digits");
  auto out = combine(*number, *by, negative);
  if (!out)
    return refuse("\" is too large for a quantity: use less than 8Ei");
  return out;
}

std::optional<quantity> parse_quantity(json::cursor value, std::string& problem) {
  if (value.kind() == json::kind::string)
    return parse_quantity(value.string(), problem);
  if (value.kind() == json::kind::number)
    return parse_quantity(value.text(), problem);
  problem = "must be a quantity such as 500m, 2 or 1.5Gi, not " + std::string{value.text().substr(0, 40)};
  return std::nullopt;
}

int64_t whole_units(const quantity& x) {
  return x.nanos > 0 ? x.units + 1 : x.units;
}

int64_t milli_units(const quantity& x) {
  constexpr int32_t nanos_per_milli = 1'000'000;
  auto total = static_cast<wide>(x.units) * 1000 + (x.nanos + nanos_per_milli - 1) / nanos_per_milli;
  if (total > std::numeric_limits<int64_t>::max())
    return std::numeric_limits<int64_t>::max();
  if (total < std::numeric_limits<int64_t>::min())
    return std::numeric_limits<int64_t>::min();
  return static_cast<int64_t>(total);
}

bool same_quantity(std::string_view a, std::string_view b) {
  std::string ignored;
  auto x = parse_quantity(a, ignored);
  auto y = parse_quantity(b, ignored);
  return x && y ? *x == *y : a == b;
}

} // namespace k8s
