// The operator's own settings that change rendered objects. They are never part of the spec hash.
#pragma once

#include <string>

namespace flink {

struct render_options {
  /// Host of Ingresses; `{{$jobCluster}}` stands for the application's name. Empty: no Ingress unless the
  /// spec names a host.
  std::string ingress_url_format;
  /// Container names with one `%s` for "jobmanager" or "taskmanager". Empty: unchanged.
  std::string container_name_format;
  /// schedulerName of all Flink pods. Empty: the cluster's default.
  std::string scheduler_name;
};

} // namespace flink
