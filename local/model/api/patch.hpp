// The patch formats of the Kubernetes API, as functions of values.
#pragma once

#include "local/model/error.hpp"
#include "local/model/json.hpp"

#include <string_view>

namespace local::model {

/// Applies an RFC 7386 merge patch.
void merge_patch(json::value& x, const json::value& patch);

/// Applies an RFC 6902 JSON patch. `x` is unchanged if any operation fails.
result<json::value> json_patch(const json::value& x, const json::value& patch);

/// Applies a strategic merge patch: lists whose items have a key in Kubernetes' built-in types are merged by it.
result<json::value> strategic_patch(const json::value& x, const json::value& patch);

} // namespace local::model
