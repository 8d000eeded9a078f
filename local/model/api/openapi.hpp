// The parts of OpenAPI documents that kubectl needs: that the server validates fields, and the schemas of custom
// resources (`kubectl explain`).
#pragma once

#include "local/model/api/discovery.hpp"

namespace local::model {

/// Answers /openapi/v2, /openapi/v3 and below.
std::optional<discovery_answer> openapi(const catalog& kinds, const target& what);

/// Returns the name of a kind's schema, e.g. "io.k8s.flink.v1beta1.FlinkApplication": the group's parts stand in
/// reverse order.
std::string component_name(const kind_info& x);

/// Returns the schema of a kind with what every object has.
json::value component(const kind_info& x);

} // namespace local::model
