// Splits a body that arrives in pieces into lines.
// Bounds the length of a line; does no I/O.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace net {

/// Collects pieces until a line feed completes a line.
class line_splitter {
public:
  /// Receives one line without its line feed. Returns false to stop.
  using sink = std::function<bool(std::string_view)>;

  line_splitter(std::size_t max_line_bytes, sink out) : max_line_bytes_{max_line_bytes}, out_{std::move(out)} {}

  /// Passes the lines that `piece` completes to the sink. Returns false if a line is too long or the sink stops.
  bool feed(std::string_view piece);

  /// Passes the text after the last line feed to the sink. Call it when the body is complete.
  void finish();

  /// Returns true if the last feed() failed because a line was too long.
  bool overlong() const { return overlong_; }

private:
  bool emit(std::string_view end_of_line);

  std::size_t max_line_bytes_;
  sink out_;
  std::string begun_;
  bool overlong_ = false;
};

} // namespace net
