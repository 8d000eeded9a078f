// The third layer of a pass: the retry discipline. What may be sent, sent again, or is under way.
#pragma once

#include "flink/lifecycle/pass/report.hpp"

namespace flink {

/// How far a command has come.
enum class progress {
  /// It is being sent, or waits for its next try.
  pending,
  done,
  /// It was sent, and nobody knows whether it took effect.
  unknown,
  /// The JobManager has refused it for good, or the API server has refused to create an object.
  failed,
};

class commands : public report {
public:
  using report::report;

  /// Sends a command unless it is done. Sends it again, with growing pauses, after a failure that a retry can mend.
  progress send(const action& what);

  /// The same for commands that may be repeated without harm and whose effect the watches show. Call it while the
  /// effect does not show: the command is sent again at once if nobody knows whether it took effect, and now and then
  /// if it succeeded.
  void ensure(const action& what);

  /// Sends a command that may be repeated without harm again, some time after its last answer.
  void repeat(const action& what);

  /// Asks for the end of a job, again and again until the job has ended. With high availability the job comes back
  /// when its JobManager restarts, and the new process knows nothing of the request.
  void cancel(const std::string& cluster_id, const std::string& job_id);

  /// Returns whether the JobManager still runs the user's main() for a command, which is not sent again before its
  /// answer. The watch reports a restart late, so the pod counts here, not its incarnation.
  bool in_flight(const action& what) const;

  /// Returns the failure of an action if it failed when it was last sent, else nullptr.
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
