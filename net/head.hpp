// INTERNAL to net/: writes request lines, status lines and header fields.
// Pure; drops fields that would break the message.
#pragma once

#include "net/origin.hpp"
#include "net/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace net {

/// Returns true if `x` can be sent: no control characters or spaces where they would break its head.
bool is_well_formed(const request& x);

/// Header fields that the client adds unless the request has them.
struct request_defaults {
  std::string user_agent;
  /// Value of the Authorization header; empty sends none.
  std::string authorization;
};

/// Returns request line and header fields, including the empty line.
std::string request_head(const request& x, const origin_parts& origin, const request_defaults& defaults);

/// How the end of an answer's body is marked.
enum class framing {
  /// The status allows no body.
  none,
  /// By Content-Length.
  length,
  /// By chunks.
  chunked,
  /// By the end of the connection, for HTTP/1.0.
  until_close,
};

/// Framing that the server adds to an answer.
struct answer_frame {
  net::framing framing = net::framing::length;
  std::size_t body_bytes = 0;
  bool keep_alive = true;
};

/// Returns status line and header fields, including the empty line. Leaves out fields that would break the head.
std::string answer_head(int status, const header_fields& headers, const answer_frame& frame);

} // namespace net
