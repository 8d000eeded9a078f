// From what the user gave to a client that may speak to the API server.
#pragma once

#include "config/options.hpp"
#include "net/client.hpp"

#include <optional>
#include <string>

namespace config {

/// How the API server is reached.
struct api_server {
  std::string origin;
  net::origin_options how;
  /// We run in a pod: JobManagers are reached by pod address.
  bool in_cluster = false;
  /// The pod's namespace; empty elsewhere.
  std::string pod_namespace;
};

/// Finds kubeconfig or service account; nothing, and one sentence in `problem`, if there is neither or it is broken.
/// `kubeconfig` and `context` may be empty.
std::optional<api_server> find_api_server(const std::string& kubeconfig, const std::string& context,
                                          std::string& problem);

} // namespace config
