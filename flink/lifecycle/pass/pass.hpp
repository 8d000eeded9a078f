// One decision in the making: what the phases of decide() share. Not for others.
#pragma once

#include "flink/lifecycle/decide.hpp"

#include <optional>
#include <string>

namespace flink {

/// How far an order has come.
enum class progress {
  /// Being sent, or waiting for its next try.
  pending,
  done,
  /// Sent, and nobody knows whether it took effect.
  unknown,
  /// A JobManager, or the API server asked to create an object, has answered with a failure that a repetition does not
  /// mend.
  failed,
};

class step {
public:
  explicit step(const situation& x);

  const situation& x;
  const status& was;
  status next;

  // -- the present -------------------------------------------------------------------------------

  cluster_view cluster(const std::string& id) const { return look_at_cluster(x.seen, id); }

  /// Returns whether `seconds` have passed since the RFC 3339 time `since`; absent or unreadable: no.
  bool passed(const std::optional<std::string>& since, std::chrono::seconds patience) const;

  /// Interval between two questions while something is in transit, growing with the step's age.
  std::chrono::milliseconds pace() const;
  /// The same for something that began at that time.
  std::chrono::milliseconds pace(const std::optional<std::string>& since) const;

  bool has_finalizer() const;
  /// High availability is configured, so a restarted JobManager may bring its job back by itself.
  bool high_availability() const;

  // -- doing -----------------------------------------------------------------------------------------

  void act(action what) { actions_.push_back(std::move(what)); }
  void event(std::string reason, std::string message);
  void warn(std::string reason, std::string message);

  /// Sends an order unless it is done; sends again what may be repeated, with growing pauses.
  progress order(const action& what);

  /// The same for orders that are harmless to repeat, and whose effect shows in the picture: while it does not show
  /// they are sent again, at once if nobody knows what became of the last one, now and then if it was said to be done.
  void insist(const action& what);

  /// Sends an order that is harmless to repeat again, some time after its last answer.
  void send_again(const action& what);

  /// Asks for the end of a job, again and again while it has not come: with high availability the job comes back in
  /// another life of its JobManager, which knows nothing of it.
  void cancel(const std::string& cluster_id, const std::string& job_id);

  /// Does the JobManager still run the user's main() for it? It is not sent again before its answer. Of the lives of
  /// one pod nobody knows which it has reached: the watch tells late of a restart.
  bool under_way(const action& what) const;

  /// The last failure of an action, if it failed.
  const failure* failure_of(const action& what) const;

  /// When an action was last answered; the epoch if never.
  std::chrono::steady_clock::time_point answered(const action& what) const;

  // -- asking -----------------------------------------------------------------------------------------

  /// Returns the newest answer to a question, or nullptr while none is known. Sends the question when the answer is
  /// older than `every` or from before `not_before`. An answer that is final always counts.
  template <question Q>
  const typename Q::answer* ask(const cluster_view& c, const Q& what, std::chrono::milliseconds every,
                                std::chrono::steady_clock::time_point not_before = {});

  /// The jobs from an answer that is young enough to justify a submit.
  const std::vector<rest::job_summary>* jobs_now(const cluster_view& c);
  /// What the JobManager has said of a job by now; nothing is asked.
  const rest::job* known_job(const cluster_view& c, const std::string& id) const;
  /// When the answer came that tells of a job; the epoch if none did.
  std::chrono::steady_clock::time_point job_answered(const cluster_view& c, const std::string& id) const;
  /// What became of the disposal of a savepoint; nothing before it was ordered.
  const maybe<rest::disposal>* disposal(const cluster_view& c, const std::string& path,
                                        std::chrono::milliseconds every);

  // -- going on ------------------------------------------------------------------------------------------

  /// Enters a phase; the step's clock starts anew. `why` is logged.
  void enter(phase to, std::string why);

  /// Why the status changes, where no phase is entered; is logged.
  void because(std::string why) { why_ = std::move(why); }

  /// The same where nothing more important is said.
  void note(std::string why) { note_ = std::move(why); }

  /// Says what we wait for and when to look again at the latest.
  void wait(std::string reason, std::string message);
  /// The same for what may take long, in words that stay: the conditions tell it, too.
  void wait_long(std::string reason, std::string message);
  /// The same for what should be seen at once.
  void trouble(std::string reason, std::string message);
  /// Takes back what was said of waiting.
  void calm() { waiting_ = {}; }
  void look_within(std::chrono::milliseconds delay);

  /// The time now, as it is written into a status.
  std::string now_text() const;

  const flink::waiting& waits_for() const { return waiting_; }

  /// Conditions, bookkeeping, and out.
  decision finish();

private:
  /// Sends a question unless a younger answer or a recent failure forbids it.
  void request(const action& what, const std::chrono::steady_clock::time_point* answered,
               std::chrono::milliseconds every);

  /// Says so if what we ask or order was refused for want of a right: nothing else helps then.
  void tell_missing_right(const action& what, const outcome& last);

  std::vector<action> actions_;
  std::chrono::milliseconds look_again_;
  flink::waiting waiting_;
  std::string why_;
  std::string note_;
};

template <question Q>
const typename Q::answer* step::ask(const cluster_view& c, const Q& what, std::chrono::milliseconds every,
                                    std::chrono::steady_clock::time_point not_before) {
  if (!c.leader)
    return nullptr;
  auto* known = c.known(what);
  if (known && is_final<Q>(known->value))
    return &known->value; // nothing to ask
  if (known && known->at < not_before)
    known = nullptr;
  request(what, known ? &known->at : nullptr, every);
  return known ? &known->value : nullptr;
}

/// The job that serves, as the status knows it.
std::string serving_job(const status& x);
/// BlueGreen: the job of the newer of two versions that run; empty if there is none.
std::string second_job(const status& x);

/// Patience of one step: the application's own number, or the default.
std::chrono::seconds patience(const step& s, std::optional<int32_t> timeouts::* what, std::chrono::seconds otherwise);

/// What is wrong with the spec, as a condition tells it: the first few complaints.
std::string complaints_in_words(const step& s);

/// Takes the savepoints that spec.savepointNonce and spec.savepointSchedule ask for beside the job that serves, and
/// disposes of the schedule's old ones.
void save_beside(step& s);

/// Remembers a savepoint in status.savepoints. `reason` as there.
void record_savepoint(step& s, const std::string& path, const std::string& reason);

/// A savepoint of a job that goes on is state that it can be started from again, like a checkpoint.
void count_as_checkpoint(step& s, const rest::checkpoint& x);

/// Has no checkpoint followed the job's newest savepoint? None does after that of a stop.
bool is_newest_savepoint(const rest::checkpoints& x);

/// Whether the status tells of a savepoint already.
bool is_known_savepoint(const status& x, const std::string& path);

/// State for the first job of an application, as the user gives it.
std::optional<std::string> first_restore_path(const step& s);

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
recoverable newest_state(step& s, const cluster_view& old, const std::string& job_id,
                         age_limit limit = age_limit::holds);

// -- how cluster and job are (health.cpp) ------------------------------------------------------------------

/// Does the JobManager of the job that serves answer? One lost answer is not taken for silence.
bool answers(const step& s, const cluster_view& c);

/// Writes down how the job is that serves.
void record_job(step& s, const rest::job& from);

/// Writes down that the JobManager does not know the job any more.
void record_job_lost(step& s);

/// Writes down how the cluster is that serves.
void record_cluster(step& s, const cluster_view& c);

/// Looks after what serves while something else is done: cluster, job, and its newest checkpoint.
void record_serving(step& s);

/// Writes down what is known by now of what serves, into a status that is written anyway.
void refresh_health(step& s);

/// Looks after the job that serves while it runs: its checkpoints, its restarts, its slots. A job that fails again and
/// again is in trouble, also while it happens to run.
void watch_running_job(step& s, const cluster_view& c, const rest::job& job);

/// What made the job fail most recently, to be put behind a sentence: ": IllegalStateException: no". Empty: Flink does
/// not tell. `nullopt`: the answer is on its way.
std::optional<std::string> cause_of_failure(step& s, const cluster_view& c, const std::string& job_id,
                                            std::chrono::milliseconds every);

/// Writes down the newest checkpoint of the job that serves: a lost JobManager may leave nothing else. The first one is
/// waited for, later ones are picked up now and then.
void record_checkpoint(step& s, const cluster_view& c, const std::string& job_id);

/// Is a job of a cluster over? `nullopt`: not known yet, the question is on its way.
/// Over means: its JobManager says a terminal state, or nothing of the cluster is left.
/// Answers from before `not_before` do not count.
std::optional<bool> job_ended(step& s, const cluster_view& c, const std::string& job_id,
                              std::chrono::steady_clock::time_point not_before = {});

/// Asks for so many replicas of a Deployment. Returns whether it has them asked for.
bool scaled(step& s, const k8s::deployment& x, int32_t replicas);
/// How many TaskManagers the application needs for that.
int32_t task_managers_for(const step& s, int32_t parallelism);
/// A request that came late, or somebody's hand, has scaled the cluster that serves down: it gets its pods back, where
/// its job misses them or none is left.
void wake(step& s, const cluster_view& c);

/// Deletes whatever is left of a cluster. Returns whether nothing is, but what was left behind on purpose.
bool remove_cluster(step& s, const std::string& cluster_id);

/// Removes clusters that neither serve nor are being built, at once or after the time that a failed one is kept.
void sweep(step& s);

/// Has the target's cluster the slots that the job needs?
bool slots_ready(step& s, const cluster_view& c);
/// The order by which a cluster's JobManager compiles the job of the target.
action compiling(const step& s, const cluster_view& c);
/// The JobManager of that cluster runs main() without starting anything, so that a bad jar, class or argument costs the
/// running job nothing. Only the user's own mistakes refuse a version: plan says other things of jobs that run.
/// (decide_compile.cpp)
bool compiles(step& s, const cluster_view& c);
/// All gates are passed: the old job gives its state away, and ends unless the mode lets it go on.
void leave_old_job(step& s, const std::string& why);

/// Says what keeps the target's cluster from coming up (defects.cpp), and gives the version up when that is hopeless or
/// takes too long.
void give_up_in_time(step& s, const cluster_view& c);

// -- InPlace (decide_inplace.cpp) ---------------------------------------------------------------------------

/// Does the spec ask for more parallelism and nothing else, on the cluster that serves?
bool grows_in_place(const step& s);
/// Pins that goal; the target is there already.
void begin_rescale(step& s, std::string why);
/// Gives it up while the old job is untouched: the TaskManagers that were added go again.
void begin_shrink(step& s, std::string why);
/// Has the cluster again as many TaskManagers as before?
bool shrunk(step& s);
void rescaling(step& s);

// ... while the job runs (decide_adaptive.cpp)

/// The slots are there: the job gets them while it runs where that is wanted and the JobManager can do it; else it is
/// stopped, to be started again with them. Returns whether it is known which.
bool rescale_or_restart(step& s, const cluster_view& c, const std::string& why);
/// The JobManager is asked for the higher parallelism, until the job has it.
void raise_parallelism(step& s, const cluster_view& c);
/// Does the JobManager not go for it any more, and the job not have it? Not waited for longer than for a start.
bool parallelism_taken_back(step& s);

// -- Single (decide_single.cpp) -----------------------------------------------------------------------------

/// Pins with the goal how its deploy goes on. Where the old job has ended for it already, the next goal has nothing
/// else to start from.
void choose_mode(step& s);
/// Has the API server taken every object of the new cluster, without keeping it? Gives the version up if it refuses.
bool rehearsed(step& s);
/// Are the pods of the old cluster gone?
bool room_made(step& s);
/// Is the given-up version's cluster gone, and has the old one its pods and slots again?
bool old_cluster_back(step& s);

// -- BlueGreen (decide_bluegreen.cpp) -------------------------------------------------------------------

/// Takes a new version beside the one that serves.
void accept_second(step& s, const rest::job& job);
/// Removes the coloured Services and Ingresses of versions that are gone.
void sweep_colours(step& s);
/// Keeps status.versionStatuses and its fellows true.
void mirror_versions(status& next);

// -- phases ----------------------------------------------------------------------------------------------

/// Pins the present spec as the goal and creates its cluster.
void begin_deploy(step& s, std::string why);
/// The goal has moved, or someone wants none: returns whether the step has been taken elsewhere. Asked while the old
/// job is untouched.
bool superseded(step& s);
void cluster_starting(step& s);
/// BlueGreen: two versions run.
void dual_running(step& s);
void savepointing(step& s);
void cancelling(step& s);
void submitting_job(step& s);
void rolling_back_job(step& s);
/// The job that serves has ended without being asked, or ends here, and goes on from its newest state.
void recovering(step& s);
/// Running, DeployFailed and Failed.
void settled(step& s);
void deleting(step& s);
/// Takes over what the Go operator left; returns whether this is all that can be done now.
bool adopts(step& s);
/// Takes the step if the application is to be suspended, is so, or is on the way; returns whether it did.
bool suspended(step& s);

/// What the target's job is started from; empty: without state.
std::string start_state(const deploy_target& x);

/// Takes the step to SubmittingJob with new identities.
void begin_submit(step& s, std::optional<std::string> restore_path, std::string why);
/// Goes on from the end of the old job: to its successor, or in Single to making room for it.
void old_job_gone(step& s, std::optional<std::string> restore_path, std::string why);
/// Gives the version under way up after the old job has ended: the old version gets it back.
void begin_rollback(step& s, const std::string& why);
/// ... and cannot have it: no job runs.
void rollback_failed(step& s, const std::string& why);
/// Gives the version under way up before the old job was touched; in Single, after it has ended, the old version is
/// given its job back first.
void fail_deploy(step& s, std::string reason, std::string message);
/// spec.forceRollback gives up one deploy: the one during which it was set.
bool rollback_forced(step& s);
/// Concludes the deploy under way: its version was accepted.
void deployed(step& s);
/// The job of the target, as the status remembers it.
job_status deployed_job(const step& s, const rest::job& job);
/// Records the event that it runs.
void tell_submitted(step& s, const job_status& job);
/// Makes the target the cluster that serves.
void accept_target(step& s, const rest::job& job);

// -- a job that goes on after a failure --------------------------------------------------------------------

/// What a person can do for the job that serves and has ended.
std::string way_back(const status& x);

/// The job under way is started on the cluster that serves: again, or with a higher parallelism.
bool in_place(const status& x);
/// ... and it is the version that serves already: its job failed or was lost.
bool starts_again(const status& x);

/// The job that serves failed or was lost: it is started again as far as spec.jobFailurePolicy allows.
void job_failed(step& s, std::string reason, std::string why);

/// The job that serves has finished. If a stop that an update had given up on has come late, it has not come to its end
/// by itself: it is started again from its savepoint, whatever spec.jobFailurePolicy says.
void job_finished(step& s, const cluster_view& c, const std::string& job_id);

/// Where the application rests once its job runs again: DeployFailed where the version that failed is still wanted.
phase resting_phase(const step& s);

struct verdict;
/// What became of such a start.
void started_again(step& s, const cluster_view& c, const verdict& how);

/// Objects of the cluster that serves, deleted by hand, are created again where the spec still says how. Returns
/// whether any is missing.
bool lacks_objects(step& s, const cluster_view& c);

/// Whether the spec asks for another version than the one that serves and the one that has failed.
bool deploy_wanted(const step& s);

/// What a cluster needs and does not have, the generic Service and the Ingress included.
std::vector<object_role> missing_objects(const step& s, const cluster_view& c);

/// Creates what is missing of a cluster. Returns what the API server refuses for good, in words.
struct creation {
  bool complete = false;
  std::optional<std::string> refused;
};
creation create_missing(step& s, const cluster_view& c);

/// Conditions of a status after a decision; transition times are kept where nothing flips.
void set_conditions(status& next, const situation& x, const waiting& waits_for);

} // namespace flink
