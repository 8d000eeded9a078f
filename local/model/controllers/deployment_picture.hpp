// What the Deployment controller looks at. Private to its sources.
#pragma once

#include "local/model/controllers/workloads.hpp"

#include <string_view>
#include <vector>

namespace local::model {

/// A Deployment and its ReplicaSets at one moment.
struct deployment_controller::picture {
  object_ptr deployment;
  key k;
  /// That of the Deployment's template; null until it is made.
  object_ptr current;
  /// All others.
  std::vector<object_ptr> old;
  /// Pods of the others that have not ended.
  int64_t old_pods = 0;

  int64_t wanted() const { return integer_at(*deployment, "spec.replicas"); }
  int64_t sum(std::string_view path) const {
    auto total = current ? integer_at(*current, path) : 0;
    for (auto& x : old)
      total += integer_at(*x, path);
    return total;
  }
};

/// Returns how many of `replicas` a number or a percentage means.
int64_t share_of(const json::value* x, int64_t replicas, bool round_up = false);

} // namespace local::model
