// Parses a kubeconfig: where the API server is and how to authenticate.
// Pure: takes the text and does not read the files that it names. Does not support plugins (exec, auth-provider).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// Content that a kubeconfig contains or refers to by a file name. Both are empty if it has neither.
struct inline_or_file {
  /// The content itself.
  std::string text;
  /// Path of the file with the content, if `text` is empty.
  std::string file;
  bool operator==(const inline_or_file&) const = default;
};

/// Address of the API server, trusted certificates and credentials.
struct cluster_access {
  /// Name of the selected context.
  std::string context;
  /// URL of the API server without a trailing slash, e.g. "https://127.0.0.1:6443".
  std::string server;
  /// Trusted certificate authorities, PEM; empty for the system's.
  inline_or_file certificate_authority;
  bool insecure_skip_tls_verify = false;
  /// Name to verify instead of the host in `server`.
  std::string tls_server_name;
  /// Client certificate and its key, PEM.
  inline_or_file client_certificate;
  inline_or_file client_key;
  /// Bearer token. A file is read again after the server has refused the token.
  inline_or_file token;
  /// Namespace of the context, else "default".
  std::string namespace_;
  bool operator==(const cluster_access&) const = default;
};

/// Parses a kubeconfig. Returns nothing and sets `problem`, with the remedy, if it cannot be used. A `context` that is
/// not empty replaces current-context. Relative file names are resolved against `directory`.
std::optional<cluster_access> parse_kubeconfig(std::string_view text, std::string_view context,
                                               std::string_view directory, std::string& problem);

} // namespace k8s
