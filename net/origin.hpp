// Origins taken apart: "https://[::1]:6443" is TLS to host "::1", port "6443".
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace net {

/// Whom to connect to, and how.
struct origin_parts {
  /// Whether the scheme is https.
  bool tls = false;
  /// Name or address without brackets.
  std::string host;
  /// Decimal, the scheme's default if the origin names none.
  std::string port;
  /// Host and port as the Host header field has them.
  std::string authority;
};

/// Returns the parts of `origin`, or nothing if it is not scheme, host and port alone.
std::optional<origin_parts> parse_origin(std::string_view origin);

/// Returns whether `text` may stand in a request line or header field: no control characters,
/// which could smuggle in a second request.
bool is_plain(std::string_view text);

} // namespace net
