#include "local/model/flink/body.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace local::simulated {

namespace json = boost::json;

int hex_digit(char c) {
  return c >= '0' && c <= '9' ? c - '0'
       : c >= 'a' && c <= 'f' ? c - 'a' + 10
       : c >= 'A' && c <= 'F' ? c - 'A' + 10
                              : -1;
}

bool is_hex_id(std::string_view x) {
  return x.size() == 32 && std::all_of(x.begin(), x.end(), [](char c) { return hex_digit(c) >= 0; });
}

std::optional<json::object> parse_body(std::string_view body) {
  if (body.empty())
    return json::object{};
  json::error_code error;
  auto value = json::parse({body.data(), body.size()}, error);
  return error || !value.is_object() ? std::nullopt : std::optional{value.as_object()};
}

std::string text_of(const json::object& x, std::string_view name) {
  auto p = x.if_contains(name);
  return p != nullptr && p->is_string() ? std::string{p->as_string()} : std::string{};
}

std::vector<std::string> texts_of(const json::object& x, std::string_view name) {
  std::vector<std::string> out;
  auto p = x.if_contains(name);
  if (p == nullptr || !p->is_array())
    return out;
  for (auto& y : p->as_array())
    if (y.is_string())
      out.emplace_back(y.as_string());
  return out;
}

} // namespace local::simulated
