// Removes from a status what no operator can have written and what the decoders cannot recognise: records without a
// required member, numbers out of range, broken paths. People sometimes edit a status by hand. Ids become names of
// objects and parts of URLs, so this happens before a decision uses them.
#pragma once

#include "flink/resource/application.hpp"

#include <vector>

namespace flink {

/// Removes invalid values from a decoded status. Adds an error for each, unless `errors` has one of its field already.
void sanitize_status(status& x, std::vector<json::field_error>& errors);

} // namespace flink
