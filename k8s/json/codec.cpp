#include "k8s/json/codec.hpp"

#include "k8s/json/utf8.hpp"

#include <charconv>
#include <cmath>
#include <limits>

namespace json {

namespace {

/// Longest part of an unexpected value that an error shows, in bytes.
constexpr std::size_t longest_shown = 40;

std::string shown(cursor c) {
  auto text = minify(c.text().substr(0, 4 * longest_shown));
  if (text.size() <= longest_shown)
    return text;
  return text.substr(0, character_boundary(text, longest_shown - 3)) + "...";
}

void append_path(std::string& out, const place& where) {
  if (where.parent)
    append_path(out, *where.parent);
  if (!where.key.empty())
    (out += out.empty() ? "" : ".") += where.key;
  else if (where.parent)
    out += '[' + std::to_string(where.index) + ']';
}

std::optional<double> double_of(cursor c) {
  if (c.kind() != kind::number)
    return std::nullopt;
  double value = 0;
  auto text = c.text();
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

/// Reads an integer: 4, and also 4.0 and 4e0, which the API server accepts as integers.
std::optional<int64_t> integer_of(cursor c) {
  auto text = c.text();
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && end == text.data() + text.size())
    return value;
  constexpr double exact = 9007199254740992.0;
  auto number = double_of(c);
  return number && std::abs(*number) < exact && std::trunc(*number) == *number
           ? std::optional{static_cast<int64_t>(*number)}
           : std::nullopt;
}

/// Returns true if a number written as an integer would change its value as a double.
bool loses_digits(cursor c, double value) {
  constexpr double exact = 9007199254740992.0;
  return std::abs(value) >= exact && c.text().find_first_of(".eE") == std::string_view::npos;
}

} // namespace

std::string to_string(const field_error& x) {
  return x.field.empty() ? x.problem : x.field + ": " + x.problem;
}

bool reader::add_error(const place& where, std::string_view expected, cursor got) {
  field_error x;
  append_path(x.field, where);
  ((x.problem += "must be ") += expected) += ", not " + shown(got);
  out_.push_back(std::move(x));
  return false;
}

bool codec<std::string>::read(reader& r, const place& where, cursor c, std::string& x) {
  if (c.kind() != kind::string)
    return r.add_error(where, "a string", c);
  x = c.string();
  return true;
}

void codec<std::string>::write(std::string& out, const std::string& x) {
  out += escape(x);
}

bool codec<bool>::read(reader& r, const place& where, cursor c, bool& x) {
  if (c.kind() != kind::boolean)
    return r.add_error(where, "true or false", c);
  x = c.text() == "true";
  return true;
}

void codec<bool>::write(std::string& out, bool x) {
  out += x ? "true" : "false";
}

bool codec<double>::read(reader& r, const place& where, cursor c, double& x) {
  auto value = double_of(c);
  if (!value)
    return r.add_error(where, "a number", c);
  x = *value;
  return true;
}

void codec<double>::write(std::string& out, double x) {
  out += number_text(x);
}

bool codec<int64_t>::read(reader& r, const place& where, cursor c, int64_t& x) {
  auto value = integer_of(c);
  if (!value)
    return r.add_error(where, "a 64-bit integer", c);
  x = *value;
  return true;
}

void codec<int64_t>::write(std::string& out, int64_t x) {
  out += std::to_string(x);
}

bool codec<int32_t>::read(reader& r, const place& where, cursor c, int32_t& x) {
  auto value = integer_of(c);
  if (!value || *value < std::numeric_limits<int32_t>::min() || *value > std::numeric_limits<int32_t>::max())
    return r.add_error(where, "a 32-bit integer", c);
  x = static_cast<int32_t>(*value);
  return true;
}

void codec<int32_t>::write(std::string& out, int32_t x) {
  out += std::to_string(x);
}

bool codec<raw>::read(reader&, const place&, cursor c, raw& x) {
  x.text = minify(c.text());
  return true;
}

void codec<raw>::write(std::string& out, const raw& x) {
  out += x.text.empty() ? "null" : x.text;
}

bool codec<std::variant<std::string, double, bool>>::read(reader& r, const place& where, cursor c, value& x) {
  if (c.kind() == kind::string) {
    x = c.string();
    return true;
  }
  if (c.kind() == kind::boolean) {
    x = c.text() == "true";
    return true;
  }
  auto number = double_of(c);
  if (!number)
    return r.add_error(where, "a string, number or boolean", c);
  if (loses_digits(c, *number))
    return r.add_error(where, "a number of at most 15 digits (write a longer one as a string)", c);
  x = *number;
  return true;
}

void codec<std::variant<std::string, double, bool>>::write(std::string& out, const value& x) {
  std::visit([&out](const auto& y) { codec<std::decay_t<decltype(y)>>::write(out, y); }, x);
}

std::optional<std::size_t> read_name(reader& r, const place& where, cursor c, const std::vector<std::string>& names) {
  auto name = c.string();
  std::string expected = "one of ";
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (c.kind() == kind::string && names[i] == name)
      return i;
    (expected += i > 0 ? ", " : "") += names[i];
  }
  r.add_error(where, expected, c);
  return std::nullopt;
}

std::string camel_case(std::string_view member) {
  std::string out;
  bool upper = false;
  for (auto c : member) {
    if (c != '_')
      out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = c == '_';
  }
  return out;
}

bool read_members(reader& r, const place& where, cursor c, const std::vector<member_codec>& all, void* owner) {
  if (c.kind() != kind::object)
    return r.add_error(where, "an object", c);
  members present{c};
  while (auto m = present.next()) {
    if (m->value.is_null())
      continue;
    for (auto& known : all)
      if (known.name == m->key)
        known.read(r, {&where, m->key, 0}, m->value, owner);
  }
  return true;
}

void write_members(std::string& out, const std::vector<member_codec>& all, const void* owner) {
  out += '{';
  auto separator = "";
  for (auto& member : all) {
    if (member.absent(owner))
      continue;
    (out += separator) += escape(member.name) + ':';
    member.write(out, owner);
    separator = ",";
  }
  out += '}';
}

} // namespace json
