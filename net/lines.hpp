// Cuts a body that arrives in pieces into lines. Knows no socket.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace net {

/// Collects pieces until a line feed completes them.
class line_splitter {
public:
  /// Takes one line without its line feed; returns whether it wants more.
  using sink = std::function<bool(std::string_view)>;

  line_splitter(std::size_t max_line_bytes, sink out) : max_line_bytes_{max_line_bytes}, out_{std::move(out)} {}

  /// Hands over the lines that `piece` completes. Returns false once a line is too long or the
  /// sink wants no more.
  bool feed(std::string_view piece);

  /// Hands over what stands after the last line feed, because the body is known to be complete.
  void finish();

  /// Returns whether the last feed() failed because of a line beyond the limit.
  bool overlong() const { return overlong_; }

private:
  bool emit(std::string_view end_of_line);

  std::size_t max_line_bytes_;
  sink out_;
  std::string begun_;
  bool overlong_ = false;
};

} // namespace net
