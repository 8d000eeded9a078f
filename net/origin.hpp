// Parses origins: "https://[::1]:6443" is TLS to host "::1", port "6443".
// Pure; looks up no names.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace net {

/// The parts of an origin.
struct origin_parts {
  /// True if the scheme is https.
  bool tls = false;
  /// Name or address without brackets.
  std::string host;
  /// Decimal number; by default that of the scheme.
  std::string port;
  /// Host and port for the Host header.
  std::string authority;
};

/// Parses an origin. Returns nothing if it does not consist of scheme, host and an optional port.
std::optional<origin_parts> parse_origin(std::string_view origin);

/// Returns true if `text` may be part of a request line or header field. Control characters could smuggle in a second
/// request.
bool is_plain(std::string_view text);

} // namespace net
