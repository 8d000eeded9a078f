// The operator's own settings that show in rendered objects; never part of the spec's hash.
#pragma once

#include <string>

namespace flink {

struct render_options {
  /// Host of Ingresses; every `{{$jobCluster}}` becomes the application's name. Empty: no Ingress
  /// unless the spec names a host.
  std::string ingress_url_format;
  /// Container names with one `%s` for "jobmanager" or "taskmanager". Empty: as they are.
  std::string container_name_format;
  /// schedulerName of all Flink pods. Empty: the cluster's default.
  std::string scheduler_name;
};

} // namespace flink
