#include "flink/resource/program_args.hpp"

namespace flink {

namespace {

bool space(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

bool quote(char c) {
  return c == '"' || c == '\'';
}

/// Returns the length of the line break at `at`; 0 if there is none. Quotes end at a line break.
std::size_t line_break(std::string_view text, std::size_t at) {
  if (text[at] == '\n' || text[at] == '\r')
    return 1;
  auto rest = text.substr(at);
  if (rest.starts_with("\xC2\x85")) // NEXT LINE
    return 2;
  return rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9") ? 3 : 0; // LINE, PARAGRAPH SEPARATOR
}

/// Returns the end of the quoted argument at `begin`, or npos. It contains at least one character, which may be the
/// same quote again.
std::size_t quoted_end(std::string_view text, std::size_t begin) {
  for (auto i = begin + 1; i < text.size() && line_break(text, i) == 0; ++i)
    if (i > begin + 1 && text[i] == text[begin])
      return i + 1;
  return text.npos;
}

/// Returns the end of an argument without quotes. Its first character may be white space, the others may not.
std::size_t plain_end(std::string_view text, std::size_t begin) {
  auto i = begin + 1;
  while (i < text.size() && !space(text[i]))
    ++i;
  return i;
}

std::string trimmed_without_quotes(std::string_view text) {
  // White space and all control characters.
  auto blank = [](char c) { return static_cast<unsigned char>(c) <= ' '; };
  while (!text.empty() && blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && blank(text.back()))
    text.remove_suffix(1);
  std::string result;
  for (char c : text)
    if (!quote(c))
      result += c;
  return result;
}

} // namespace

std::vector<std::string> split_program_args(std::string_view text) {
  std::vector<std::string> result;
  std::size_t begin = 0;
  while (begin < text.size()) {
    auto end = quote(text[begin]) ? quoted_end(text, begin) : plain_end(text, begin);
    if (end == text.npos) {
      ++begin; // a quote without its partner
      continue;
    }
    result.push_back(trimmed_without_quotes(text.substr(begin, end - begin)));
    while (end < text.size() && space(text[end]))
      ++end;
    begin = end;
  }
  return result;
}

} // namespace flink
