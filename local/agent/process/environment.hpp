// The variables that a container sees, the way a kubelet makes them.
#pragma once

#include "local/agent/pods/pod.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace local::agent {

/// Variables by name.
using environment = std::map<std::string, std::string>;

/// What of a pod's variables is known, and what is in the way of starting.
struct resolved_environment {
  /// The variables.
  environment variables;
  /// Why the container cannot be created; empty if it can.
  std::string problem;
};

/// Returns the variables of `x`, fields of the pod and `$(NAME)` references resolved. `pod_ip` and `host_ip` are
/// the addresses that this node gave.
resolved_environment resolve_environment(const pod& owner, const container_spec& x, const std::string& pod_ip,
                                         const std::string& host_ip);

/// Returns `text` with `$NAME` and `${NAME}` replaced as envsubst does: unknown variables become nothing, any other
/// dollar sign stays.
std::string substitute(std::string_view text, const environment& variables);

} // namespace local::agent
