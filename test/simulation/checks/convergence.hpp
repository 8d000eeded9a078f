// Convergence: once the adversary has stopped, the application must reach what its spec asks for, or a condition must
// name an edit that repairs it. A deletion must end. Then the operator must stop writing.
#pragma once

#include "test/simulation/run.hpp"

namespace simulation {

/// The application must converge within this time: the deadlines of three deploys.
constexpr auto convergence_timeout = std::chrono::minutes{20};

class convergence {
public:
  explicit convergence(run& r) : run_{r} {}

  /// Fails the run if the application does not converge.
  void check();

private:
  bool converge();
  bool has_to_choose() const;
  std::size_t broken_version() const;
  void repair();
  void await_deletion();
  void clear_lost_clusters();
  void start_over();
  void check_quiet();
  bool failed_for_good() const;
  bool needs_user() const;
  bool is_tampered() const;
  bool asked_for_fallback() const;
  std::string running_shape() const;

  run& run_;
};

} // namespace simulation
