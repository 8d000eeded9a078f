// Reads YAML into JSON values.
#include "local/model/json.hpp"

#include <yaml-cpp/yaml.h>

#include <charconv>

namespace local::model {

namespace {

constexpr int deepest = 128; // a resource nests a dozen levels; more is an attack

/// Thrown inside this file only, where yaml-cpp throws anyway.
struct too_deep : std::runtime_error {
  too_deep() : std::runtime_error{"nested too deeply"} {}
};

/// Returns what a plain YAML scalar means.
json::value scalar(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL")
    return nullptr;
  if (text == "true" || text == "True" || text == "TRUE")
    return true;
  if (text == "false" || text == "False" || text == "FALSE")
    return false;
  auto end = text.data() + text.size();
  int64_t integer = 0;
  if (auto [rest, error] = std::from_chars(text.data(), end, integer); error == std::errc{} && rest == end)
    return integer;
  // "inf", "nan" and hexadecimal forms are words in Kubernetes' YAML.
  auto numeric = text.find_first_not_of("0123456789+-.eE") == std::string::npos
              && text.find_first_of("0123456789") != std::string::npos;
  double number = 0;
  if (auto [rest, error] = std::from_chars(text.data(), end, number); numeric && error == std::errc{} && rest == end)
    return number;
  return json::string{text};
}

json::value convert(const YAML::Node& x, int depth) {
  if (depth > deepest)
    throw too_deep{};
  switch (x.Type()) {
  case YAML::NodeType::Undefined:
  case YAML::NodeType::Null:
    return nullptr;
  case YAML::NodeType::Scalar:
    // "!" marks a quoted scalar: always a text.
    return x.Tag() == "!" ? json::value(json::string{x.Scalar()}) : scalar(x.Scalar());
  case YAML::NodeType::Sequence: {
    json::array list;
    for (auto& item : x)
      list.push_back(convert(item, depth + 1));
    return list;
  }
  case YAML::NodeType::Map: {
    json::object members;
    for (auto& member : x)
      members[member.first.Scalar()] = convert(member.second, depth + 1);
    return members;
  }
  }
  return nullptr;
}

} // namespace

std::optional<json::value> parse_yaml(std::string_view text, std::string& problem) {
  try {
    return convert(YAML::Load(std::string{text}), 0);
  } catch (const std::exception& e) {
    problem = e.what();
    return std::nullopt;
  }
}

} // namespace local::model
