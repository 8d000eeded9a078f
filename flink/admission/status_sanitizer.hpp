// A status is written by the operator, and now and then by hand. What cannot have come from an operator
// is left out before anything is decided on it: ids become names of objects and parts of URLs.
#pragma once

#include "flink/resource/application.hpp"

#include <vector>

namespace flink {

/// Removes from a status what makes no sense, with an error for each.
void drop_nonsense(status& x, std::vector<json::field_error>& errors);

} // namespace flink
