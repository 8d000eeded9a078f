// What the resource can say and this version of the operator does not do. Such a spec is refused with words
// instead of being run as if it had not said it.
#pragma once

#include "flink/application.hpp"

#include <vector>

namespace flink {

/// Returns a complaint for each field that asks for something that would not happen.
std::vector<json::complaint> unsupported(const spec& x);

} // namespace flink
