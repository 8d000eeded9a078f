// The delays of a kubelet, and shorter delays for tests.
#pragma once

#include <chrono>

namespace local::agent {

using namespace std::chrono_literals;

/// How long the node takes its time. The defaults are a kubelet's.
struct timers {
  /// First delay before a crashed container is started again; doubles. The first restart has none.
  std::chrono::milliseconds crash_first = 10s;
  /// Longest such delay.
  std::chrono::milliseconds crash_longest = 300s;
  /// A container that ran this long starts with the first delay again.
  std::chrono::milliseconds crash_forgotten = 600s;
  /// First delay before a failed pull is repeated; doubles.
  std::chrono::milliseconds pull_first = 10s;
  /// Longest such delay.
  std::chrono::milliseconds pull_longest = 300s;
  /// ErrImagePull is shown this long before it becomes ImagePullBackOff.
  std::chrono::milliseconds pull_error_shown = 10s;
  /// Time that a pull takes.
  std::chrono::milliseconds pull{0};
  /// Upper bound for the initial delay and the period of probes.
  std::chrono::milliseconds probe_longest = 24h;
};

/// Returns waits that are over at once but keep their order.
inline timers fast_timers() {
  return {.crash_first = 500ms,
          .crash_longest = 5s,
          .crash_forgotten = 60s,
          .pull_first = 500ms,
          .pull_longest = 5s,
          .pull_error_shown = 500ms,
          .pull = 0ms,
          .probe_longest = 100ms};
}

} // namespace local::agent
