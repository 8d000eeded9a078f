// One job inside a simulated JobManager: a value, so that an old copy can be kept (Flink answers
// from a cache).
#pragma once

#include "flink/rest/requests.hpp"
#include "local/model/flink/program.hpp"
#include "local/model/flink/storage.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace local::simulated {

using flink::rest::job_state;

/// The state of all tasks of a job, which change state together.
enum class task_state { none, created, scheduled, running, canceling, canceled, finished, failed };

/// A checkpoint or savepoint as the JobManager remembers it.
struct checkpoint_record {
  int64_t number = 0;
  moment triggered;
  std::string path;
  bool is_savepoint = false;
  /// Taken to stop the job.
  bool is_last = false;
  bool discarded = false;
};

/// What a job started from.
struct restore_record {
  int64_t number = 0;
  moment at;
  std::string path;
  bool is_savepoint = false;
};

struct job {
  std::string id;
  simulated::program program;
  int32_t parallelism = 1;
  /// For the adaptive scheduler only, by vertex.
  flink::rest::requirements bounds;
  job_state state = job_state::initializing;
  task_state tasks = task_state::none;
  moment started;
  /// When each state was entered last, by name.
  std::map<std::string, moment, std::less<>> entered;
  /// Records processed until `running_since`.
  int64_t position = 0;
  std::optional<moment> running_since;
  /// Changes with every start of the tasks; events of an older start are ignored.
  int32_t attempt = 0;
  int32_t restarts = 0;
  int32_t rescales = 0;
  /// Since when its tasks have been waiting for slots.
  moment waiting_since;
  int64_t next_number = 1;
  /// Oldest first, including discarded ones.
  std::vector<checkpoint_record> completed;
  int32_t completed_count = 0;
  int32_t failed_count = 0;
  std::optional<restore_record> restored;
  /// Slots held, by TaskManager.
  std::map<std::string, int32_t> slots;
};

/// Number of operators chained into tasks: a source and a sink.
constexpr int32_t vertices_per_job = 2;
extern const std::array<std::string_view, vertices_per_job> vertex_ids;
/// `maxParallelism` of each.
constexpr int32_t max_parallelism = 128;

/// Returns how many tasks a vertex has.
int32_t parallelism_of(const job& x, std::string_view vertex_id);

/// Returns how many records the job has processed at `now`.
int64_t position_at(const job& x, moment now);

/// Returns the newest completed record, or null.
const checkpoint_record* newest(const job& x, bool savepoint);

/// Body of GET /jobs/:id.
std::string render_job(const job& x, moment now);

/// Body of GET /jobs/:id/checkpoints.
std::string render_checkpoints(const job& x, moment now);

/// Body of GET /jobs/:id/metrics?get=numRestarts.
std::string render_restarts(const job& x, moment now);

/// Body of GET /jobs/:id/exceptions.
std::string render_exceptions(const job& x, moment now);

/// Body of POST /jars/:jar/plan.
std::string render_plan(const job& x);

} // namespace local::simulated
