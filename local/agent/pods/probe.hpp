// One probe of one container: when to ask, and what the answers mean. Does no I/O.
#pragma once

#include "local/agent/pods/pod.hpp"
#include "local/agent/timers.hpp"

#include <chrono>

namespace local::agent {

/// Counts the answers of one probe as a kubelet does: it asks at fixed ticks from the moment the pod came, so a
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

  /// Returns whether to ask now. The answer must come by `answer` before it is asked again.
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
  /// Answers that agree with each other, and what they say.
  int run_ = 0;
  bool run_success_ = false;
  verdict result_ = verdict::unknown;
};

} // namespace local::agent
