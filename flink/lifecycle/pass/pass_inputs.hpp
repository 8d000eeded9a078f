// The lowest layer of a pass: what it reads, and the status that it writes.
#pragma once

#include "flink/lifecycle/pass/situation.hpp"
#include "k8s/timestamp.hpp"

#include <optional>
#include <string>

namespace flink {

class pass_inputs {
public:
  explicit pass_inputs(const situation& in);

  pass_inputs(const pass_inputs&) = delete;
  pass_inputs& operator=(const pass_inputs&) = delete;

  const situation& in;
  /// The status before this pass, as it is written in Kubernetes.
  const status& was;
  /// The status after this pass.
  status next;

  /// Returns the objects and the known answers of one cluster.
  cluster_view cluster(const cluster_id& id) const { return look_at_cluster(in.seen, id); }

  /// Returns whether `limit` has passed since `since`. False if that is absent.
  bool passed(const std::optional<k8s::timestamp>& since, std::chrono::seconds limit) const;

  /// Returns how long ago something happened.
  std::chrono::milliseconds age_of(std::chrono::steady_clock::time_point then) const;

  /// The interval between two polls while a phase is in progress. It grows with the age of the present phase.
  std::chrono::milliseconds poll_interval() const;
  /// The same for something that began at `since`.
  std::chrono::milliseconds poll_interval(const std::optional<k8s::timestamp>& since) const;

  /// Returns the limit that spec.timeouts sets, else the default.
  std::chrono::seconds timeout(std::optional<int32_t> timeouts::* limit, std::chrono::seconds otherwise) const;

  bool has_finalizer() const;

  /// Returns whether high availability is configured: then a restarted JobManager may bring its job back by itself.
  bool high_availability() const;

  /// The present time for the status.
  k8s::timestamp now() const;

protected:
  ~pass_inputs() = default;
};

} // namespace flink
