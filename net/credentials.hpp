// Credentials that come from files: tokens that rotate, and what a pod finds in its own file system.
#pragma once

#include "net/transport.hpp"

#include <functional>
#include <optional>
#include <string>

namespace net {

/// Returns the content of a regular file of at most 1 MiB, or nothing with the reason in `complaint`.
std::optional<std::string> read_file(const std::string& path, std::string& complaint);

/// A bearer token in a file that somebody else replaces from time to time. Serves as
/// origin_options::authorization; used by one thread.
class token_file {
public:
  /// A token is read again when it was rejected, and when it is this old.
  static constexpr auto max_age = std::chrono::seconds{60};

  explicit token_file(std::string path, std::function<clock::time_point()> now = clock::now);

  /// Returns "Bearer TOKEN". An unreadable file leaves the last token in force; without one the
  /// text is empty.
  std::string operator()(bool rejected);

  /// Why the last reading failed; empty if it did not.
  const std::string& complaint() const { return complaint_; }

private:
  void read();

  std::string path_;
  std::function<clock::time_point()> now_;
  std::string value_;
  std::string complaint_;
  std::optional<clock::time_point> read_at_;
};

/// What Kubernetes puts into every pod.
struct in_cluster_credentials {
  /// Origin of the API server.
  std::string origin;
  /// PEM text.
  std::string ca;
  /// For token_file.
  std::string token_path;
  /// The pod's own.
  std::string ns;
};

/// Where Kubernetes mounts the service account.
constexpr auto service_account_directory = "/var/run/secrets/kubernetes.io/serviceaccount";

/// Returns the credentials of the pod that we run in, or nothing with the reason in `complaint`.
/// `host` and `port` are the values of KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT.
std::optional<in_cluster_credentials> read_in_cluster(const std::string& host, const std::string& port,
                                                      const std::string& directory, std::string& complaint);

} // namespace net
