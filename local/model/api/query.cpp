#include "local/model/api/query.hpp"

#include <algorithm>
#include <charconv>

namespace local::model {

namespace {

std::string decode(std::string_view text, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned value = 0;
    auto coded = text[i] == '%' && i + 2 < text.size()
              && std::from_chars(text.data() + i + 1, text.data() + i + 3, value, 16).ptr == text.data() + i + 3;
    if (coded) {
      out += static_cast<char>(value);
      i += 2;
    } else
      out += text[i] == '+' && plus_is_space ? ' ' : text[i];
  }
  return out;
}

template <class F>
void each_part(std::string_view text, char separator, F f) {
  while (!text.empty()) {
    auto end = text.find(separator);
    if (auto part = text.substr(0, end); !part.empty())
      f(part);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
}

} // namespace

std::string_view target::parameter(std::string_view name) const {
  auto i = std::find_if(query.begin(), query.end(), [&](auto& x) { return x.first == name; });
  return i == query.end() ? std::string_view{} : std::string_view{i->second};
}

bool target::flag(std::string_view name) const {
  auto value = parameter(name);
  return value == "true" || value == "1";
}

std::optional<int64_t> target::number(std::string_view name) const {
  auto text = parameter(name);
  int64_t value = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || rest != text.data() + text.size())
    return std::nullopt;
  return value;
}

target parse_target(std::string_view text) {
  target x;
  auto mark = text.find('?');
  each_part(text.substr(0, mark), '/', [&](auto part) { x.path.push_back(decode(part, false)); });
  if (mark != std::string_view::npos)
    each_part(text.substr(mark + 1), '&', [&](auto part) {
      auto equals = part.find('=');
      auto value = equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1);
      x.query.emplace_back(decode(part.substr(0, equals), true), decode(value, true));
    });
  return x;
}

} // namespace local::model
