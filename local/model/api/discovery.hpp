// What kubectl requests first: versions, groups, resources, schemas.
#pragma once

#include "local/model/api/query.hpp"
#include "local/model/kinds/kinds.hpp"

#include <optional>
#include <string>

namespace local::model {

/// The answer to a discovery request.
struct discovery_answer {
  std::string content_type = "application/json";
  std::string body;
};

/// Answers /version, /api, /apis and below, /openapi and the health paths; nullopt for all other paths.
std::optional<discovery_answer> discover(const catalog& kinds, const target& what);

} // namespace local::model
