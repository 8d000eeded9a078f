// OpenAPI version 2 in protobuf, the only form in which older kubectl (Debian's 1.20) reads schemas.
#pragma once

#include "local/model/kinds/kinds.hpp"

#include <string>

namespace local::model {

/// Returns the document. It describes custom kinds only: what it does not describe, kubectl does not check before it
/// sends it.
std::string openapi_v2(const catalog& kinds);

} // namespace local::model
