// The kubeconfig with which kubectl and the operator connect to the cluster.
#pragma once

#include <string>

namespace local::server {

/// Returns the text of a kubeconfig for the API server at `origin`.
std::string kubeconfig_text(const std::string& origin, const std::string& ca, const std::string& token);

/// Writes `text` atomically, readable by the owner only. Returns the error, or an empty text.
std::string write_private_file(const std::string& path, const std::string& text);

} // namespace local::server
