#include "flink/rest/requests.hpp"

#include "k8s/json/text.hpp"

#include <array>

namespace flink::rest {

namespace {

// -- writing ------------------------------------------------------------------------------------

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_'
      || c == '~';
}

/// Encodes one segment of a path twice: Flink's router decodes once, its handlers decode again (a plus
/// sign sent as %2B arrives as a space).
std::string encode_segment(std::string_view x) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (auto c : x) {
    if (is_unreserved(c)) {
      out += c;
      continue;
    }
    auto byte = static_cast<unsigned char>(c);
    out += "%25";
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

/// Writes one JSON object member by member.
class object_writer {
public:
  object_writer& member(std::string_view name, std::string_view json) {
    text_ += text_.empty() ? '{' : ',';
    text_ += json::escape(name);
    text_ += ':';
    text_ += json;
    return *this;
  }

  std::string take() {
    if (text_.empty())
      text_ = '{';
    return std::move(text_) + '}';
  }

private:
  std::string text_;
};

std::string write_list(const std::vector<std::string>& xs) {
  std::string out{'['};
  for (auto& x : xs) {
    if (out.size() > 1)
      out += ',';
    out += json::escape(x);
  }
  return out += ']';
}

/// Leaves out members without a value: some versions of Flink refuse an empty savepoint path, and other defaults may
/// differ between versions. Does not use `programArgs`, because Flink 2 ignores it.
std::string write_run_body(const run_options& x) {
  object_writer out;
  if (!x.job_id.empty())
    out.member("jobId", json::escape(x.job_id));
  if (!x.entry_class.empty())
    out.member("entryClass", json::escape(x.entry_class));
  if (!x.program_args_list.empty())
    out.member("programArgsList", write_list(x.program_args_list));
  out.member("parallelism", std::to_string(x.parallelism));
  if (!x.savepoint_path.empty())
    out.member("savepointPath", json::escape(x.savepoint_path));
  if (!x.savepoint_path.empty() && x.allow_non_restored_state)
    out.member("allowNonRestoredState", "true");
  return out.take();
}

std::string job_path(const job_id& job) {
  return "/jobs/" + encode_segment(job);
}

request get(std::string path) {
  return {.method = "GET", .path = std::move(path), .body = ""};
}

request post(std::string path, std::string body) {
  return {.method = "POST", .path = std::move(path), .body = std::move(body)};
}

std::string jar_path(const run_options& x, std::string_view verb) {
  return "/jars/" + encode_segment(x.jar_name) + "/" + std::string{verb};
}

constexpr std::array<std::string_view, 12> job_state_names{
    "INITIALIZING", "CREATED",  "RUNNING",    "FAILING",   "FAILED",      "CANCELLING",
    "CANCELED",     "FINISHED", "RESTARTING", "SUSPENDED", "RECONCILING", "UNKNOWN",
};

} // namespace

request get_overview() {
  return get("/overview");
}

request get_jobs() {
  return get("/jobs");
}

request get_job(const job_id& job) {
  return get(job_path(job));
}

request get_checkpoints(const job_id& job) {
  return get(job_path(job) + "/checkpoints");
}

request get_restarts(const job_id& job) {
  // Flink before 1.10 knows the second name only, Flink 2 the first one only.
  return get(job_path(job) + "/metrics?get=numRestarts,fullRestarts");
}

request get_exceptions(const job_id& job) {
  return get(job_path(job) + "/exceptions?maxExceptions=1");
}

request get_task_managers() {
  return get("/taskmanagers");
}

request get_savepoint(const job_id& job, const trigger_id& trigger) {
  return get(job_path(job) + "/savepoints/" + encode_segment(trigger));
}

request get_features() {
  return get("/config");
}

request get_requirements(const job_id& job) {
  return get(job_path(job) + "/resource-requirements");
}

request plan(const run_options& x) {
  return post(jar_path(x, "plan"), write_run_body(x));
}

request run(const run_options& x) {
  return post(jar_path(x, "run"), write_run_body(x));
}

request stop_with_savepoint(const job_id& job, const trigger_id& trigger) {
  return post(job_path(job) + "/stop", object_writer{}.member("triggerId", json::escape(trigger)).take());
}

request take_savepoint(const job_id& job, const trigger_id& trigger) {
  return post(job_path(job) + "/savepoints", object_writer{}.member("triggerId", json::escape(trigger)).take());
}

request dispose_savepoint(std::string_view path) {
  return post("/savepoint-disposal", object_writer{}.member("savepoint-path", json::escape(path)).take());
}

request get_disposal(std::string_view disposal_id) {
  return get("/savepoint-disposal/" + encode_segment(disposal_id));
}

request cancel(const job_id& job) {
  return {.method = "PATCH", .path = job_path(job) + "?mode=cancel", .body = ""};
}

request put_requirements(const job_id& job, const requirements& x) {
  object_writer vertices;
  for (auto& [id, bounds] : x) {
    auto parallelism = object_writer{}
                           .member("lowerBound", std::to_string(bounds.lower))
                           .member("upperBound", std::to_string(bounds.upper))
                           .take();
    vertices.member(id, object_writer{}.member("parallelism", parallelism).take());
  }
  return {.method = "PUT", .path = job_path(job) + "/resource-requirements", .body = vertices.take()};
}

std::string_view to_string(job_state x) {
  return job_state_names.at(static_cast<std::size_t>(x));
}

job_state job_state_from(std::string_view x) {
  for (std::size_t i = 0; i < job_state_names.size(); ++i)
    if (job_state_names[i] == x)
      return static_cast<job_state>(i);
  return job_state::unknown;
}

bool all_tasks_running(const job& x) {
  return x.state == job_state::running && x.tasks_total > 0 && x.tasks_running + x.tasks_finished == x.tasks_total;
}

} // namespace flink::rest
