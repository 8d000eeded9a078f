// Defines and counts every metric of the operator. docs/operations.md lists the same names, which a test compares.
// Does not serve /metrics: see actors/introspection.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace actors {

/// Counters, gauges and histograms. Safe to use from any thread.
class metrics {
public:
  metrics();
  ~metrics();

  /// Counts a request to the API server, e.g. "PATCH flinkapplications/status".
  void kube_request(const std::string& what);
  /// Counts a request to the API server without a 2xx answer.
  void kube_failure(const std::string& what);
  /// Counts a request to a JobManager, e.g. "POST /jobs/:id/stop".
  void flink_request(const std::string& what);
  /// Counts a request to a JobManager without an answer.
  void flink_failure(const std::string& what);
  /// Counts a call of decide().
  void decided();
  /// Counts an application that has entered a phase.
  void entered(const std::string& phase);
  /// Changes the number of applications in a phase by +1 or -1. An empty phase counts as "New".
  void in_phase(const std::string& phase, int change);
  /// Counts a finished deploy and records its times. `result` is "Deployed" or "Failed".
  void deploy(const std::string& result, double seconds, double own_share_seconds);
  /// Counts a restart of an application actor.
  void actor_restarted();
  /// Counts a full list of one kind.
  void relisted(const std::string& kind);
  /// Counts a failed list or watch of one kind.
  void watch_failed(const std::string& kind);
  /// Sets the number of known applications.
  void applications(int64_t count);
  /// Sets whether this operator is the leader.
  void leader(bool x);
  /// Counts a recorded Kubernetes event.
  void event(const std::string& reason);

  /// Returns all metrics in Prometheus' text format.
  std::string text() const;

  /// Returns the name of every metric, for the test of the documentation.
  std::vector<std::string> names() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace actors
