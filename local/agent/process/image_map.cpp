#include "local/agent/process/image_map.hpp"

#include <algorithm>

namespace local::agent {

namespace {

/// Takes off and returns the part of `text` before the next comma.
std::string_view take_part(std::string_view& text) {
  auto comma = text.find(',');
  auto part = text.substr(0, comma);
  text = comma == std::string_view::npos ? std::string_view{} : text.substr(comma + 1);
  return part;
}

} // namespace

std::optional<std::string> image_map::add(std::string_view text) {
  auto equals = text.find('=');
  if (equals == 0 || equals == std::string_view::npos || equals + 1 == text.size())
    return "'" + std::string{text} + "' is not of the form PATTERN=FLINK[,jar=PATH]... or PATTERN=pause";
  rule added{std::string{text.substr(0, equals)}, {}};
  auto rest = text.substr(equals + 1);
  added.content.flink = take_part(rest);
  if (added.content.flink == "pause")
    added.content = {.pause = true, .flink = {}, .jars = {}};
  while (!rest.empty()) {
    auto part = take_part(rest);
    constexpr std::string_view jar = "jar=";
    if (!part.starts_with(jar) || part.size() == jar.size())
      return "'" + std::string{part} + "' in image rule '" + std::string{text} + "' is not jar=PATH";
    added.content.jars.emplace_back(part.substr(jar.size()));
  }
  rules_.push_back(std::move(added));
  return std::nullopt;
}

const image_content* image_map::find(std::string_view image) const {
  auto i = std::find_if(rules_.begin(), rules_.end(), [&](const rule& x) { return matches(x.pattern, image); });
  return i == rules_.end() ? nullptr : &i->content;
}

std::vector<image_content*> image_map::contents() {
  std::vector<image_content*> out;
  for (auto& rule : rules_)
    out.push_back(&rule.content);
  return out;
}

bool matches(std::string_view pattern, std::string_view text) {
  // Upon a mismatch the last star takes one character more.
  std::size_t p = 0, t = 0;
  auto star = std::string_view::npos;
  std::size_t taken = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      taken = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++taken;
    } else {
      return false;
    }
  }
  return pattern.find_first_not_of('*', p) == std::string_view::npos;
}

std::string flink_version(std::string_view folder) {
  while (folder.ends_with('/'))
    folder.remove_suffix(1);
  auto name = folder.substr(folder.rfind('/') + 1);
  auto digit = name.find_first_of("0123456789");
  return digit == std::string_view::npos ? std::string{} : std::string{name.substr(digit)};
}

} // namespace local::agent
