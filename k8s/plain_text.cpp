#include "k8s/plain_text.hpp"

#include "config/defaults.hpp"

#include <algorithm>
#include <cstddef>

namespace k8s {

namespace {

constexpr auto npos = std::string_view::npos;

/// Returns the length of the well-formed UTF-8 sequence at the start of `x`, or 0.
std::size_t sequence_length(std::string_view x) {
  auto byte = [&](std::size_t i) { return static_cast<unsigned char>(x[i]); };
  auto lead = byte(0);
  std::size_t n = lead < 0x80 ? 1 : lead >= 0xc2 && lead < 0xe0 ? 2 : lead >= 0xe0 && lead < 0xf0 ? 3 : 4;
  if (n == 1)
    return 1;
  if (lead < 0xc2 || lead > 0xf4 || x.size() < n)
    return 0;
  for (std::size_t i = 1; i < n; ++i)
    if ((byte(i) & 0xc0) != 0x80)
      return 0;
  auto overlong = (lead == 0xe0 && byte(1) < 0xa0) || (lead == 0xf0 && byte(1) < 0x90);
  auto outside = (lead == 0xed && byte(1) > 0x9f) || (lead == 0xf4 && byte(1) > 0x8f);
  return overlong || outside ? 0 : n;
}

/// The C1 control characters, U+0080 to U+009F.
bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xc2' && static_cast<unsigned char>(sequence[1]) < 0xa0;
}

} // namespace

std::string one_line(std::string_view x) {
  constexpr auto limit = config::defaults::max_message;
  std::string out;
  while (!x.empty()) {
    auto n = sequence_length(x);
    auto piece = x.substr(0, std::max<std::size_t>(n, 1));
    x.remove_prefix(piece.size());
    auto control = n == 1 && (static_cast<unsigned char>(piece[0]) < 0x20 || piece[0] == '\x7f');
    if (n == 0)
      piece = "?";
    else if (control || is_c1_control(piece))
      piece = " ";
    if (piece == " " && (out.empty() || out.back() == ' '))
      continue;
    if (out.size() + piece.size() > limit)
      break;
    out += piece;
  }
  while (!out.empty() && out.back() == ' ')
    out.pop_back();
  return out;
}

std::string_view without_markup(std::string_view text) {
  constexpr std::string_view opening = "<title>";
  auto start = text.find_first_not_of(" \t\r\n");
  if (start == npos || text[start] != '<')
    return text;
  auto title = text.find(opening);
  if (title == npos)
    return {};
  text.remove_prefix(title + opening.size());
  return text.substr(0, text.find('<'));
}

std::string_view take_line(std::string_view& text) {
  auto end = text.find('\n');
  auto line = text.substr(0, end);
  text.remove_prefix(end == npos ? text.size() : end + 1);
  if (line.ends_with('\r'))
    line.remove_suffix(1);
  return line;
}

std::string line_or_status(std::string line, int status) {
  return line.empty() ? "HTTP status " + std::to_string(status) : line;
}

} // namespace k8s
