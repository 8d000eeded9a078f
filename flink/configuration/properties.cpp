#include "flink/configuration/properties.hpp"

#include <algorithm>

namespace flink {

namespace {

std::string_view trimmed(std::string_view x) {
  constexpr std::string_view blank = " \t\r\n";
  x.remove_prefix(std::min(x.find_first_not_of(blank), x.size()));
  return x.substr(0, x.find_last_not_of(blank) + 1);
}

} // namespace

std::string text_of(const config_value& x) {
  if (auto* text = std::get_if<std::string>(&x))
    return *text;
  if (auto* flag = std::get_if<bool>(&x))
    return *flag ? "true" : "false";
  return json::number_text(std::get<double>(x));
}

std::optional<version> version_of(const spec& x) {
  if (x.flink_version && !x.flink_version->empty())
    return parse_version(*x.flink_version);
  std::string_view image = x.image;
  image = image.substr(0, image.find('@'));
  image.remove_prefix(image.rfind('/') == image.npos ? 0 : image.rfind('/') + 1);
  constexpr std::string_view official = "flink:";
  return image.starts_with(official) ? parse_version(image.substr(official.size())) : std::nullopt;
}

std::string one_line(std::string_view x) {
  auto result = std::string{trimmed(x)};
  std::ranges::replace_if(result, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return result;
}

void read_lines(std::string_view text, properties& into) {
  while (!text.empty()) {
    auto line = trimmed(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    auto colon = line.find(':');
    if (line.starts_with('#') || colon == line.npos || colon == 0)
      continue;
    into[std::string{trimmed(line.substr(0, colon))}] = trimmed(line.substr(colon + 1));
  }
}

std::optional<std::pair<std::string, std::string>> prefix_clash(const properties& x) {
  for (auto& [key, value] : x) {
    auto parent = key + '.';
    auto child = x.lower_bound(parent);
    if (child != x.end() && child->first.starts_with(parent))
      return std::pair{key, child->first};
  }
  return std::nullopt;
}

std::string properties_text(const properties& x) {
  std::string result;
  for (auto& [key, value] : x)
    (((result += key) += ": ") += value) += '\n';
  return result;
}

} // namespace flink
