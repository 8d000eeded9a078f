// Decodes Base64, which Kubernetes uses for bytes inside YAML and JSON. Does not encode.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// Decodes Base64 of the standard alphabet. Ignores white space and missing padding. Returns nothing if `text` contains
/// other characters or ends in the middle of a byte.
std::optional<std::string> decode_base64(std::string_view text);

} // namespace k8s
