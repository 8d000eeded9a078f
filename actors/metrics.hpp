// Every metric of the operator. The catalogue in docs/operations.md lists the same names; a test
// compares the two.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace actors {

/// Counters and gauges, safe to use from any thread.
class metrics {
public:
  metrics();
  ~metrics();

  /// A request to the API server, e.g. "PATCH flinkapplications/status".
  void kube_request(const std::string& what);
  /// One that got no 2xx.
  void kube_failure(const std::string& what);
  /// A request to a JobManager, e.g. "POST /jobs/:id/stop".
  void flink_request(const std::string& what);
  /// One that got no answer.
  void flink_failure(const std::string& what);
  /// decide() was asked.
  void decided();
  /// A phase was entered.
  void entered(const std::string& phase);
  /// Applications came to be in a phase (+1) or left it (-1); an empty phase is that of a new one.
  void in_phase(const std::string& phase, int change);
  /// A deploy ended: "Deployed" or "Failed".
  void deploy(const std::string& result, double seconds, double own_share_seconds);
  /// A supervisor crashed and is started again.
  void actor_restarted();
  /// A picture of one kind was listed anew, or a watch failed.
  void relisted(const std::string& kind);
  void watch_failed(const std::string& kind);
  /// Applications known now.
  void applications(int64_t count);
  /// Whether this operator acts, or stands by.
  void leader(bool x);
  /// An event was recorded on a resource.
  void event(const std::string& reason);

  /// Returns all metrics in Prometheus' text format.
  std::string text() const;

  /// Returns the name of every metric family, for the catalogue's test.
  std::vector<std::string> names() const;

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace actors
