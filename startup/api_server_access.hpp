// Finds the API server and the credentials for it: kubeconfig, or the pod's service account.
// Reads files and environment variables; opens no connection.
#pragma once

#include "config/options.hpp"
#include "net/client.hpp"

#include <optional>
#include <string>

namespace startup {

/// Where the API server is and how to authenticate.
struct api_server {
  /// Scheme, host and port, e.g. "https://10.96.0.1:443".
  std::string origin;
  /// Trusted certificates and credentials.
  net::origin_options how;
  /// True in a pod: JobManagers are then reached by pod address.
  bool in_cluster = false;
  /// The pod's namespace; empty outside a pod.
  std::string pod_namespace;
};

/// Finds the API server: from `kubeconfig`, else $KUBECONFIG, else the service account, else ~/.kube/config. Returns
/// nothing and sets `problem` if none can be used. `kubeconfig` and `context` may be empty.
std::optional<api_server> find_api_server(const std::string& kubeconfig, const std::string& context,
                                          std::string& problem);

} // namespace startup
