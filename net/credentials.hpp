// Reads credentials from files: tokens that rotate, and the service account of a pod.
// Sends nothing.
#pragma once

#include "net/transport.hpp"

#include <functional>
#include <optional>
#include <string>

namespace net {

/// Returns the content of a regular file of at most 1 MiB. Returns nothing and sets `problem` on failure.
std::optional<std::string> read_file(const std::string& path, std::string& problem);

/// A bearer token in a file that is replaced from time to time. Use it as origin_options::authorization, from one
/// thread.
class token_file {
public:
  /// The token is read again after it was rejected, and at this age.
  static constexpr auto max_age = std::chrono::seconds{60};

  explicit token_file(std::string path, std::function<clock::time_point()> now = clock::now);

  /// Returns "Bearer TOKEN". Keeps the last token if the file cannot be read; returns an empty text without any token.
  std::string operator()(bool rejected);

  /// Returns why the last read failed; empty if it succeeded.
  const std::string& error() const { return error_; }

private:
  void read();

  std::string path_;
  std::function<clock::time_point()> now_;
  std::string value_;
  std::string error_;
  std::optional<clock::time_point> read_at_;
};

/// Address and credentials that Kubernetes provides in every pod.
struct in_cluster_credentials {
  /// Origin of the API server.
  std::string origin;
  /// Certificate authorities, PEM.
  std::string ca;
  /// Path of the token, for token_file.
  std::string token_path;
  /// Namespace of the pod.
  std::string ns;
};

/// Directory where Kubernetes mounts the service account.
constexpr auto service_account_directory = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Reads the credentials of the pod that this process runs in. Returns nothing and sets `problem` on failure. `host`
/// and `port` are the values of KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
std::optional<in_cluster_credentials> read_in_cluster(const std::string& host, const std::string& port,
                                                      const std::string& directory, std::string& problem);

} // namespace net
