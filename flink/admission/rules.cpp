#include "flink/admission/rules.hpp"

#include <algorithm>

namespace flink::check {

namespace {

bool control(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
}

} // namespace

std::string in_quotes(std::string_view x) {
  constexpr std::size_t longest = 40;
  constexpr std::string_view hex = "0123456789abcdef";
  std::string result = "\"";
  for (char c : x.substr(0, longest)) {
    if (control(c)) {
      auto code = static_cast<unsigned char>(c);
      result += {'\\', 'x', hex[code >> 4], hex[code & 15]};
    } else {
      result += c;
    }
  }
  if (x.size() > longest) {
    // Does not cut a UTF-8 character in half.
    while ((static_cast<unsigned char>(result.back()) & 0xc0) == 0x80)
      result.pop_back();
    if (static_cast<unsigned char>(result.back()) >= 0xc0)
      result.pop_back();
    result += "...";
  }
  return result + '"';
}

void report(findings& out, std::string field, std::string_view value, std::string_view problem) {
  out.push_back({std::move(field), in_quotes(value) + " " + std::string{problem}});
}

bool has_control(std::string_view x) {
  return std::ranges::any_of(x, control);
}

bool has_blank(std::string_view x) {
  return std::ranges::any_of(x, [](char c) { return c == ' ' || control(c); });
}

bool service_name(std::string_view x) {
  return dns_label(x) && x.front() >= 'a';
}

bool dns_subdomain(std::string_view x) {
  if (x.empty() || x.size() > 253)
    return false;
  for (;;) {
    auto dot = x.find('.');
    if (!dns_label(x.substr(0, dot)))
      return false;
    if (dot == x.npos)
      return true;
    x.remove_prefix(dot + 1);
  }
}

} // namespace flink::check
