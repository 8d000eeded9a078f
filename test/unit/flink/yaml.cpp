#include "test/unit/flink/yaml.hpp"

#include "k8s/json/text.hpp"

#include <yaml-cpp/yaml.h>

#include <fstream>
#include <sstream>
#include <stdexcept>

namespace yaml {

namespace {

std::string scalar(const YAML::Node& x) {
  auto text = x.Scalar();
  // The tag of a quoted scalar.
  if (x.Tag() == "!")
    return json::escape(text);
  if (text.empty() || text == "~" || text == "null")
    return "null";
  bool literal = text == "true" || text == "false";
  bool number = json::cursor{text}.kind() == json::kind::number && !json::flaw(text);
  return literal || number ? text : json::escape(text);
}

std::string json_of(const YAML::Node& x) {
  if (x.IsScalar())
    return scalar(x);
  if (!x.IsSequence() && !x.IsMap())
    return "null";
  std::string out;
  for (auto entry : x) {
    out += out.empty() ? "" : ",";
    out += x.IsMap() ? json::escape(entry.first.Scalar()) + ':' + json_of(entry.second) : json_of(entry);
  }
  return x.IsMap() ? '{' + out + '}' : '[' + out + ']';
}

} // namespace

std::string file(std::string_view path) {
  std::ifstream in{std::string{SOURCE_DIR "/"} + std::string{path}, std::ios::binary};
  if (!in)
    throw std::runtime_error{"no file " + std::string{path}};
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

std::vector<std::string> documents(const std::string& text) {
  std::vector<std::string> result;
  for (auto& document : YAML::LoadAll(text))
    result.push_back(json_of(document));
  return result;
}

std::string load(std::string_view path) {
  return documents(file(path)).at(0);
}

} // namespace yaml
