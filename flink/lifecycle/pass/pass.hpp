// One pass of decide(): what the phases share.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

#include <optional>
#include <string>

namespace flink {

class pass : public queries {
public:
  using queries::queries;

  /// Completes the status (health, conditions, times) and returns the decision. The pass ends with it.
  decision finish();
};

/// The job that serves, as the status knows it.
std::string serving_job(const status& x);
/// BlueGreen: the job of the newer of two versions that run; empty if there is none.
std::string second_job(const status& x);

/// What is wrong with the spec, as a condition tells it: the first few complaints.
std::string complaints_in_words(const pass& p);

/// Takes the savepoints that spec.savepointNonce and spec.savepointSchedule ask for beside the job that serves, and
/// disposes of the schedule's old ones.
void save_beside(pass& p);

/// Remembers a savepoint in status.savepoints. `reason` as there.
void record_savepoint(pass& p, const std::string& path, const std::string& reason);

/// A savepoint of a job that goes on is state that it can be started from again, like a checkpoint.
void count_as_checkpoint(pass& p, const rest::checkpoint& x);

/// Has no checkpoint followed the job's newest savepoint? None does after that of a stop.
bool is_newest_savepoint(const rest::checkpoints& x);

/// Whether the status tells of a savepoint already.
bool is_known_savepoint(const status& x, const std::string& path);

/// State for the first job of an application, as the user gives it.
std::optional<std::string> first_restore_path(const pass& p);

/// What a job can be started from when the old one ended without the savepoint that was asked for.
struct recoverable {
  /// The answer is on its way; nothing below counts yet.
  bool pending = false;
  /// A path, or nothing where starting without state is right.
  std::optional<std::string> path;
  /// Why there is nothing to start from, in words with a remedy.
  std::string problem;
  /// Where the state comes from, for the log.
  std::string source;
};

/// Whether spec.maxCheckpointRestoreAgeSeconds counts. Once a job has been ended for want of anything newer it does
/// not.
enum class age_limit { holds, passed };

/// Picks the newest state that was reported good and still exists. The job has ended, and what its JobManager said
/// before that does not count.
recoverable newest_state(pass& p, const cluster_view& old, const std::string& job_id,
                         age_limit limit = age_limit::holds);

// -- how cluster and job are (health.cpp) ------------------------------------------------------------------

/// Does the JobManager of the job that serves answer? One lost answer is not taken for silence.
bool answers(const pass& p, const cluster_view& c);

/// Writes down how the job is that serves.
void record_job(pass& p, const rest::job& from);

/// Writes down that the JobManager does not know the job any more.
void record_job_lost(pass& p);

/// Writes down how the cluster is that serves.
void record_cluster(pass& p, const cluster_view& c);

/// Looks after what serves while something else is done: cluster, job, and its newest checkpoint.
void record_serving(pass& p);

/// Writes down what is known by now of what serves, into a status that is written anyway.
void refresh_health(pass& p);

/// Looks after the job that serves while it runs: its checkpoints, its restarts, its slots. A job that fails again and
/// again is in trouble, also while it happens to run.
void watch_running_job(pass& p, const cluster_view& c, const rest::job& job);

/// What made the job fail most recently, to be put behind a sentence: ": IllegalStateException: no". Empty: Flink does
/// not tell. `nullopt`: the answer is on its way.
std::optional<std::string> cause_of_failure(pass& p, const cluster_view& c, const std::string& job_id,
                                            std::chrono::milliseconds every);

/// Writes down the newest checkpoint of the job that serves: a lost JobManager may leave nothing else. The first one is
/// waited for, later ones are picked up now and then.
void record_checkpoint(pass& p, const cluster_view& c, const std::string& job_id);

/// Is a job of a cluster over? `nullopt`: not known yet, the question is on its way.
/// Over means: its JobManager says a terminal state, or nothing of the cluster is left.
/// Answers from before `not_before` do not count.
std::optional<bool> job_ended(pass& p, const cluster_view& c, const std::string& job_id,
                              std::chrono::steady_clock::time_point not_before = {});

/// Asks for so many replicas of a Deployment. Returns whether it has them asked for.
bool scaled(pass& p, const k8s::deployment& x, int32_t replicas);
/// How many TaskManagers the application needs for that.
int32_t task_managers_for(const pass& p, int32_t parallelism);
/// A request that came late, or somebody's hand, has scaled the cluster that serves down: it gets its pods back, where
/// its job misses them or none is left.
void wake(pass& p, const cluster_view& c);

/// Deletes whatever is left of a cluster. Returns whether nothing is, but what was left behind on purpose.
bool remove_cluster(pass& p, const std::string& cluster_id);

/// Removes clusters that neither serve nor are being built, at once or after the time that a failed one is kept.
void sweep(pass& p);

/// Has the target's cluster the slots that the job needs?
bool slots_ready(pass& p, const cluster_view& c);
/// The order by which a cluster's JobManager compiles the job of the target.
action compiling(const pass& p, const cluster_view& c);
/// The JobManager of that cluster runs main() without starting anything, so that a bad jar, class or argument costs the
/// running job nothing. Only the user's own mistakes refuse a version: plan says other things of jobs that run.
/// (decide_compile.cpp)
bool compiles(pass& p, const cluster_view& c);
/// All gates are passed: the old job gives its state away, and ends unless the mode lets it go on.
void leave_old_job(pass& p, const std::string& why);

/// Says what keeps the target's cluster from coming up (defects.cpp), and gives the version up when that is hopeless or
/// takes too long.
void give_up_in_time(pass& p, const cluster_view& c);

// -- InPlace (decide_inplace.cpp) ---------------------------------------------------------------------------

/// Does the spec ask for more parallelism and nothing else, on the cluster that serves?
bool grows_in_place(const pass& p);
/// Pins that goal; the target is there already.
void begin_rescale(pass& p, std::string why);
/// Gives it up while the old job is untouched: the TaskManagers that were added go again.
void begin_shrink(pass& p, std::string why);
/// Has the cluster again as many TaskManagers as before?
bool shrunk(pass& p);
void rescaling(pass& p);

// ... while the job runs (decide_adaptive.cpp)

/// The slots are there: the job gets them while it runs where that is wanted and the JobManager can do it; else it is
/// stopped, to be started again with them. Returns whether it is known which.
bool rescale_or_restart(pass& p, const cluster_view& c, const std::string& why);
/// The JobManager is asked for the higher parallelism, until the job has it.
void raise_parallelism(pass& p, const cluster_view& c);
/// Does the JobManager not go for it any more, and the job not have it? Not waited for longer than for a start.
bool parallelism_taken_back(pass& p);

// -- Single (decide_single.cpp) -----------------------------------------------------------------------------

/// Pins with the goal how its deploy goes on. Where the old job has ended for it already, the next goal has nothing
/// else to start from.
void choose_mode(pass& p);
/// Has the API server taken every object of the new cluster, without keeping it? Gives the version up if it refuses.
bool rehearsed(pass& p);
/// Are the pods of the old cluster gone?
bool room_made(pass& p);
/// Is the given-up version's cluster gone, and has the old one its pods and slots again?
bool old_cluster_back(pass& p);

// -- BlueGreen (decide_bluegreen.cpp) -------------------------------------------------------------------

/// Takes a new version beside the one that serves.
void accept_second(pass& p, const rest::job& job);
/// Removes the coloured Services and Ingresses of versions that are gone.
void sweep_colours(pass& p);
/// Keeps status.versionStatuses and its fellows true.
void mirror_versions(status& next);

// -- phases ----------------------------------------------------------------------------------------------

/// Pins the present spec as the goal and creates its cluster.
void begin_deploy(pass& p, std::string why);
/// The goal has moved, or someone wants none: returns whether the step has been taken elsewhere. Asked while the old
/// job is untouched.
bool superseded(pass& p);
void cluster_starting(pass& p);
/// BlueGreen: two versions run.
void dual_running(pass& p);
void savepointing(pass& p);
void cancelling(pass& p);
void submitting_job(pass& p);
void rolling_back_job(pass& p);
/// The job that serves has ended without being asked, or ends here, and goes on from its newest state.
void recovering(pass& p);
/// Running, DeployFailed and Failed.
void settled(pass& p);
void deleting(pass& p);
/// Takes over what the Go operator left; returns whether this is all that can be done now.
bool adopts(pass& p);
/// Takes the step if the application is to be suspended, is so, or is on the way; returns whether it did.
bool suspended(pass& p);

/// What the target's job is started from; empty: without state.
std::string start_state(const deploy_target& x);

/// Takes the step to SubmittingJob with new identities.
void begin_submit(pass& p, std::optional<std::string> restore_path, std::string why);
/// Goes on from the end of the old job: to its successor, or in Single to making room for it.
void old_job_gone(pass& p, std::optional<std::string> restore_path, std::string why);
/// Gives the version under way up after the old job has ended: the old version gets it back.
void begin_rollback(pass& p, const std::string& why);
/// ... and cannot have it: no job runs.
void rollback_failed(pass& p, const std::string& why);
/// Gives the version under way up before the old job was touched; in Single, after it has ended, the old version is
/// given its job back first.
void fail_deploy(pass& p, std::string reason, std::string message);
/// spec.forceRollback gives up one deploy: the one during which it was set.
bool rollback_forced(pass& p);
/// Concludes the deploy under way: its version was accepted.
void deployed(pass& p);
/// The job of the target, as the status remembers it.
job_status deployed_job(const pass& p, const rest::job& job);
/// Records the event that it runs.
void tell_submitted(pass& p, const job_status& job);
/// Makes the target the cluster that serves.
void accept_target(pass& p, const rest::job& job);

// -- a job that goes on after a failure --------------------------------------------------------------------

/// What a person can do for the job that serves and has ended.
std::string way_back(const status& x);

/// The job under way is started on the cluster that serves: again, or with a higher parallelism.
bool in_place(const status& x);
/// ... and it is the version that serves already: its job failed or was lost.
bool starts_again(const status& x);

/// The job that serves failed or was lost: it is started again as far as spec.jobFailurePolicy allows.
void job_failed(pass& p, std::string reason, std::string why);

/// The job that serves has finished. If a stop that an update had given up on has come late, it has not come to its end
/// by itself: it is started again from its savepoint, whatever spec.jobFailurePolicy says.
void job_finished(pass& p, const cluster_view& c, const std::string& job_id);

/// Where the application rests once its job runs again: DeployFailed where the version that failed is still wanted.
phase resting_phase(const pass& p);

struct verdict;
/// What became of such a start.
void started_again(pass& p, const cluster_view& c, const verdict& how);

/// Objects of the cluster that serves, deleted by hand, are created again where the spec still says how. Returns
/// whether any is missing.
bool lacks_objects(pass& p, const cluster_view& c);

/// Whether the spec asks for another version than the one that serves and the one that has failed.
bool deploy_wanted(const pass& p);

/// What a cluster needs and does not have, the generic Service and the Ingress included.
std::vector<object_role> missing_objects(const pass& p, const cluster_view& c);

/// Creates what is missing of a cluster. Returns what the API server refuses for good, in words.
struct creation {
  bool complete = false;
  std::optional<std::string> refused;
};
creation create_missing(pass& p, const cluster_view& c);

/// Conditions of a status after a decision; transition times are kept where nothing flips.
void set_conditions(status& next, const situation& x, const waiting& waits_for);

} // namespace flink
