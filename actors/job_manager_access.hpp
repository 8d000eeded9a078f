// Addresses of JobManagers: by pod address, through the API server's pod proxy, or by a URL template.
// Builds HTTP requests; sends nothing.
#pragma once

#include "messages/kubernetes.hpp"

#include <optional>
#include <string>

namespace actors {

/// How to reach JobManagers. If both members are empty, the pod's address is used.
struct job_manager_access {
  /// Origin of the API server. Requests then go through `pods/NAME:PORT/proxy`.
  std::string proxy_origin;
  /// URL with the placeholders {namespace} {service} {pod} {podIP} {port}, e.g.
  /// "http://gateway:8000/{namespace}/{service}".
  std::string url_template;
};

/// Returns what is wrong with a URL template; nothing if it is valid.
std::optional<std::string> check_url_template(const std::string& x);

/// Returns the HTTP request that carries `x` to a JobManager.
net::request to_http(const job_manager_access& access, const messages::job_manager_address& to,
                     const flink::rest::request& x);

} // namespace actors
