// The FlinkApplication resource (flink.k8s.io/v1beta1) as values.
#pragma once

#include "flink/resource/spec.hpp"
#include "flink/resource/status.hpp"
#include "k8s/meta.hpp"

namespace flink {

/// One FlinkApplication as decoded from the API server.
struct application {
  k8s::object_meta metadata;
  flink::spec spec;
  flink::status status;
};
BOOST_DESCRIBE_STRUCT(application, (), (metadata, spec, status))

} // namespace flink
