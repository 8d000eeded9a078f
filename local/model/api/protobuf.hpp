// Objects in Kubernetes' protobuf form, as kubectl (since 1.31) sends what its `create` commands and `auth can-i`
// make; everything else it sends as JSON. Only the fields that those commands fill are known here.
#pragma once

#include "local/model/json.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace local::model {

/// Reads an object. Nothing is left out silently: a kind or a field that is not known, and not empty, fails with
/// `problem`.
std::optional<json::value> read_protobuf(std::string_view body, std::string& problem);

} // namespace local::model
