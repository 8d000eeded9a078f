#include "test/unit/flink/admission/bad_resources.hpp"

#include "k8s/json/text.hpp"
#include "test/unit/flink/yaml.hpp"

#include <charconv>

namespace {

int64_t number(json::cursor x) {
  int64_t result = 0;
  auto text = x.text();
  std::from_chars(text.data(), text.data() + text.size(), result);
  return result;
}

/// Returns the patch that puts `value` at a path of three members at most; flinkConfig's keys hold dots.
std::string patch_at(std::string_view path, const std::string& value) {
  auto dot = path.find('.');
  if (dot == path.npos)
    return '{' + json::escape(path) + ':' + value + '}';
  return '{' + json::escape(path.substr(0, dot)) + ':' + patch_at(path.substr(dot + 1), value) + '}';
}

std::string generated(json::cursor x) {
  std::string value;
  if (auto nest = x.find("nest")) {
    auto depth = static_cast<std::size_t>(number(*nest));
    for (std::size_t i = 0; i < depth; ++i)
      value += R"({"a":)";
    value += "1" + std::string(depth, '}');
  } else {
    std::string text;
    for (auto left = number(*x.find("times")); left > 0; --left)
      text += x.string_at({"text"});
    value = json::escape(text);
  }
  return patch_at(x.string_at({"path"}), value);
}

std::vector<bad_resource> load() {
  auto table = yaml::load("test/data/bad_resources.yaml");
  json::cursor root{table};
  std::string good{root.find("good")->text()};
  std::vector<bad_resource> result;
  json::elements rows{*root.find("rows")};
  while (auto row = rows.next()) {
    bad_resource x{row->string_at({"name"}), good, row->string_at({"refused_by"}), row->string_at({"field"}), {}};
    if (auto change = row->find("change"))
      x.text = json::apply_merge_patch(x.text, change->text());
    if (auto generate = row->find("generate"))
      x.text = json::apply_merge_patch(x.text, generated(*generate));
    json::elements words{row->find("words").value_or(json::cursor{})};
    while (auto word = words.next())
      x.words.push_back(word->string());
    result.push_back(std::move(x));
  }
  return result;
}

} // namespace

const std::string& good_resource() {
  static const std::string good{json::cursor{yaml::load("test/data/bad_resources.yaml")}.find("good")->text()};
  return good;
}

const std::vector<bad_resource>& bad_resources() {
  static const auto all = load();
  return all;
}
