#include "actors/job_manager_access.hpp"

#include <array>
#include <utility>

namespace actors {

namespace {

struct place {
  std::string origin;
  std::string base;
};

std::string filled(std::string text, const messages::job_manager_address& to) {
  const std::array<std::pair<std::string, std::string>, 5> values{{{"{namespace}", to.ns},
                                                                   {"{service}", to.service},
                                                                   {"{podIP}", to.pod_ip},
                                                                   {"{pod}", to.pod},
                                                                   {"{port}", std::to_string(to.port)}}};
  for (auto& [name, value] : values)
    for (auto at = text.find(name); at != std::string::npos; at = text.find(name, at + value.size()))
      text.replace(at, name.size(), value);
  return text;
}

/// Splits a URL such as "http://host:1/a/b" into origin and base path.
place split(const std::string& url) {
  auto host = url.find("://");
  auto path = host == std::string::npos ? std::string::npos : url.find('/', host + 3);
  if (path == std::string::npos)
    return {url, ""};
  auto base = url.substr(path);
  while (!base.empty() && base.back() == '/')
    base.pop_back();
  return {url.substr(0, path), base};
}

std::string bracketed(const std::string& ip) {
  return ip.find(':') == std::string::npos ? ip : "[" + ip + "]";
}

place place_of(const job_manager_access& access, const messages::job_manager_address& to) {
  if (!access.url_template.empty())
    return split(filled(access.url_template, to));
  auto port = std::to_string(to.port);
  if (!access.proxy_origin.empty())
    return {access.proxy_origin, "/api/v1/namespaces/" + to.ns + "/pods/" + to.pod + ":" + port + "/proxy"};
  return {"http://" + bracketed(to.pod_ip) + ":" + port, ""};
}

} // namespace

std::optional<std::string> check_url_template(const std::string& x) {
  if (!x.starts_with("http://") && !x.starts_with("https://"))
    return "'" + x + "' must start with http:// or https://";
  messages::job_manager_address any{"ns", "service", "pod", "127.0.0.1", "uid", 8081};
  auto url = filled(x, any);
  if (url.find_first_of("{}") != std::string::npos)
    return "'" + x + "' contains an unknown placeholder: use {namespace}, {service}, {pod}, {podIP} and {port}";
  if (url.find_first_of(" \t\r\n?#") != std::string::npos)
    return "'" + x + "' must not contain spaces, a query or a fragment";
  return std::nullopt;
}

net::request to_http(const job_manager_access& access, const messages::job_manager_address& to,
                     const flink::rest::request& x) {
  auto [origin, base] = place_of(access, to);
  net::request out{.origin = std::move(origin), .method = x.method, .target = base + x.path, .body = x.body};
  out.headers.emplace_back("Accept", "application/json");
  if (!x.body.empty())
    out.headers.emplace_back("Content-Type", "application/json");
  return out;
}

} // namespace actors
