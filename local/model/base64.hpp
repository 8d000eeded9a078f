// Bytes as text, as Kubernetes writes them in JSON.
#pragma once

#include <string>
#include <string_view>

namespace local::model {

/// Returns the standard base64 form, padded.
std::string to_base64(std::string_view x);

} // namespace local::model
