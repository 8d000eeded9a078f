// INTERNAL to net/: writes the heads of messages. Pure text.
#pragma once

#include "net/origin.hpp"
#include "net/transport.hpp"

#include <cstddef>
#include <optional>
#include <string>

namespace net {

/// Returns whether `x` can be sent as it is: nothing in its head ends a line or a word early.
bool is_well_formed(const request& x);

/// What the client adds to a request unless the caller said it already.
struct request_defaults {
  std::string user_agent;
  /// Value of the field Authorization; empty sends none.
  std::string authorization;
};

/// Returns request line and header fields with the empty line that ends them.
std::string request_head(const request& x, const origin_parts& origin, const request_defaults& defaults);

/// How the end of an answer's body is told.
enum class framing {
  /// The status allows no body.
  none,
  /// By its length.
  length,
  /// By chunks.
  chunked,
  /// By the end of the connection, for HTTP/1.0.
  until_close,
};

/// What the server adds to an answer.
struct answer_frame {
  net::framing framing = net::framing::length;
  std::size_t body_bytes = 0;
  bool keep_alive = true;
};

/// Returns status line and header fields with the empty line that ends them. Fields that would
/// break the head are left out.
std::string answer_head(int status, const header_fields& headers, const answer_frame& frame);

} // namespace net
