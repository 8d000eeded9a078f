#include "net/lines.hpp"

namespace net {

bool line_splitter::feed(std::string_view piece) {
  for (;;) {
    auto end = piece.find('\n');
    overlong_ = begun_.size() + piece.substr(0, end).size() > max_line_bytes_;
    if (overlong_)
      return false;
    if (end == std::string_view::npos)
      break;
    if (!emit(piece.substr(0, end)))
      return false;
    piece.remove_prefix(end + 1);
  }
  begun_.append(piece);
  return true;
}

void line_splitter::finish() {
  if (!begun_.empty())
    emit({});
}

bool line_splitter::emit(std::string_view end_of_line) {
  if (begun_.empty())
    return out_(end_of_line);
  begun_.append(end_of_line);
  // Moved out, so that a watch does not keep the memory of one very long line.
  auto line = std::exchange(begun_, {});
  return out_(line);
}

} // namespace net
