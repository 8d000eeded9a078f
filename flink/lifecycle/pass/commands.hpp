// The third layer of a pass: sends commands, and decides when to repeat them.
#pragma once

#include "flink/lifecycle/pass/report.hpp"

namespace flink {

/// How far a command has come.
enum class progress {
  /// In progress, or waiting for its next try.
  pending,
  done,
  /// Sent without an answer: it may have taken effect.
  unknown,
  /// The JobManager rejected it permanently, or the API server rejected an object.
  failed,
};

class commands : public report {
public:
  using report::report;

  /// Sends a command unless it is done. Sends it again, with growing pauses, after a failure that a retry can fix.
  progress send(const action& what);

  /// Sends an idempotent command whose effect the watches show. Call it until the effect is visible. Repeats the
  /// command at once if its outcome is unknown, and from time to time if it succeeded.
  void ensure(const action& what);

  /// Repeats an idempotent command some time after its last answer.
  void repeat(const action& what);

  /// Cancels a job, and repeats that until the job has ended. With high availability a restarted JobManager recovers
  /// the job and does not know of the request.
  void cancel(const cluster_id& cluster_id, const job_id& job_id);

  /// Returns whether the JobManager still runs the user's main() for a command, which is not sent again before its
  /// answer. The watch reports a restart late, so the pod counts here, not its incarnation.
  bool in_flight(const action& what) const;

  /// Returns the failure of an action if its last try failed, else nullptr.
  const failure* failure_of(const action& what) const;

  /// Returns when an action was last answered; the epoch if never.
  std::chrono::steady_clock::time_point answered_at(const action& what) const;

protected:
  ~commands() = default;

  static std::chrono::milliseconds retry_delay(int32_t attempts);

  /// Reports a 401 or 403: only an RBAC change can help.
  void report_missing_right(const action& what, const outcome& last);
};

} // namespace flink
