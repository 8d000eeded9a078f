// The REST API of the simulated JobManager.
#include "local/model/flink/body.hpp"
#include "local/model/flink/cluster.hpp"
#include "local/model/flink/errors.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <utility>

namespace local::simulated {

namespace {

namespace json = boost::json;

std::string decode(std::string_view x, bool plus_is_space) {
  std::string out;
  for (std::size_t i = 0; i < x.size(); ++i) {
    if (x[i] == '%' && i + 2 < x.size() && hex_digit(x[i + 1]) >= 0 && hex_digit(x[i + 2]) >= 0) {
      out += static_cast<char>(16 * hex_digit(x[i + 1]) + hex_digit(x[i + 2]));
      i += 2;
    } else {
      out += x[i] == '+' && plus_is_space ? ' ' : x[i];
    }
  }
  return out;
}

/// Flink decodes a segment when routing and again in its handlers.
std::string decode_segment(std::string_view x) {
  return decode(decode(x, false), true);
}

std::vector<std::string> split_path(std::string_view path) {
  std::vector<std::string> out;
  while (!path.empty()) {
    path.remove_prefix(1);
    auto end = std::min(path.find('/'), path.size());
    out.push_back(decode_segment(path.substr(0, end)));
    path.remove_prefix(end);
  }
  return out;
}

answer ok(const json::value& x, int status = 200) {
  return {status, json::serialize(x)};
}

answer bad_parameter(std::string_view name) {
  return refuse(400, {handler_exception("Bad request, could not parse parameters: Cannot resolve path parameter ("
                                        + std::string{name} + ") from value.")});
}

} // namespace

answer flink_cluster::route(const request& x, const on_answer& done, bool& later) {
  auto mark = std::min(x.path.find('?'), x.path.size());
  auto query = std::string_view{x.path}.substr(mark);
  auto path = split_path(std::string_view{x.path}.substr(0, mark));
  auto is = [&](std::string_view method, std::size_t size, std::string_view first) {
    return x.method == method && path.size() == size && path[0] == first;
  };
  if (is("GET", 1, "overview"))
    return get_overview();
  if (is("GET", 1, "jobs"))
    return get_jobs();
  if (is("GET", 1, "config"))
    return get_features();
  if (is("GET", 1, "taskmanagers"))
    return get_task_managers();
  if (is("POST", 3, "jars") && (path[2] == "run" || path[2] == "plan"))
    return post_jar(path[1], x.body, path[2] == "run", done, later);
  if (path.size() > 1 && path[0] == "jobs" && !is_hex_id(path[1]))
    return bad_parameter("jobid");
  if (is("GET", 2, "jobs"))
    return get_job(path[1], &render_job);
  if (is("PATCH", 2, "jobs"))
    return patch_job(path[1], query);
  if (is("GET", 3, "jobs") && path[2] == "checkpoints")
    return get_job(path[1], &render_checkpoints);
  if (is("GET", 3, "jobs") && path[2] == "metrics")
    return get_job(path[1], &render_restarts);
  if (is("GET", 3, "jobs") && path[2] == "exceptions")
    return get_job(path[1], &render_exceptions);
  if (is("GET", 3, "jobs") && path[2] == "resource-requirements")
    return get_requirements(path[1]);
  if (is("PUT", 3, "jobs") && path[2] == "resource-requirements")
    return put_requirements(path[1], x.body);
  if (is("POST", 3, "jobs") && (path[2] == "stop" || path[2] == "savepoints"))
    return post_savepoint(path[1], x.body, path[2] == "stop");
  if (is("GET", 4, "jobs") && path[2] == "savepoints")
    return get_operation(path[1], path[3]);
  if (is("POST", 1, "savepoint-disposal"))
    return post_disposal(x.body);
  if (is("GET", 2, "savepoint-disposal"))
    return get_disposal(path[1]);
  auto where = x.path.substr(0, mark);
  return refuse(404, {x.method == "GET" ? "Unable to load requested file " + where + "." : "Not found: " + where});
}

// -- questions --------------------------------------------------------------------------------------

answer flink_cluster::get_overview() const {
  std::map<job_state, int> states;
  auto waiting = 0;
  for (auto& [id, x] : jobs_)
    ++(is_terminal(x.state) ? states[x.state] : waiting);
  auto registered = 0;
  auto total = 0;
  auto free = 0;
  for (auto& [id, x] : task_managers_) {
    if (!x.registered)
      continue;
    ++registered;
    total += x.slots;
    free += free_slots(id);
  }
  return ok(json::object{{"taskmanagers", registered},
                         {"slots-total", total},
                         {"slots-available", free},
                         {"jobs-running", waiting},
                         {"jobs-finished", states[job_state::finished]},
                         {"jobs-cancelled", states[job_state::canceled]},
                         {"jobs-failed", states[job_state::failed]},
                         {"flink-version", options_.version},
                         {"flink-commit", "simulated"}});
}

answer flink_cluster::get_jobs() const {
  json::array out;
  for (auto& [id, x] : jobs_)
    out.push_back(json::object{{"id", id}, {"status", to_string(x.state)}});
  return ok(json::object{{"jobs", std::move(out)}});
}

answer flink_cluster::get_task_managers() const {
  json::array out;
  for (auto& [id, x] : task_managers_)
    if (x.registered)
      out.push_back(json::object{{"id", id},
                                 {"path", "pekko.tcp://flink@" + id + "/user/rpc/taskmanager_0"},
                                 {"dataPort", 6121},
                                 {"jmxPort", -1},
                                 {"timeSinceLastHeartbeat", now_.time_since_epoch().count()},
                                 {"slotsNumber", x.slots},
                                 {"freeSlots", free_slots(id)}});
  return ok(json::object{{"taskmanagers", std::move(out)}});
}

answer flink_cluster::get_job(const std::string& id, std::string (*render)(const job&, moment)) {
  auto old = pictures_.find(id);
  if (old == pictures_.end() || old->second.at + options_.refresh_interval <= now_) {
    auto x = find_job(id);
    if (x == nullptr)
      return job_not_found(id);
    old = pictures_.insert_or_assign(id, picture{now_, *x}).first;
  }
  auto& [at, x] = old->second;
  return {200, render(x, at)};
}

answer flink_cluster::get_operation(const std::string& job_id, const std::string& trigger) const {
  if (!is_hex_id(trigger))
    return bad_parameter("triggerid");
  auto i = operations_.find({job_id, trigger});
  if (i == operations_.end())
    return refuse(404, {handler_exception("There is no savepoint operation with triggerId=" + trigger + " for job "
                                          + job_id + ".")});
  return render(i->second);
}

answer flink_cluster::get_disposal(const std::string& id) const {
  if (!is_hex_id(id))
    return bad_parameter("triggerid");
  auto i = operations_.find({"", id});
  if (i == operations_.end())
    return refuse(404, {"org.apache.flink.runtime.rest.NotFoundException: Operation not found under key: " + id});
  return render(i->second);
}

answer flink_cluster::render(const operation& x) {
  if (!x.done)
    return {200, R"({"status":{"id":"IN_PROGRESS"},"operation":null})"};
  json::object operation;
  if (!x.failure.empty())
    operation["failure-cause"] = {{"class", "java.util.concurrent.CompletionException"}, {"stack-trace", x.failure}};
  else if (!x.location.empty())
    operation["location"] = x.location;
  return ok(json::object{{"status", json::object{{"id", "COMPLETED"}}}, {"operation", std::move(operation)}});
}

// -- orders -----------------------------------------------------------------------------------------

answer flink_cluster::post_savepoint(const std::string& job_id, const std::string& body, bool stop) {
  auto what = stop ? "StopWithSavepointRequestBody" : "SavepointTriggerRequestBody";
  auto fields = parse_body(body);
  if (!fields)
    return wrong_format(what);
  auto trigger = text_of(*fields, "triggerId");
  if (fields->contains("triggerId") && !is_hex_id(trigger))
    return wrong_format(what);
  if (trigger.empty())
    trigger = drawn_id();
  auto directory = text_of(*fields, "targetDirectory");
  begin_savepoint({job_id, trigger}, stop, directory.empty() ? options_.savepoint_directory : directory);
  return ok(json::object{{"request-id", trigger}}, 202);
}

std::string flink_cluster::drawn_id() {
  return "f" + std::string(15, '0') + std::to_string(1'000'000'000'000'000 + sequence_++);
}

/// Flink accepts no id from the client here.
answer flink_cluster::post_disposal(const std::string& body) {
  auto fields = parse_body(body);
  if (!fields)
    return wrong_format("SavepointDisposalRequest");
  if (!fields->contains("savepoint-path"))
    return refuse(400, {handler_exception("Field savepoint-path must not be omitted or be null.")});
  auto id = drawn_id();
  begin_disposal({"", id}, text_of(*fields, "savepoint-path"));
  return ok(json::object{{"request-id", id}});
}

answer flink_cluster::patch_job(const std::string& id, std::string_view query) {
  if (!query.empty() && query != "?mode=cancel")
    return refuse(400, {handler_exception("Bad request, could not parse parameters")});
  auto x = find_job(id);
  if (x == nullptr)
    return refuse(404, {handler_exception("Job could not be found.")});
  if (x->state == job_state::canceled)
    return {202, "{}"};
  if (is_terminal(x->state))
    return refuse(409,
                  {handler_exception("Job cancellation failed because the job has already reached another terminal "
                                     "state ("
                                     + std::string{to_string(x->state)} + ").")});
  cancel(id);
  return {202, "{}"};
}

} // namespace local::simulated
