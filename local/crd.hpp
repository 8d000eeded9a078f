// The CustomResourceDefinition of the chart, as it was when the program was built.
#pragma once

#include <string_view>

namespace local {

/// charts/flink-operator/files/crd.yaml
extern const std::string_view crd;

} // namespace local
