// One probe of one container: when it runs, and what its answers mean. Does no I/O.
#pragma once

#include "local/agent/pods/pod.hpp"
#include "local/agent/timers.hpp"

#include <chrono>

namespace local::agent {

/// Counts the answers of one probe as a kubelet does: it runs at fixed intervals after the pod was created, so a
/// container that starts between two ticks waits for the next one.
class probe {
public:
  using clock = std::chrono::steady_clock;

  /// Verdict so far.
  enum class verdict {
    /// Not enough answers yet.
    unknown,
    /// `success_threshold` successes in a row.
    good,
    /// `failure_threshold` failures in a row.
    bad,
  };

  /// `born` is the origin of the ticks.
  probe(const probe_spec& spec, const timers& waits, clock::time_point born);

  /// The container has started (again).
  void start(clock::time_point now);

  /// Returns whether a probe is due. Call `answer` before the next probe.
  bool due(clock::time_point now);

  /// Asks at the next opportunity instead of the next tick; a kubelet does so once a startup probe has succeeded.
  void hurry(clock::time_point now);

  /// Takes in an answer.
  void answer(bool success);

  /// Returns what the answers since the start mean.
  verdict result() const { return result_; }

  const probe_spec& spec() const { return spec_; }

private:
  probe_spec spec_;
  std::chrono::milliseconds delay_;
  std::chrono::milliseconds period_;
  clock::time_point next_tick_;
  clock::time_point started_{};
  bool asking_ = false;
  /// The number of equal answers in a row, and that answer.
  int run_ = 0;
  bool run_success_ = false;
  verdict result_ = verdict::unknown;
};

} // namespace local::agent
