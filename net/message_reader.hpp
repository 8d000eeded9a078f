// INTERNAL to net/: reads one HTTP/1.1 message from bytes as they come, for client and server.
// Bounds what it keeps; does no I/O.
#pragma once

#include "net/transport.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace net {

/// How much of a message is taken.
struct message_limits {
  std::size_t header_bytes = 64 * 1024;
  /// Of bodies that are collected; those that are handed on in pieces have none.
  std::size_t body_bytes = 8 * 1024 * 1024;
};

/// How reading goes.
enum class reading {
  /// Unfinished; feed more.
  more,
  /// The message is complete; bytes that are left belong to the next.
  complete,
  /// Not HTTP/1.x.
  garbage,
  /// The header is beyond its limit.
  header_too_large,
  /// The body is beyond its limit.
  body_too_large,
  /// The peer ended in the middle.
  cut,
  /// The taker of the body wanted no more.
  refused,
};

/// What has been read of a message so far.
struct message {
  /// Of a request.
  std::string method;
  std::string target;
  /// Of an answer.
  int status = 0;
  /// 10 or 11.
  int version = 11;
  header_fields headers;
  /// Collected body; stays empty if pieces are handed on.
  std::string body;
  /// Takes the body piece by piece in place of `body`; returning false ends the reading.
  std::function<bool(std::string_view)> take_piece;
};

/// Reads one message; made anew for each.
class message_reader {
public:
  enum class kind { request, answer, answer_to_head };

  /// `on_header` runs once all header fields are in, before any body: the place to set `take_piece`.
  message_reader(kind what, message_limits limits, std::function<void(message&)> on_header = {});
  ~message_reader();

  /// Reads from the front of `bytes` and removes what it has used.
  reading feed(std::string& bytes);

  /// Tells that the peer sends no more.
  reading end();

  message& content();

  /// Returns whether any byte of the message has come.
  bool begun() const;

  /// Returns whether the header is complete.
  bool header_done() const;

  /// Returns whether the connection can serve another message; only of a complete one.
  bool keep_alive() const;

  /// Returns whether the end of the connection is the end of the body, so that a cut cannot be told.
  bool ends_with_connection() const;

  /// Words for what the last feed() or end() disliked.
  std::string complaint() const;

private:
  class machine;
  template <bool IsRequest>
  class parser;
  std::unique_ptr<machine> machine_;
};

} // namespace net
