// Objects in Kubernetes' protobuf format. kubectl since 1.31 uses it for its `create` commands and `auth can-i`, and
// JSON for everything else. The reader knows only the fields that those commands set.
#pragma once

#include "local/model/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace local::model {

/// Reads an object. No part is ignored silently: a kind or a field that is not known, and not empty, fails with
/// `problem`.
std::optional<json::value> read_protobuf(std::string_view body, std::string& problem);

} // namespace local::model
