// How JobManagers are reached: by pod address, through the API server's pod proxy, or by a URL template.
#pragma once

#include "messages/kubernetes.hpp"

#include <optional>
#include <string>

namespace actors {

/// Exactly one of the two is set, or none: then by pod address.
struct job_manager_access {
  /// Origin of the API server: requests go through `pods/NAME:PORT/proxy`.
  std::string proxy_origin;
  /// URL with {namespace} {service} {pod} {podIP} {port}, e.g. "http://gateway:8000/{namespace}/{service}".
  std::string url_template;
};

/// Returns what is wrong with a template, or nothing.
std::optional<std::string> check_url_template(const std::string& x);

/// Returns the HTTP request that carries `x` to a JobManager.
net::request to_http(const job_manager_access& access, const messages::job_manager_address& to,
                     const flink::rest::request& x);

} // namespace actors
