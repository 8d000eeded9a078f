// OpenAPI documents as far as kubectl needs them: that fields are validated by the server, and what custom
// resources are made of (`kubectl explain`).
#pragma once

#include "local/model/discovery.hpp"

namespace local::model {

/// Answers /openapi/v2, /openapi/v3 and below.
std::optional<discovery_answer> openapi(const catalog& kinds, const target& what);

} // namespace local::model
