#pragma once

#include "k8s/lease.hpp"

#include <functional>

namespace actors {

/// How one of several operators stands for election.
struct candidacy {
  k8s::election_rules rules;
  /// Runs once, on any thread: the Lease is lost and the process has to end at once.
  std::function<void()> on_lost;
};

} // namespace actors
