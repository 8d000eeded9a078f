// Decodes the answers of the JobManager. Strict about the members that decisions use; ignores all others.
#include "flink/rest/reader.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace flink::rest {

namespace {

/// Flink writes this if a checkpoint has no path.
constexpr std::string_view not_addressable = "<checkpoint-not-externally-addressable>";

/// The greatest count of tasks that is accepted; no cluster has as many.
constexpr auto max_tasks = std::numeric_limits<int32_t>::max();

/// Counts of the tasks of one vertex.
struct task_counts {
  int32_t running = 0;
  int32_t finished = 0;
  int32_t total = 0;
};

task_counts read_tasks(reader& r, dom::element x) {
  task_counts out;
  dom::object tasks;
  if (x["tasks"].get(tasks)) {
    r.fail("tasks", "an object");
    return out;
  }
  for (auto [state, value] : tasks) {
    int64_t n = 0;
    if (value.get(n) || n < 0 || n > max_tasks - out.total) {
      r.fail(state, "a count");
      return out;
    }
    auto count = static_cast<int32_t>(n);
    out.total += count;
    if (state == "RUNNING")
      out.running += count;
    else if (state == "FINISHED")
      out.finished += count;
  }
  return out;
}

/// The adaptive schedulers create the tasks late, and the batch scheduler decides the parallelism late (-1).
void read_vertex(reader& r, dom::element x, job& out) {
  auto parallelism = std::clamp<int64_t>(r.integer(x, "parallelism"), 0, max_tasks);
  out.vertices.push_back(
      {.id = r.text(x, "id"), .name = r.optional_text(x, "name"), .parallelism = static_cast<int32_t>(parallelism)});
  auto tasks = read_tasks(r, x);
  auto total = tasks.total > 0 ? tasks.total : out.vertices.back().parallelism;
  if (total > max_tasks - out.tasks_total)
    return r.fail("vertices", "fewer tasks");
  out.tasks_running += tasks.running;
  out.tasks_finished += tasks.finished;
  out.tasks_total += total;
}

/// Returns the latest time at which the job entered a failing state.
int64_t read_last_failing(reader& r, dom::element x) {
  int64_t latest = 0;
  if (auto times = r.optional_object(x, "timestamps"))
    for (auto* state : {"FAILING", "FAILED", "RESTARTING"})
      latest = std::max(latest, r.optional_integer(*times, state));
  return latest;
}

job read_job(reader& r, dom::element x) {
  job out;
  out.id = job_id{r.text(x, "jid")};
  out.name = r.optional_text(x, "name");
  out.state = job_state_from(r.text(x, "state"));
  out.start_time = r.integer(x, "start-time");
  out.now = r.optional_integer(x, "now");
  out.last_failing = read_last_failing(r, x);
  r.each(x, "vertices", [&](dom::element y) { read_vertex(r, y, out); });
  return out;
}

std::string addressable(std::string path) {
  return path == not_addressable ? std::string{} : path;
}

checkpoint read_checkpoint(reader& r, dom::element x) {
  return {.external_path = addressable(r.text(x, "external_path")),
          .trigger_timestamp = r.integer(x, "trigger_timestamp"),
          .is_savepoint = r.flag(x, "is_savepoint"),
          .discarded = r.flag(x, "discarded")};
}

/// The checkpoint that a job was restored from has the time of the restore instead of its own.
checkpoint read_restored(reader& r, dom::element x) {
  return {.external_path = addressable(r.optional_text(x, "external_path")),
          .trigger_timestamp = r.integer(x, "restore_timestamp"),
          .is_savepoint = r.flag(x, "is_savepoint"),
          .discarded = false};
}

checkpoints read_checkpoints(reader& r, dom::element x) {
  checkpoints out;
  auto counts = r.object(x, "counts");
  auto latest = r.object(x, "latest");
  if (r.failed())
    return out;
  out.completed = r.count(counts, "completed");
  out.failed = r.count(counts, "failed");
  out.restored = r.count(counts, "restored");
  if (auto y = r.optional_object(latest, "completed"))
    out.latest_completed = read_checkpoint(r, *y);
  if (auto y = r.optional_object(latest, "savepoint"))
    out.latest_savepoint = read_checkpoint(r, *y);
  if (auto y = r.optional_object(latest, "restored"))
    out.latest_restored = read_restored(r, *y);
  if (auto y = r.optional_object(latest, "failed"))
    out.latest_failed = failed_checkpoint{r.optional_integer(*y, "failure_timestamp"),
                                          useful_line(r.optional_text(*y, "failure_message"))};
  return out;
}

/// Metrics are strings. A metric that is not available yet has no value.
restarts read_restarts(reader& r, dom::element x) {
  restarts out;
  for (auto metric : x.get_array().value_unsafe()) {
    auto text = r.optional_text(metric, "value");
    int32_t count = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (!text.empty() && (error != std::errc{} || end != text.data() + text.size()))
      r.fail("value", "a count");
    else if (!text.empty())
      out.count = std::max(out.count.value_or(0), count);
  }
  return out;
}

/// Newer versions keep a history; Flink before 1.13 has the member `root-exception` only.
exceptions read_exceptions(reader& r, dom::element x) {
  std::string trace;
  if (auto history = r.optional_object(x, "exceptionHistory"))
    r.each(*history, "entries", [&](dom::element y) {
      if (trace.empty())
        trace = r.optional_text(y, "stacktrace");
    });
  if (trace.empty())
    trace = r.optional_text(x, "root-exception");
  auto line = useful_line(trace);
  return {.latest = line.empty() ? std::nullopt : std::optional{std::move(line)}};
}

std::string read_failure_cause(reader& r, dom::element x) {
  auto line = useful_line(r.optional_text(x, "stack-trace"));
  return line.empty() ? useful_line(r.text(x, "class")) : line;
}

/// The state of a savepoint or a disposal. Flink has no other states.
enum class operation_status { in_progress, completed };

operation_status read_operation_status(reader& r, dom::element x) {
  auto status = r.object(x, "status");
  auto id = r.failed() ? std::string{} : r.text(status, "id");
  if (id == "IN_PROGRESS")
    return operation_status::in_progress;
  if (id != "COMPLETED")
    r.fail("status", "IN_PROGRESS or COMPLETED");
  return operation_status::completed;
}

/// Returns the outcome of an operation, or nothing while it is in progress.
std::optional<dom::element> read_operation(reader& r, dom::element x) {
  if (read_operation_status(r, x) == operation_status::in_progress)
    return std::nullopt;
  return r.object(x, "operation");
}

disposal read_disposal(reader& r, dom::element x) {
  auto operation = read_operation(r, x);
  disposal out{.in_progress = !operation, .failure = std::nullopt};
  if (r.failed() || !operation)
    return out;
  if (auto cause = r.optional_object(*operation, "failure-cause"))
    out.failure = read_failure_cause(r, *cause);
  return out;
}

/// Decodes the bounds; the members are the vertices.
requirements read_requirements(reader& r, dom::element x) {
  requirements out;
  for (auto [id, vertex] : x.get_object().value_unsafe()) {
    auto parallelism = r.object(vertex, "parallelism");
    if (r.failed())
      return out;
    out[std::string{id}] = {.lower = r.count(parallelism, "lowerBound"), .upper = r.count(parallelism, "upperBound")};
  }
  return out;
}

savepoint read_savepoint(reader& r, dom::element x) {
  auto done = read_operation(r, x);
  savepoint out{.in_progress = !done, .location = std::nullopt, .failure = std::nullopt};
  if (r.failed() || !done)
    return out;
  auto& operation = *done;
  if (auto cause = r.optional_object(operation, "failure-cause"))
    out.failure = read_failure_cause(r, *cause);
  else
    out.location = r.text(operation, "location");
  return out;
}

result<std::string> decode_id(int status, std::string_view body, std::string_view name) {
  return decode<std::string>(status, body, [&](reader& r, dom::element x) {
    auto id = r.text(x, name);
    if (id.empty())
      r.fail(name, "an id");
    return id;
  });
}

} // namespace

result<overview> decode_overview(int status, std::string_view body) {
  return decode<overview>(status, body, [](reader& r, dom::element x) {
    return overview{.task_managers = r.count(x, "taskmanagers"),
                    .slots_total = r.count(x, "slots-total"),
                    .slots_available = r.count(x, "slots-available"),
                    .flink_version = r.optional_text(x, "flink-version")};
  });
}

result<std::vector<job_summary>> decode_jobs(int status, std::string_view body) {
  return decode<std::vector<job_summary>>(status, body, [](reader& r, dom::element x) {
    std::vector<job_summary> out;
    r.each(x, "jobs", [&](dom::element y) {
      out.push_back({.id = job_id{r.text(y, "id")}, .state = job_state_from(r.text(y, "status"))});
    });
    return out;
  });
}

result<job> decode_job(int status, std::string_view body) {
  return decode<job>(status, body, read_job);
}

result<checkpoints> decode_checkpoints(int status, std::string_view body) {
  return decode<checkpoints>(status, body, read_checkpoints);
}

result<restarts> decode_restarts(int status, std::string_view body) {
  return decode<restarts>(status, body, read_restarts, true);
}

result<exceptions> decode_exceptions(int status, std::string_view body) {
  return decode<exceptions>(status, body, read_exceptions);
}

result<std::vector<task_manager>> decode_task_managers(int status, std::string_view body) {
  return decode<std::vector<task_manager>>(status, body, [](reader& r, dom::element x) {
    std::vector<task_manager> out;
    r.each(x, "taskmanagers", [&](dom::element y) {
      // Despite its name this is a point in time.
      out.push_back({.id = r.text(y, "id"),
                     .slots = r.count(y, "slotsNumber"),
                     .free_slots = r.count(y, "freeSlots"),
                     .last_heartbeat = r.integer(y, "timeSinceLastHeartbeat")});
    });
    return out;
  });
}

result<savepoint> decode_savepoint(int status, std::string_view body) {
  return decode<savepoint>(status, body, read_savepoint);
}

result<disposal> decode_disposal(int status, std::string_view body) {
  return decode<disposal>(status, body, read_disposal);
}

/// Flink before 1.18 has neither the feature nor the member.
result<features> decode_features(int status, std::string_view body) {
  return decode<features>(status, body, [](reader& r, dom::element x) {
    auto all = r.object(x, "features");
    bool rescale = false;
    return features{.rescale = !all["web-rescale"].get(rescale) && rescale};
  });
}

result<requirements> decode_requirements(int status, std::string_view body) {
  return decode<requirements>(status, body, read_requirements);
}

result<vertex_plan> decode_plan(int status, std::string_view body) {
  return decode<vertex_plan>(status, body, [](reader&, dom::element x) {
    reader lenient;
    vertex_plan out;
    if (auto plan = lenient.optional_object(x, "plan"))
      lenient.each(*plan, "nodes",
                   [&](dom::element node) { out[lenient.text(node, "id")] = lenient.count(node, "parallelism"); });
    return lenient.failed() ? vertex_plan{} : out;
  });
}

result<std::string> decode_run(int status, std::string_view body) {
  return decode_id(status, body, "jobid");
}

result<std::monostate> decode_done(int status, std::string_view body) {
  return decode<std::monostate>(status, body, [](reader&, dom::element) { return std::monostate{}; });
}

result<std::string> decode_trigger(int status, std::string_view body) {
  return decode_id(status, body, "request-id");
}

} // namespace flink::rest
