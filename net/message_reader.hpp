// INTERNAL to net/: parses one HTTP/1.1 message from bytes as they arrive, for client and server.
// Bounds its memory; does no I/O.
#pragma once

#include "net/transport.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace net {

/// Limits of a message.
struct message_limits {
  std::size_t header_bytes = 64 * 1024;
  /// Applies to collected bodies only, not to those that `take_piece` receives.
  std::size_t body_bytes = 8 * 1024 * 1024;
};

/// State of reading.
enum class reading {
  /// Incomplete; feed more bytes.
  more,
  /// The message is complete; the remaining bytes belong to the next one.
  complete,
  /// Not HTTP/1.x.
  garbage,
  /// The header exceeds its limit.
  header_too_large,
  /// The body exceeds its limit.
  body_too_large,
  /// The peer closed the connection in the middle.
  cut,
  /// `take_piece` returned false.
  refused,
};

/// The part of a message that has been read.
struct message {
  /// Only in a request.
  std::string method;
  std::string target;
  /// Only in an answer.
  int status = 0;
  /// 10 or 11.
  int version = 11;
  header_fields headers;
  /// The body; empty if `take_piece` receives it.
  std::string body;
  /// Receives the body piece by piece instead of `body`. Returns false to stop reading.
  std::function<bool(std::string_view)> take_piece;
};

/// Parses one message. Make a new one for each message.
class message_reader {
public:
  enum class kind { request, answer, answer_to_head };

  /// `on_header` runs after all header fields and before the body, and may set `take_piece`.
  message_reader(kind what, message_limits limits, std::function<void(message&)> on_header = {});
  ~message_reader();

  /// Parses from the front of `bytes` and removes the parsed bytes.
  reading feed(std::string& bytes);

  /// Call it when the peer has closed the connection.
  reading end();

  /// Returns the part that has been read.
  message& content();

  /// Returns true if any byte of the message has been parsed.
  bool begun() const;

  /// Returns true if the header is complete.
  bool header_done() const;

  /// Returns true if the connection can be used for another message. Valid after a complete message.
  bool keep_alive() const;

  /// Returns true if only the end of the connection ends the body. A body cut short is then not detected.
  bool ends_with_connection() const;

  /// Returns the error of the last feed() or end(), for people.
  std::string error_text() const;

private:
  class machine;
  template <bool IsRequest>
  class parser;
  std::unique_ptr<machine> machine_;
};

} // namespace net
