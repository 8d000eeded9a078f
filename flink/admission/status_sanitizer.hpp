// Removes values from a status that no operator can have written: people sometimes edit it by hand. Ids become names of
// objects and parts of URLs, so this happens before a decision uses them.
#pragma once

#include "flink/resource/application.hpp"

#include <vector>

namespace flink {

/// Removes invalid values from a status and adds an error for each.
void sanitize_status(status& x, std::vector<json::field_error>& errors);

} // namespace flink
