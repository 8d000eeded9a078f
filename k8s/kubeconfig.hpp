// What a kubeconfig says about reaching a cluster. Reads text only: the files it names are read by
// whoever has opened the kubeconfig.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// Bytes that a kubeconfig holds itself or names by a file; both empty if it does neither.
struct inline_or_file {
  /// The content.
  std::string text;
  /// Path of the file that has the content, if there is no `text`.
  std::string file;
  bool operator==(const inline_or_file&) const = default;
};

/// Where the API server is, whom to trust and who we are.
struct cluster_access {
  /// The context that was taken.
  std::string context;
  /// E.g. "https://127.0.0.1:6443", without a slash at the end.
  std::string server;
  /// Certificates of the authorities, PEM; empty for the system's.
  inline_or_file certificate_authority;
  bool insecure_skip_tls_verify = false;
  /// Name to verify instead of the server's host.
  std::string tls_server_name;
  /// Our certificate and its key, PEM.
  inline_or_file client_certificate;
  inline_or_file client_key;
  /// Bearer token; a file is read again when its token is refused.
  inline_or_file token;
  /// The context's namespace; "default" if it names none.
  std::string namespace_;
  bool operator==(const cluster_access&) const = default;
};

/// Reads a kubeconfig; nothing, and `problem` says why and what to do, if it cannot be used.
/// `context` is taken instead of current-context if it is not empty; relative file names are
/// resolved against `directory`.
std::optional<cluster_access> parse_kubeconfig(std::string_view text, std::string_view context,
                                               std::string_view directory, std::string& problem);

} // namespace k8s
