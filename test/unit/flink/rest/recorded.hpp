// Answers of real JobManagers, recorded with their requests. `index.json` lists method, path, body and status; the body
// of an answer is in a file with the name of the recording. Stack traces and lists are shortened, and paths of the
// recording machine are replaced.
#pragma once

#include <simdjson.h>

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace recorded {

/// Versions of Flink that were recorded.
inline const std::vector<std::string> versions{"1.20.5", "2.2.1"};

/// One answer.
struct answer {
  std::string name;
  int status = 0;
  std::string body;
};

inline std::string read_file(const std::string& path) {
  std::ifstream in{path, std::ios::binary};
  if (!in)
    throw std::runtime_error{"cannot read " + path};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Returns every answer of one version.
inline std::vector<answer> all(const std::string& version) {
  auto folder = std::string{SOURCE_DIR} + "/test/unit/flink/recorded/" + version + "/";
  simdjson::dom::parser parser;
  std::vector<answer> out;
  for (auto x : parser.load(folder + "index.json").get_array()) {
    auto name = std::string{x["name"].get_string().value()};
    auto status = static_cast<int>(x["status"].get_int64().value());
    out.push_back({.name = name, .status = status, .body = read_file(folder + name + ".json")});
  }
  return out;
}

/// Returns one answer by name.
inline answer find(const std::string& version, std::string_view name) {
  for (auto& x : all(version))
    if (x.name == name)
      return x;
  throw std::runtime_error{"not recorded: " + std::string{name}};
}

} // namespace recorded
