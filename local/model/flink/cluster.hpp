// A Flink session cluster without a JVM: JobManager, TaskManagers, jobs, checkpoints, savepoints, and
// the REST API of both, as a pure model. Time comes in by `step` and `handle`; nothing is random.
// Answers have the shape of those recorded from Flink 1.20.5 and 2.2.1; one list of cases is run
// against this model and against real JobManagers (test/unit/local/flink_cases).
//
//   flink_cluster f{options, storage};
//   f.start(now); f.add_task_manager("tm-1", 4, now);
//   f.handle({"GET", "/overview", ""}, now, [](std::optional<answer> x) { ... });
//   f.step(later);
#pragma once

#include "local/model/flink/job.hpp"

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace local::simulated {

/// The options of one cluster.
struct cluster_options {
  std::string version = "1.20.5";
  /// From the start of the process to the first answer.
  milliseconds job_manager_start{1500};
  /// From the start of a TaskManager, or of its JobManager, to its registration.
  milliseconds task_manager_start{1500};
  /// `web.refresh-interval`: answers about one job may be this old.
  milliseconds refresh_interval{3000};
  /// From the end of main() to its answer.
  milliseconds submit{20};
  /// From slots to running tasks.
  milliseconds task_start{100};
  /// From the request to CANCELED.
  milliseconds cancel{30};
  /// Zero: no checkpoints.
  milliseconds checkpoint_interval{1000};
  milliseconds checkpoint_duration{20};
  milliseconds savepoint_duration{60};
  milliseconds disposal_duration{20};
  /// `rest.async.store-duration`
  milliseconds trigger_life = std::chrono::minutes{5};
  /// `jobstore.expiration-time`
  milliseconds job_life = std::chrono::hours{1};
  /// `jobmanager.scheduler: adaptive`: a job runs with the available slots, within the bounds of its vertices.
  bool adaptive = false;
  /// `jobmanager.adaptive-scheduler.executing.cooldown-after-rescaling`: since the start of the tasks.
  milliseconds cooldown{30'000};
  /// `jobmanager.adaptive-scheduler.submission.resource-stabilization-timeout`: after this the job starts with fewer
  /// slots.
  milliseconds stabilization{10'000};
  /// Absent: a failed task fails the job.
  std::optional<milliseconds> restart_delay = milliseconds{1000};
  /// `state.checkpoints.num-retained`
  int32_t retained = 1;
  /// Checkpoints outlive a cancelled or failed job.
  bool retain_on_cancellation = false;
  /// The JobManager's memory survives its restart.
  bool high_availability = false;
  std::string checkpoint_directory = "file:/data/cp";
  std::string savepoint_directory = "file:/data/sp";
  std::map<std::string, jar> jars;
  /// Jars that are not listed run an endless program instead of being refused.
  bool any_jar = false;
};

/// Faults, active until they are cleared.
struct faults {
  /// The JobManager takes requests and does nothing, as a stopped process does; its tasks keep running.
  bool hung = false;
  /// Savepoints end with this exception.
  std::optional<std::string> savepoints_fail;
  /// Savepoints stay in progress.
  bool savepoints_hang = false;
  /// Checkpoints are counted as failed.
  bool checkpoints_fail = false;
  /// Finished triggers are forgotten at once, as after `rest.async.store-duration`.
  bool triggers_expire = false;
  /// Tasks fail as soon as they run.
  bool tasks_fail = false;
};

/// A request to the JobManager.
struct request {
  std::string method = "GET";
  /// Path and query, percent-encoded.
  std::string path;
  std::string body;
};

struct answer {
  int status = 200;
  std::string body = "{}";
};

/// Receives the answer, or nullopt if the connection was refused or broke.
using on_answer = std::function<void(std::optional<answer>)>;

class flink_cluster {
public:
  flink_cluster(cluster_options options, storage& durable);

  // -- processes ------------------------------------------------------------------------------------

  /// Starts the JobManager's process, unless it runs.
  void start(moment now);
  /// Kills it; its tasks end with it. Without high availability it loses its memory.
  void kill(moment now);
  /// Starts a TaskManager, which registers as soon as it finds the JobManager.
  void add_task_manager(std::string id, int32_t slots, moment now);
  /// Kills it; jobs with tasks on it restart or fail.
  void remove_task_manager(const std::string& id, moment now);

  // -- time and requests ------------------------------------------------------------------------------

  /// Executes all events that are due until `now`.
  void step(moment now);
  /// Returns when the next event is due.
  std::optional<moment> next_event() const;
  /// Sends a request to the JobManager. `done` runs inside this call or a later step. A hung JobManager answers when it
  /// has recovered, a killed one breaks the connection.
  void handle(const request& x, moment now, on_answer done);

  // -- for onlookers ----------------------------------------------------------------------------------

  /// The present faults; may change at any time.
  simulated::faults faults;
  /// Returns every job that the JobManager remembers, by id.
  const std::map<std::string, job>& jobs() const { return jobs_; }
  /// Returns how many slots have registered.
  int32_t slots() const;
  /// Returns whether the REST API answers.
  bool is_up() const { return up_; }
  const cluster_options& options() const { return options_; }
  /// Forgets finished jobs, as after `jobstore.expiration-time`; their ids stay used.
  void expire_jobs(moment now);
  /// Fails the tasks of a job, as an exception in the user's code does.
  void fail_tasks(const std::string& job_id, moment now);

private:
  struct task_manager {
    int32_t slots = 0;
    bool registered = false;
    moment registered_at;
  };

  /// A savepoint in progress or completed, by job and trigger; a disposal by its id alone.
  struct operation {
    bool done = false;
    std::string location;
    /// A stack trace, if it failed.
    std::string failure;
  };

  /// A request to run or compile a jar.
  struct submission {
    bool run = false;
    std::string job_id;
    int32_t parallelism = 1;
    std::string savepoint_path;
    bool allow_non_restored = false;
    simulated::program program;
  };

  /// The cached job from which answers are made, and its time.
  struct picture {
    moment at;
    simulated::job job;
  };

  using operation_key = std::pair<std::string, std::string>;

  // time
  void at(moment when, std::function<void()> what);
  void after(milliseconds delay, std::function<void()> what) { at(now_ + delay, std::move(what)); }

  // cluster.cpp
  void register_task_manager(const std::string& id);
  void come_up();
  void forget_jobs();
  void answer_held();

  // jobs.cpp
  job* find_job(const std::string& id);
  void enter(job& x, job_state state);
  void create_job(job x, std::string savepoint_path, bool allow_non_restored, on_answer done);
  void schedule_waiting();
  bool take_slots(job& x);
  void run_tasks(const std::string& id, int32_t attempt);
  void plan_end_of_input(const job& x);
  void stop_tasks(job& x, task_state then);
  void end(job& x, job_state state, task_state tasks);
  void fail(job& x);
  void restart(job& x);
  bool go_back_to_newest(job& x);
  void wait_for_slots(job& x);
  void cancel(const std::string& id);
  int32_t free_slots(const std::string& task_manager) const;
  std::optional<std::string> restore(job& x, const std::string& path, bool allow_non_restored);

  // adaptive.cpp
  bool take_slots_within_bounds(job& x);
  void consider_rescale();
  void plan_rescale(const job& x);
  void rescale(job& x);
  answer get_features() const;
  answer get_requirements(const std::string& id);
  answer put_requirements(const std::string& id, const std::string& body);

  // snapshots.cpp
  void plan_checkpoint(const job& x);
  void take_checkpoint(const std::string& id, int32_t attempt);
  void discard_subsumed(job& x);
  void discard_all(job& x);
  void begin_savepoint(const operation_key& key, bool stop, const std::string& directory);
  void finish_savepoint(const operation_key& key, int32_t attempt, bool stop, const std::string& directory);
  void complete(const operation_key& key, operation x);
  void begin_disposal(const operation_key& key, const std::string& path);

  // endpoints.cpp
  answer route(const request& x, const on_answer& done, bool& later);
  answer get_overview() const;
  answer get_jobs() const;
  answer get_task_managers() const;
  answer get_job(const std::string& id, std::string (*render)(const job&, moment));
  answer get_operation(const std::string& job_id, const std::string& trigger) const;
  answer post_savepoint(const std::string& job_id, const std::string& body, bool stop);
  answer patch_job(const std::string& id, std::string_view query);
  answer post_disposal(const std::string& body);
  answer get_disposal(const std::string& id) const;
  static answer render(const operation& x);
  std::string drawn_id();

  // jars.cpp
  answer post_jar(const std::string& name, const std::string& body, bool run, const on_answer& done, bool& later);
  void finish_main(const submission& x, on_answer done);

  cluster_options options_;
  storage& durable_;
  moment now_;
  bool process_ = false;
  bool up_ = false;
  int64_t savepoints_ = 0;
  int64_t sequence_ = 0;
  std::map<std::pair<moment, int64_t>, std::function<void()>> events_;
  std::map<std::string, task_manager> task_managers_;
  std::map<std::string, job> jobs_;
  /// All job ids submitted since the JobManager lost its memory.
  std::set<std::string> used_ids_;
  std::map<operation_key, operation> operations_;
  std::map<std::string, picture> pictures_;
  std::vector<std::pair<request, on_answer>> held_;
  /// Answers that wait for a running main().
  std::map<int64_t, on_answer> owed_;
};

} // namespace local::simulated
