#include "net/transport.hpp"

#include <algorithm>

namespace net {

namespace {

// Not std::tolower, which depends on the locale; header names are ASCII.
char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_names(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return lower(x) == lower(y); });
}

} // namespace

std::string_view find_header(const header_fields& fields, std::string_view name) {
  for (auto& [key, value] : fields)
    if (equal_names(key, name))
      return value;
  return {};
}

} // namespace net
