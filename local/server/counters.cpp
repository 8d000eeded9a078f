#include "local/server/counters.hpp"

#include "local/model/api/query.hpp"

#include <vector>

namespace local::server {

namespace {

/// Returns the parts of a path after group, version and namespace: resource, name, subresource.
std::vector<std::string> resource_path(const model::target& x) {
  std::size_t first = x.path.size() >= 2 && x.path[0] == "api"  ? 2
                    : x.path.size() >= 3 && x.path[0] == "apis" ? 3
                                                                : x.path.size();
  if (x.path.size() > first + 2 && x.path[first] == "namespaces")
    first += 2;
  return {x.path.begin() + static_cast<std::ptrdiff_t>(first), x.path.end()};
}

std::string verb_of(std::string_view method, const model::target& x, const std::vector<std::string>& path) {
  if (method != "GET")
    return std::string{method};
  if (x.flag("watch"))
    return "WATCH";
  return path.size() == 1 ? "LIST" : "GET";
}

std::string label(const char* name, std::string_view value) {
  std::string text = std::string{name} + "=\"";
  for (auto c : value)
    if (c >= ' ' && c != '"' && c != '\\')
      text += c;
  return text + "\"";
}

} // namespace

void counters::count(std::string_view method, std::string_view target, std::string_view agent, int status) {
  auto x = model::parse_target(target);
  auto path = resource_path(x);
  auto part = [&](std::size_t i) { return path.size() > i ? path[i] : std::string{}; };
  auto name = agent.substr(0, agent.find_first_of("/ "));
  ++counts_[{verb_of(method, x, path), part(0), part(2), std::string{name}, status}];
}

std::string counters::text() const {
  std::string text = "# HELP apiserver_request_total Requests answered, by verb, resource, client and code.\n"
                     "# TYPE apiserver_request_total counter\n";
  for (auto& [x, count] : counts_)
    text += "apiserver_request_total{" + label("verb", std::get<0>(x)) + "," + label("resource", std::get<1>(x)) + ","
          + label("subresource", std::get<2>(x)) + "," + label("client", std::get<3>(x)) + ","
          + label("code", std::to_string(std::get<4>(x))) + "} " + std::to_string(count) + "\n";
  return text;
}

} // namespace local::server
