#include "k8s/json/text.hpp"

#include <boost/json/parse.hpp>
#include <simdjson.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>

namespace json {

namespace {

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Returns the position after the string that begins at `at`. Uses memchr, because most strings are long and contain no
/// backslash.
std::size_t string_end(std::string_view text, std::size_t at) {
  ++at;
  while (at < text.size()) {
    auto quote = std::min(text.find('"', at), text.size());
    auto backslash = text.substr(at, quote - at).find('\\');
    if (backslash == std::string_view::npos)
      return std::min(quote + 1, text.size());
    at += backslash + 2;
  }
  return text.size();
}

/// Characters outside strings that matter for finding the end of a list or object.
constexpr auto matters = [] {
  std::array<bool, 256> out{};
  for (char c : {'"', '{', '}', '[', ']'})
    out[static_cast<unsigned char>(c)] = true;
  return out;
}();

/// Returns the position after the list or object that begins at `at`.
std::size_t container_end(std::string_view text, std::size_t at) {
  for (std::size_t depth = 0; at < text.size();) {
    auto c = text[at];
    if (!matters[static_cast<unsigned char>(c)]) {
      ++at;
      continue;
    }
    if (c == '"') {
      at = string_end(text, at);
      continue;
    }
    ++at;
    if (c == '{' || c == '[')
      ++depth;
    else if (--depth == 0)
      return at;
  }
  return text.size();
}

/// Returns the position after the value that begins at `at`; `at` itself if there is no value.
std::size_t value_end(std::string_view text, std::size_t at) {
  if (at >= text.size())
    return text.size();
  if (text[at] == '"')
    return string_end(text, at);
  if (text[at] == '{' || text[at] == '[')
    return container_end(text, at);
  auto end = text.find_first_of(",:]} \t\r\n", at);
  return end == std::string_view::npos ? text.size() : end;
}

/// Returns the position of the next character that is neither white space nor `skipped`.
std::size_t next_token(std::string_view text, std::size_t at, char skipped) {
  while (at < text.size() && (is_space(text[at]) || text[at] == skipped))
    ++at;
  return at;
}

void append_utf8(std::string& out, uint32_t code) {
  auto put = [&out](uint32_t byte) { out += static_cast<char>(static_cast<unsigned char>(byte)); };
  if (code < 0x80)
    return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
    return put(0x80 | (code & 0x3F));
  }
  if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    return put(0x80 | (code & 0x3F));
  }
  put(0xF0 | code >> 18);
  put(0x80 | (code >> 12 & 0x3F));
  put(0x80 | (code >> 6 & 0x3F));
  put(0x80 | (code & 0x3F));
}

/// Reads four hexadecimal digits at `at`.
std::optional<uint32_t> hex4(std::string_view text, std::size_t at) {
  if (at + 4 > text.size())
    return std::nullopt;
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text.data() + at, text.data() + at + 4, value, 16);
  return error == std::errc{} && end == text.data() + at + 4 ? std::optional{value} : std::nullopt;
}

constexpr uint32_t replacement_character = 0xFFFD;

/// Decodes the \uXXXX whose digits begin at `at`, including the second half of a surrogate pair. Moves `at` to the next
/// unread character.
uint32_t read_escaped_code(std::string_view text, std::size_t& at) {
  auto high = hex4(text, at);
  if (!high)
    return replacement_character;
  at += 4;
  if (*high < 0xD800 || *high > 0xDFFF)
    return *high;
  auto low = text.substr(at, 2) == "\\u" ? hex4(text, at + 2) : std::nullopt;
  if (*high > 0xDBFF || !low || *low < 0xDC00 || *low > 0xDFFF)
    return replacement_character;
  at += 6;
  return 0x10000 + ((*high - 0xD800) << 10) + (*low - 0xDC00);
}

/// Returns the content of a string's text, which begins with a quote.
std::string unescape(std::string_view text) {
  text.remove_prefix(1);
  if (text.ends_with('"'))
    text.remove_suffix(1);
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    auto plain = std::min(text.find('\\', at), text.size());
    out.append(text, at, plain - at);
    at = plain + 1;
    if (plain == text.size())
      break;
    if (at == text.size()) {
      out += '\\';
      break;
    }
    auto c = text[at++];
    if (c == 'u')
      append_utf8(out, read_escaped_code(text, at));
    else if (auto i = std::string_view{"bfnrt"}.find(c); i != std::string_view::npos)
      out += "\b\f\n\r\t"[i];
    else
      out += c;
  }
  return out;
}

/// Checks a text that simdjson refuses because of a number out of range. Such a text is accepted here; the number
/// becomes an error of its field when it is read.
std::optional<std::string> flaw_besides_numbers(std::string_view text) {
  boost::json::parse_options options;
  options.max_depth = max_depth;
  boost::json::error_code error;
  boost::json::parse({text.data(), text.size()}, error, {}, options);
  return error ? std::optional{"not JSON: " + error.message()} : std::nullopt;
}

/// Texts up to this size share a parser. A parser keeps buffers for its largest text, so longer texts get their own.
constexpr std::size_t largest_shared_text = 64 * 1024;

simdjson::dom::parser parser_for(std::size_t size) {
  simdjson::dom::parser out;
  // If this allocation fails, parsing fails too and reports it.
  static_cast<void>(out.allocate(size, max_depth));
  return out;
}

simdjson::error_code check(std::string_view text) {
  thread_local auto shared = parser_for(largest_shared_text);
  if (text.size() <= largest_shared_text)
    return shared.parse(text.data(), text.size()).error();
  auto own = parser_for(text.size());
  return own.parse(text.data(), text.size()).error();
}

} // namespace

std::optional<std::string> flaw(std::string_view text) {
  auto error = check(text);
  if (error == simdjson::SUCCESS)
    return std::nullopt;
  if (error == simdjson::NUMBER_ERROR)
    return flaw_besides_numbers(text);
  return std::string{"not JSON: "} + simdjson::error_message(error);
}

// -- reading -------------------------------------------------------------------------------

cursor::cursor(std::string_view text) {
  auto begin = next_token(text, 0, ' ');
  auto end = text.size();
  while (end > begin && is_space(text[end - 1]))
    --end;
  text_ = text.substr(begin, end - begin);
}

json::kind cursor::kind() const {
  if (text_.empty())
    return kind::null;
  switch (text_[0]) {
  case '{':
    return kind::object;
  case '[':
    return kind::list;
  case '"':
    return kind::string;
  case 't':
  case 'f':
    return kind::boolean;
  case 'n':
    return kind::null;
  default:
    return kind::number;
  }
}

std::string cursor::string() const {
  return kind() == kind::string ? unescape(text_) : std::string{};
}

std::optional<cursor> cursor::find(std::string_view key) const {
  std::optional<cursor> found;
  members all{*this};
  while (auto m = all.next())
    if (m->key == key)
      found = m->value;
  return found;
}

std::optional<cursor> cursor::find(std::initializer_list<std::string_view> keys) const {
  std::optional<cursor> at = *this;
  for (auto key : keys)
    if (at = at->find(key); !at)
      return std::nullopt;
  return at;
}

std::string cursor::string_at(std::initializer_list<std::string_view> keys) const {
  auto found = find(keys);
  return found ? found->string() : std::string{};
}

elements::elements(cursor list) : text_{list.kind() == kind::list ? list.text() : ""}, at_{1} {}

std::optional<cursor> elements::next() {
  auto begin = next_token(text_, at_, ',');
  auto end = value_end(text_, begin);
  if (end <= begin)
    return std::nullopt;
  at_ = end;
  return cursor{text_.substr(begin, end - begin)};
}

members::members(cursor object) : text_{object.kind() == kind::object ? object.text() : ""}, at_{1} {}

std::optional<member> members::next() {
  auto begin = next_token(text_, at_, ',');
  if (begin >= text_.size() || text_[begin] != '"')
    return std::nullopt;
  auto key_end = string_end(text_, begin);
  auto value = next_token(text_, key_end, ':');
  auto end = value_end(text_, value);
  if (end <= value)
    return std::nullopt;
  at_ = end;
  return member{unescape(text_.substr(begin, key_end - begin)), cursor{text_.substr(value, end - value)}};
}

// -- writing ----------------------------------------------------------------------------------------

std::string minify(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    auto end = text[at] == '"' ? string_end(text, at) : at + 1;
    out += text.substr(at, end - at);
    at = end;
  }
  return out;
}

namespace {

/// Returns the length of the UTF-8 sequence at the start of `text`; 0 if it is invalid.
std::size_t sequence_length(std::string_view text) {
  auto first = static_cast<unsigned char>(text[0]);
  auto length = first < 0x80 ? 1U : first < 0xC2 ? 0U : first < 0xE0 ? 2U : first < 0xF0 ? 3U : first < 0xF5 ? 4U : 0U;
  return length <= text.size() && simdjson::validate_utf8(text.data(), length) ? length : 0;
}

void append_escaped(std::string& out, char c) {
  constexpr std::string_view plain = "\"\\\b\f\n\r\t";
  constexpr std::string_view letters = "\"\\bfnrt";
  if (auto i = plain.find(c); i != std::string_view::npos) {
    (out += '\\') += letters[i];
    return;
  }
  constexpr std::string_view digits = "0123456789abcdef";
  auto byte = static_cast<unsigned char>(c);
  ((out += "\\u00") += digits[byte >> 4]) += digits[byte & 15];
}

/// Returns how many bytes at the start of `text` need no escaping.
std::size_t plain_run(std::string_view text) {
  auto special = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\'; };
  return static_cast<std::size_t>(std::ranges::find_if(text, special) - text.begin());
}

} // namespace

std::string escape(std::string_view text) {
  auto valid = simdjson::validate_utf8(text.data(), text.size());
  std::string out;
  out.reserve(text.size() + 2);
  out += '"';
  for (std::size_t at = 0; at < text.size();) {
    if (auto run = valid ? plain_run(text.substr(at)) : 0; run > 0) {
      out.append(text, at, run);
      at += run;
      continue;
    }
    auto c = static_cast<unsigned char>(text[at]);
    auto length = valid || c < 0x80 ? 1 : sequence_length(text.substr(at));
    if (c < 0x20 || c == '"' || c == '\\')
      append_escaped(out, text[at]);
    else if (length == 0)
      append_utf8(out, replacement_character);
    else
      out += text.substr(at, length);
    at += length == 0 ? 1 : length;
  }
  return out += '"';
}

std::string number_text(double x) {
  // Not every integer beyond 2^53 is a double: write such values in floating-point notation.
  constexpr double exact = 9007199254740992.0;
  std::array<char, 32> buffer{};
  auto result = x > -exact && x < exact && x == static_cast<double>(static_cast<int64_t>(x))
                  ? std::to_chars(buffer.data(), buffer.data() + buffer.size(), static_cast<int64_t>(x))
                  : std::to_chars(buffer.data(), buffer.data() + buffer.size(), x);
  std::string text{buffer.data(), result.ptr};
  auto finite = text.find_first_of("ni") == std::string::npos;
  return finite ? text : "null";
}

} // namespace json
