// The lowest layer of a pass: what it reads, and the status that it writes.
#pragma once

#include "flink/lifecycle/pass/situation.hpp"

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
  cluster_view cluster(const std::string& id) const { return look_at_cluster(in.seen, id); }

  /// Returns whether `limit` has passed since the RFC 3339 time `since`. False if that is absent or unreadable.
  bool passed(const std::optional<std::string>& since, std::chrono::seconds limit) const;

  /// Returns how long ago something happened.
  std::chrono::milliseconds age_of(std::chrono::steady_clock::time_point then) const;

  /// The interval between two polls while a phase is in progress. It grows with the age of the present phase.
  std::chrono::milliseconds poll_interval() const;
  /// The same for something that began at the RFC 3339 time `since`.
  std::chrono::milliseconds poll_interval(const std::optional<std::string>& since) const;

  /// Returns the limit that spec.timeouts sets, else the default.
  std::chrono::seconds timeout(std::optional<int32_t> timeouts::* limit, std::chrono::seconds otherwise) const;

  bool has_finalizer() const;

  /// Returns whether high availability is configured: then a restarted JobManager may bring its job back by itself.
  bool high_availability() const;

  /// The current time in the format of the status.
  std::string now_text() const;

protected:
  ~pass_inputs() = default;
};

} // namespace flink
