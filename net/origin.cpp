#include "net/origin.hpp"

#include <algorithm>

namespace net {

namespace {

bool is_port(std::string_view x) {
  auto digit = [](char c) { return c >= '0' && c <= '9'; };
  return !x.empty() && x.size() <= 5 && std::ranges::all_of(x, digit) && std::stoi(std::string{x}) <= 65535;
}

bool is_host(std::string_view x) {
  return !x.empty() && is_plain(x) && x.find_first_of(" /?#@[]") == std::string_view::npos;
}

/// Splits "host", "host:port", "[v6]" or "[v6]:port". An absent port becomes ":".
bool split(std::string_view authority, std::string_view& host, std::string_view& port) {
  auto bracketed = authority.starts_with('[');
  auto end = bracketed ? authority.find(']') : authority.find(':');
  if (bracketed && end == std::string_view::npos)
    return false;
  host = bracketed ? authority.substr(1, end - 1) : authority.substr(0, end);
  auto after_host = end == std::string_view::npos ? std::string_view{} : authority.substr(bracketed ? end + 1 : end);
  port = after_host.empty() ? ":" : after_host;
  return port.starts_with(':');
}

} // namespace

bool is_plain(std::string_view text) {
  return std::ranges::all_of(text, [](char c) {
    auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\t';
  });
}

std::optional<origin_parts> parse_origin(std::string_view origin) {
  constexpr std::string_view plain = "http://";
  constexpr std::string_view secure = "https://";
  auto tls = origin.starts_with(secure);
  if (!tls && !origin.starts_with(plain))
    return {};
  auto authority = origin.substr(tls ? secure.size() : plain.size());
  std::string_view host;
  std::string_view port;
  if (!split(authority, host, port) || !is_host(host))
    return {};
  port.remove_prefix(1);
  if (port.empty() && !authority.ends_with(':'))
    port = tls ? "443" : "80";
  if (!is_port(port))
    return {};
  return origin_parts{tls, std::string{host}, std::string{port}, std::string{authority}};
}

} // namespace net
