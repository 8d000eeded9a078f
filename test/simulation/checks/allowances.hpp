// Every exception to what the judge demands, each with its reason; there are none elsewhere.
#pragma once

#include "test/simulation/world/fields.hpp"
#include "test/simulation/world/node.hpp"

#include <map>
#include <optional>
#include <set>
#include <string>

namespace simulation {

/// What is known of one application's states.
struct life {
  /// Paths that an accepted status has named.
  std::set<std::string> reported;
  /// Jobs that an accepted status has named as the one that serves.
  std::set<std::string> accepted;
  /// Job ids that were used, and by which life of which process.
  std::map<std::string, std::string> started;
  /// Jobs that were stopped with a savepoint.
  std::set<std::string> handed_over;
  /// The next job may start from nothing: the last one has come to its end by itself, or the user wants no savepoints.
  bool free = false;
  /// Somebody has written the status by hand.
  bool tampered = false;
  /// BlueGreen: the position that was known when the first version was asked for its state.
  std::optional<int64_t> before_second;
  /// Jobs that were submitted; and those of them that had not appeared when the status was written by hand.
  std::set<std::string> submitted, forgotten;
  /// Jobs that somebody has started again under their ids.
  std::set<std::string> by_hand;
};

/// A job that was under way to its JobManager when the status was set back, and appears afterwards, is not counted
/// among the live ones: nobody could know of it.
bool is_forgotten(const life& x, const std::string& job_id);

/// A job that never got tasks has processed nothing: its savepoint was refused.
bool is_stillborn(const local::simulated::job& x);

/// A submit whose answer nobody has seen is repeated under its id. Where the container of its JobManager has restarted
/// meanwhile, and the pod does not tell yet, the job starts twice; nobody has built on the first start.
/// And a person may do as she likes. `process` is that of the first one.
bool may_start_twice(const life& x, const std::string& job_id, const std::string& process, const std::string& pod_uid);

/// From whatever state a job is started now, it is right:
/// - the user wants no savepoints, or the last job has come to its end by itself, which leaves no state (`free`);
/// - the user lets the job run without state (fallbackWithoutState);
/// - the status was written by hand: what it once named nobody knows any more.
bool may_start_from_anything(const life& x, const json::value& application);

/// The user has chosen this state (restoreFrom): what was before does not count any more.
bool is_chosen_by_the_user(const local::simulated::job& x, const json::value& application);

/// After a job that has finished by itself another version is started, which an edit asks for; never the same one
/// again.
bool moves_on(const json::value& application);

/// A version that was not accepted is forgotten with what it saved: in a rollback the old one goes on from the state
/// that was saved for this deploy.
bool goes_back_to_its_own_state(const json::value& application);

/// In BlueGreen two jobs may run, one of each version, whatever has become of the status.
bool may_run_two(const json::value& application);

/// In BlueGreen the second version starts from what the first gave away, which goes on meanwhile.
bool starts_beside(const life& x, const json::value& application);

/// What a JobManager knows counts only if the operator can ask it: one that hangs, is not up, or is cut off tells
/// nothing.
bool can_be_asked(const job_manager& x, const node& where);

/// The cluster that serves may be taken down while its job lives:
/// - the application is being deleted: deleteMode None asks for that, and the others have seen the job end;
/// - the status was written by hand: it may name another cluster, and no job at all;
/// - the user has named it by tearDownVersionHash, and its JobManager does not cancel the job;
/// - in a rollback its JobManager is stopped to make certain that a submit without an answer does not come true;
/// - somebody has started the job again just after it was seen to have ended.
bool may_take_down(const life& x, const json::value& application, const std::string& job_id);

/// A job that failed is started again on the cluster that serves, as it was: there are no gates to be passed.
bool starts_again(const json::value& application);

/// A job that is suspended is ended for good: there is no new one whose gates could be passed.
bool is_suspending(const json::value& application);

/// A version that tearDownVersionHash has named is ended: the other one runs already.
bool is_torn_down(const json::value& application);

/// In Single there is no room for a new cluster beside the old one: the gate is a dry run.
bool has_no_room(const json::value& application);

/// The job that serves may be ended in these phases: the gates have been passed, the application goes, or it is
/// suspended.
bool may_end_job(const json::value& application);

} // namespace simulation
