// What a real API server refuses while it still turns JSON into Go's structs, before anything is validated.
#pragma once

#include "local/model/kinds/kinds.hpp"

#include <optional>
#include <string>

namespace local::model {

/// Returns what of `object` has a type that its place does not take, or nothing. Places that nobody here gets wrong are
/// not looked at.
std::optional<std::string> misfit(const kind_info& kind, const json::value& object);

} // namespace local::model
