#include "local/model/flink/job.hpp"

#include <boost/json.hpp>

#include <algorithm>
#include <string_view>

namespace local::simulated {

namespace {

namespace json = boost::json;

/// The test job sleeps two milliseconds for each record.
constexpr int64_t milliseconds_per_record = 2;

constexpr std::array<std::string_view, 10> task_state_names{
    "CREATED",  "SCHEDULED", "DEPLOYING", "INITIALIZING", "RUNNING",
    "FINISHED", "CANCELING", "CANCELED",  "FAILED",       "RECONCILING",
};

constexpr std::array<std::string_view, vertices_per_job> vertex_names{"Source: source -> map",
                                                                      "check -> none -> Sink: sink"};

std::string_view name_of(task_state x) {
  switch (x) {
  case task_state::none:
  case task_state::created:
    return "CREATED";
  case task_state::scheduled:
    return "SCHEDULED";
  case task_state::running:
    return "RUNNING";
  case task_state::canceling:
    return "CANCELING";
  case task_state::canceled:
    return "CANCELED";
  case task_state::finished:
    return "FINISHED";
  case task_state::failed:
    return "FAILED";
  }
  return "CREATED";
}

/// A vertex whose tasks wait for slots has the state CREATED.
std::string_view vertex_state(task_state x) {
  return x == task_state::scheduled ? "CREATED" : name_of(x);
}

int64_t number_of(moment x) {
  return x.time_since_epoch().count();
}

json::object count_states(std::string_view state, int32_t n) {
  json::object out;
  for (auto name : task_state_names)
    out[name] = name == state ? n : 0;
  return out;
}

/// The adaptive scheduler creates the tasks when it has the slots.
json::object render_vertex(const job& x, std::size_t i) {
  auto parallelism = parallelism_of(x, vertex_ids[i]);
  auto tasks = x.state == job_state::created ? 0 : parallelism;
  return {{"id", vertex_ids[i]},
          {"name", vertex_names[i]},
          {"maxParallelism", max_parallelism},
          {"parallelism", parallelism},
          {"status", vertex_state(x.tasks)},
          {"start-time", x.running_since ? number_of(*x.running_since) : -1},
          {"end-time", -1},
          {"duration", -1},
          {"tasks", count_states(name_of(x.tasks), tasks)},
          {"metrics", json::object{}}};
}

json::object render_timestamps(const job& x) {
  json::object out;
  for (auto state : {job_state::initializing, job_state::created, job_state::running, job_state::failing,
                     job_state::failed, job_state::cancelling, job_state::canceled, job_state::finished,
                     job_state::restarting, job_state::suspended, job_state::reconciling}) {
    auto i = x.entered.find(to_string(state));
    out[to_string(state)] = i == x.entered.end() ? 0 : number_of(i->second);
  }
  return out;
}

json::object plan_of(const job& x) {
  json::array nodes;
  for (auto id : vertex_ids)
    nodes.push_back(json::object{{"id", id}, {"parallelism", parallelism_of(x, id)}, {"operator", ""}});
  return {{"jid", x.id}, {"name", x.program.job_name}, {"type", "STREAMING"}, {"nodes", std::move(nodes)}};
}

json::value render(const checkpoint_record* x) {
  if (x == nullptr)
    return nullptr;
  auto kind = !x->is_savepoint ? "CHECKPOINT" : x->is_last ? "SYNC_SAVEPOINT" : "SAVEPOINT";
  return json::object{{"className", "completed"},
                      {"id", x->number},
                      {"status", "COMPLETED"},
                      {"is_savepoint", x->is_savepoint},
                      {"savepointFormat", x->is_savepoint ? json::value{"CANONICAL"} : json::value{}},
                      {"trigger_timestamp", number_of(x->triggered)},
                      {"latest_ack_timestamp", number_of(x->triggered)},
                      {"checkpoint_type", kind},
                      {"tasks", json::object{}},
                      {"external_path", x->path},
                      {"discarded", x->discarded}};
}

json::value render(const std::optional<restore_record>& x) {
  if (!x)
    return nullptr;
  return json::object{{"id", x->number},
                      {"restore_timestamp", number_of(x->at)},
                      {"is_savepoint", x->is_savepoint},
                      {"external_path", x->path}};
}

} // namespace

const std::array<std::string_view, vertices_per_job> vertex_ids{"e5a72f353fc1e6bbf3bd96a41384998c",
                                                                "8b88ab08fe6010d122e6a6a5fe618f64"};

int32_t parallelism_of(const job& x, std::string_view vertex_id) {
  auto own = x.bounds.find(std::string{vertex_id});
  return own == x.bounds.end() ? x.parallelism : std::min(x.parallelism, own->second.upper);
}

int64_t position_at(const job& x, moment now) {
  if (!x.running_since || now < *x.running_since)
    return x.position;
  return x.position + (now - *x.running_since).count() / milliseconds_per_record;
}

const checkpoint_record* newest(const job& x, bool savepoint) {
  for (auto i = x.completed.rbegin(); i != x.completed.rend(); ++i)
    if (i->is_savepoint == savepoint)
      return &*i;
  return nullptr;
}

std::string render_job(const job& x, moment now) {
  json::array vertices;
  auto n = x.tasks == task_state::none ? 0 : vertices_per_job;
  for (std::size_t i = 0; i < static_cast<std::size_t>(n); ++i)
    vertices.push_back(render_vertex(x, i));
  json::object out{{"jid", x.id},
                   {"name", x.program.job_name},
                   {"isStoppable", false},
                   {"state", to_string(x.state)},
                   {"job-type", "STREAMING"},
                   {"start-time", number_of(x.started)},
                   {"end-time", -1},
                   {"duration", (now - x.started).count()},
                   {"maxParallelism", -1},
                   {"now", number_of(now)},
                   {"timestamps", render_timestamps(x)},
                   {"vertices", std::move(vertices)},
                   {"status-counts", count_states(vertex_state(x.tasks), n)},
                   {"plan", plan_of(x)}};
  return json::serialize(out);
}

std::string render_checkpoints(const job& x, moment) {
  json::array history;
  for (auto i = x.completed.rbegin(); i != x.completed.rend() && history.size() < 10; ++i)
    history.push_back(render(&*i));
  json::object out{{"counts", json::object{{"restored", (x.restored ? 1 : 0) + x.restarts + x.rescales},
                                           {"total", x.completed_count + x.failed_count},
                                           {"in_progress", 0},
                                           {"completed", x.completed_count},
                                           {"failed", x.failed_count}}},
                   {"latest", json::object{{"completed", render(newest(x, false))},
                                           {"savepoint", render(newest(x, true))},
                                           {"failed", nullptr},
                                           {"restored", render(x.restored)}}},
                   {"history", std::move(history)}};
  return json::serialize(out);
}

std::string render_restarts(const job& x, moment) {
  return json::serialize(json::array{json::object{{"id", "numRestarts"}, {"value", std::to_string(x.restarts)}}});
}

std::string render_exceptions(const job& x, moment) {
  json::array entries;
  for (auto state : {job_state::restarting, job_state::failed})
    if (auto i = x.entered.find(to_string(state)); entries.empty() && i != x.entered.end())
      entries.push_back(json::object{{"exceptionName", "java.lang.IllegalStateException"},
                                     {"stacktrace", "java.lang.IllegalStateException: the job was made to fail\n"},
                                     {"timestamp", number_of(i->second)}});
  return json::serialize(
      json::object{{"exceptionHistory", json::object{{"entries", std::move(entries)}, {"truncated", false}}}});
}

std::string render_plan(const job& x) {
  return json::serialize(json::object{{"plan", plan_of(x)}});
}

} // namespace local::simulated
