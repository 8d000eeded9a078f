// All exemptions from the invariants, each with its reason. No other file makes exceptions.
#pragma once

#include "test/simulation/world/fields.hpp"
#include "test/simulation/world/node.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace simulation {

/// What the checks have recorded about one application.
struct history {
  /// Snapshot paths that a status has reported.
  std::set<std::string> reported;
  /// Jobs that a status has reported as the current one.
  std::set<std::string> accepted;
  /// Job ids in use, and the process (pod and restart count) that started each.
  std::map<std::string, std::string> started;
  /// Jobs that were stopped with a savepoint.
  std::set<std::string> handed_over;
  /// The next job may start without state: the last one finished by itself, or the user disabled savepoints.
  bool free = false;
  /// The status was changed by hand.
  bool tampered = false;
  /// BlueGreen: the position that was known when the savepoint of the first version was triggered.
  std::optional<int64_t> before_second;
  /// Submitted jobs, and those that had not appeared yet when the status was changed by hand.
  std::set<std::string> submitted, forgotten;
  /// Jobs that a person started again under their ids.
  std::set<std::string> by_hand;
};

/// A submit may be in flight when the status is set back. Its job does not count as live: the operator cannot know it.
bool is_forgotten(const history& x, const std::string& job_id);

/// A job that never ran tasks has processed nothing: Flink refused its savepoint.
bool never_ran(const local::simulated::job& x);

/// The operator repeats a submit without an answer under the same id. If the JobManager's container has restarted and
/// the pod does not show it yet, the job starts twice; the status has not accepted the first start. A person may also
/// start a job again. `process` is that of the first start.
bool may_start_twice(const history& x, const std::string& job_id, const std::string& process,
                     const std::string& pod_uid);

/// Any state is acceptable for the next start if
/// - the user disabled savepoints, or the last job finished by itself and left no state (`free`);
/// - the user allows a start without state (fallbackWithoutState);
/// - the status was changed by hand: the paths that it had are lost.
bool may_start_from_anything(const history& x, const json::value& application);

/// The user chose this state (restoreFrom): older state does not count any more.
bool is_chosen_by_the_user(const local::simulated::job& x, const json::value& application);

/// A job that finished by itself is never started again, but an edit may start another version.
bool moves_on(const json::value& application);

/// A rollback discards what the rejected version saved: the old version restores the state saved for this deploy.
bool goes_back_to_its_own_state(const json::value& application);

/// In BlueGreen two jobs may run, one per version, in any phase.
bool may_run_two(const json::value& application);

/// In BlueGreen the second version starts from a savepoint of the first, which keeps running.
bool starts_beside(const history& x, const json::value& application);

/// Snapshots that only a JobManager knows count only if the operator can ask it: it is up, does not hang, and is not
/// cut off.
bool can_be_asked(const job_manager& x, const node& where);

/// The current cluster may be deleted while its job is live if
/// - the application is being deleted: deleteMode None asks for that, and the other modes have seen the job end;
/// - the status was changed by hand: it may name another cluster, or no job;
/// - the user selected it with tearDownVersionHash, and its JobManager does not cancel the job;
/// - a rollback stops its JobManager to rule out that a submit without an answer takes effect;
/// - a person started the job again just after it was seen to have ended.
bool may_take_down(const history& x, const json::value& application, const std::string& job_id);

/// A failed job is restarted unchanged on the current cluster: no gate applies.
bool starts_again(const json::value& application);

/// Suspension stops the job without a successor: no gate applies.
bool is_suspending(const json::value& application);

/// A version selected with tearDownVersionHash is stopped: the other version is running already.
bool is_torn_down(const json::value& application);

/// In Single the new cluster does not start beside the old one: a dry run is the gate.
bool has_single_cluster(const json::value& application);

/// The current job may be stopped in these phases: the gates have been passed, or the application is being deleted or
/// suspended.
bool may_end_job(const json::value& application);

} // namespace simulation
