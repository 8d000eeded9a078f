// Base64 as Kubernetes uses it for bytes inside YAML and JSON.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// Decodes the standard alphabet; white space is skipped, padding may be missing. Nothing if `text`
/// has other characters or ends in the middle of a byte.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace k8s
