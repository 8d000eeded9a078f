// The JobManager's REST API as values: requests and decoded answers. Tested with answers of real JobManagers (1.20.5,
// 2.2.1; test/unit/flink/recorded). Does no I/O. Malformed answers become failures, never exceptions.
#pragma once

#include "flink/resource/ids.hpp"
#include "flink/rest/failure.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace flink::rest {

// -- requests -------------------------------------------------------------------------------------

/// A request, relative to the JobManager's base URL.
struct request {
  std::string method;
  std::string path;
  /// JSON, or empty.
  std::string body;
  bool operator==(const request&) const = default;
};

/// GET /overview: slots and TaskManagers.
request get_overview();
/// GET /jobs: ids and states of all jobs that the JobManager remembers.
request get_jobs();
/// GET /jobs/:id
request get_job(const job_id& job);
/// GET /jobs/:id/checkpoints
request get_checkpoints(const job_id& job);
/// GET /jobs/:id/metrics?get=numRestarts,fullRestarts
request get_restarts(const job_id& job);
/// GET /jobs/:id/exceptions?maxExceptions=1
request get_exceptions(const job_id& job);
/// GET /taskmanagers
request get_task_managers();
/// GET /jobs/:id/savepoints/:trigger
request get_savepoint(const job_id& job, const trigger_id& trigger);
/// GET /config: the features of this JobManager.
request get_features();
/// GET /jobs/:id/resource-requirements
request get_requirements(const job_id& job);

/// Bounds of the parallelism of a vertex. Within them, Flink uses as many slots as there are.
struct bounds {
  int32_t lower = 1;
  int32_t upper = 1;
  bool operator==(const bounds&) const = default;
};

/// By vertex id. A request names each vertex of the job.
using requirements = std::map<std::string, bounds>;

/// How to start a jar. `plan` gets the same body as the later `run`.
struct run_options {
  std::string jar_name;
  flink::job_id job_id;
  int32_t parallelism = 1;
  /// Empty: the manifest's main class.
  std::string entry_class;
  std::vector<std::string> program_args_list;
  /// Empty: start without state.
  std::string savepoint_path;
  bool allow_non_restored_state = false;
  bool operator==(const run_options&) const = default;
};

/// POST /jars/:jar/plan: runs main() without starting anything.
request plan(const run_options& x);
/// POST /jars/:jar/run. A refusal uses up the job id too (an unreadable savepoint leaves a FAILED job), and does not
/// prove that no job runs (see classify_flink).
request run(const run_options& x);
/// POST /jobs/:id/stop: savepoint, then the job finishes. `drain` is never set.
request stop_with_savepoint(const job_id& job, const trigger_id& trigger);
/// POST /jobs/:id/savepoints
request take_savepoint(const job_id& job, const trigger_id& trigger);
/// POST /savepoint-disposal: deletes the files of a savepoint.
request dispose_savepoint(std::string_view path);
/// GET /savepoint-disposal/:id
request get_disposal(std::string_view disposal_id);
/// PATCH /jobs/:id?mode=cancel
request cancel(const job_id& job);
/// PUT /jobs/:id/resource-requirements. Flink answers at once and changes the parallelism later.
request put_requirements(const job_id& job, const requirements& x);

// -- answers ----------------------------------------------------------------------------------------

struct overview {
  int32_t task_managers = 0;
  int32_t slots_total = 0;
  int32_t slots_available = 0;
  std::string flink_version;
  bool operator==(const overview&) const = default;
};

/// States as Flink spells them. `unknown` is a state that this version does not know.
enum class job_state {
  initializing,
  created,
  running,
  failing,
  failed,
  cancelling,
  canceled,
  finished,
  restarting,
  suspended,
  reconciling,
  unknown
};

/// Returns Flink's spelling, e.g. "RUNNING".
std::string_view to_string(job_state x);
job_state job_state_from(std::string_view x);

/// Returns whether the job has ended for good: FINISHED, CANCELED or FAILED. (SUSPENDED may come back.)
constexpr bool is_terminal(job_state x) {
  return x == job_state::finished || x == job_state::canceled || x == job_state::failed;
}

struct job_summary {
  job_id id;
  job_state state = job_state::unknown;
  bool operator==(const job_summary&) const = default;
};

struct vertex {
  std::string id;
  std::string name;
  int32_t parallelism = 0;
  bool operator==(const vertex&) const = default;
};

struct job {
  job_id id;
  std::string name;
  job_state state = job_state::unknown;
  /// Milliseconds since the epoch, by the JobManager's clock.
  int64_t start_time = 0;
  /// When the answer was made, and when the job last began to fail or to restart; 0: never. The adaptive scheduler
  /// forgets a restart once it is over.
  int64_t now = 0;
  int64_t last_failing = 0;
  std::vector<vertex> vertices;
  int32_t tasks_running = 0;
  /// Tasks that came to the end of their input, e.g. of a bounded source.
  int32_t tasks_finished = 0;
  int32_t tasks_total = 0;
  bool operator==(const job&) const = default;
};

/// Returns whether every task of the job runs (or has finished in order) and it has at least one.
bool all_tasks_running(const job& x);

struct checkpoint {
  /// Empty if no other job can start from it (kept in the JobManager's memory).
  std::string external_path;
  /// Milliseconds since the epoch.
  int64_t trigger_timestamp = 0;
  bool is_savepoint = false;
  bool discarded = false;
  bool operator==(const checkpoint&) const = default;
};

struct failed_checkpoint {
  /// Milliseconds since the epoch, by the JobManager's clock.
  int64_t failure_timestamp = 0;
  std::string message;
  bool operator==(const failed_checkpoint&) const = default;
};

struct checkpoints {
  int32_t completed = 0;
  int32_t failed = 0;
  int32_t restored = 0;
  std::optional<checkpoint> latest_completed;
  std::optional<checkpoint> latest_savepoint;
  /// What the job was restored from, if it was.
  std::optional<checkpoint> latest_restored;
  /// The newest checkpoint that failed.
  std::optional<failed_checkpoint> latest_failed;
  bool operator==(const checkpoints&) const = default;
};

/// Restarts of a job by Flink, without the first start and whatever it was restored from.
struct restarts {
  /// Absent while the JobManager has not gathered its metrics, which it does every 10 s.
  std::optional<int32_t> count;
  bool operator==(const restarts&) const = default;
};

/// What made a job fail, or restart, most recently.
struct exceptions {
  /// The useful line of the trace; absent: nothing has failed.
  std::optional<std::string> latest;
  bool operator==(const exceptions&) const = default;
};

/// State of one trigger. Flink forgets triggers after `rest.async.store-duration`.
struct savepoint {
  bool in_progress = true;
  /// Set once completed in order.
  std::optional<std::string> location;
  /// The useful line of the failure, if it failed.
  std::optional<std::string> failure;
  bool operator==(const savepoint&) const = default;
};

/// State of one disposal. Flink forgets it after `rest.async.store-duration`.
struct disposal {
  bool in_progress = true;
  /// The useful line of the failure, if it failed; a missing savepoint is a failure too.
  std::optional<std::string> failure;
  bool operator==(const disposal&) const = default;
};

struct task_manager {
  std::string id;
  int32_t slots = 0;
  int32_t free_slots = 0;
  /// Milliseconds since the epoch; 0 until the first heartbeat.
  int64_t last_heartbeat = 0;
  bool operator==(const task_manager&) const = default;
};

/// The features of a JobManager.
struct features {
  /// Can change the parallelism of a running job (resource requirements); only the adaptive scheduler can.
  bool rescale = false;
  bool operator==(const features&) const = default;
};

/// The planned number of tasks of each vertex of a compiled job, by vertex id.
using vertex_plan = std::map<std::string, int32_t>;

/// Either the answer or the reason why there is none.
template <class T>
using result = std::variant<T, failure>;

result<overview> decode_overview(int status, std::string_view body);
result<std::vector<job_summary>> decode_jobs(int status, std::string_view body);
result<job> decode_job(int status, std::string_view body);
result<checkpoints> decode_checkpoints(int status, std::string_view body);
result<restarts> decode_restarts(int status, std::string_view body);
result<exceptions> decode_exceptions(int status, std::string_view body);
result<std::vector<task_manager>> decode_task_managers(int status, std::string_view body);
result<savepoint> decode_savepoint(int status, std::string_view body);
result<disposal> decode_disposal(int status, std::string_view body);
result<features> decode_features(int status, std::string_view body);
result<requirements> decode_requirements(int status, std::string_view body);
/// The job id that was started.
result<std::string> decode_run(int status, std::string_view body);
/// The vertices in the answer to `plan`; empty if the answer does not contain them.
result<vertex_plan> decode_plan(int status, std::string_view body);
/// The answer has no content but success: cancel, resource requirements.
result<std::monostate> decode_done(int status, std::string_view body);
/// The trigger id that Flink accepted, or the id that it chose for a disposal.
result<std::string> decode_trigger(int status, std::string_view body);

} // namespace flink::rest
