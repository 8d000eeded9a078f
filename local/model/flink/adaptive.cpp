// The adaptive scheduler: jobs that run with the available slots, and resource requirements.
#include "local/model/flink/body.hpp"
#include "local/model/flink/cluster.hpp"
#include "local/model/flink/errors.hpp"

#include <boost/json.hpp>

#include <algorithm>

namespace local::simulated {

namespace {

namespace json = boost::json;
using flink::rest::bounds;
using flink::rest::requirements;

/// Vertices share slots: a job needs as many as its widest vertex has tasks.
int32_t widest(const requirements& x) {
  int32_t out = 0;
  for (auto& [id, y] : x)
    out = std::max(out, y.upper);
  return out;
}

int32_t narrowest(const requirements& x) {
  int32_t out = 1;
  for (auto& [id, y] : x)
    out = std::max(out, y.lower);
  return out;
}

std::optional<bounds> bounds_of(const json::value& x) {
  auto* vertex = x.if_object();
  auto* inner = vertex ? vertex->if_contains("parallelism") : nullptr;
  auto* both = inner ? inner->if_object() : nullptr;
  auto number = [&](const char* name) {
    auto* y = both ? both->if_contains(name) : nullptr;
    return y && y->is_int64() ? static_cast<int32_t>(std::clamp<int64_t>(y->as_int64(), -1, 32768)) : -1;
  };
  bounds out{.lower = number("lowerBound"), .upper = number("upperBound")};
  return out.lower < 0 || out.upper < 0 ? std::nullopt : std::optional{out};
}

/// What Flink has against new bounds; empty: nothing.
std::string objection(const requirements& asked, const requirements& present) {
  std::string words;
  auto object = [&](std::string line) { words += (words.empty() ? "" : "\n") + std::move(line); };
  for (auto& [id, x] : asked)
    if (!present.contains(id))
      object("Job vertex [" + id + "] was not found in the JobGraph.");
    else if (x.lower > x.upper)
      object("The requested lower bound [" + std::to_string(x.lower) + "] for job vertex [" + id
             + "] is higher than the upper bound [" + std::to_string(x.upper) + "].");
    else if (x.upper > max_parallelism)
      object("The newly requested parallelism " + std::to_string(x.upper) + " for the job vertex " + id
             + " exceeds its maximum parallelism " + std::to_string(max_parallelism) + ".");
  for (auto& [id, x] : present)
    if (!asked.contains(id))
      object("The request is incomplete, missing job vertex [" + id + "] resource requirements.");
  return words;
}

answer unsupported() {
  return server_error("java.lang.UnsupportedOperationException: The DefaultScheduler does not support changing the "
                      "parallelism without a job restart. This feature is currently only expected to work with the "
                      "AdaptiveScheduler.");
}

} // namespace

/// Returns all slots that the job may have, or after a while those that are available.
bool flink_cluster::take_slots_within_bounds(job& x) {
  auto wanted = widest(x.bounds);
  int32_t free = 0;
  for (auto& [id, y] : task_managers_)
    free += free_slots(id);
  auto patient = x.waiting_since + options_.stabilization;
  if (free < wanted && now_ < patient) {
    if (free >= narrowest(x.bounds))
      at(patient, [this] { schedule_waiting(); });
    return false;
  }
  x.parallelism = std::min(wanted, free);
  if (free < narrowest(x.bounds) || !take_slots(x)) {
    x.parallelism = wanted;
    return false;
  }
  enter(x, job_state::running);
  return true;
}

void flink_cluster::consider_rescale() {
  for (auto& [id, x] : jobs_)
    plan_rescale(x);
}

/// As soon as it has cooled down from its last start.
void flink_cluster::plan_rescale(const job& x) {
  if (x.bounds.empty() || x.tasks != task_state::running)
    return;
  at(std::max(now_, *x.running_since + options_.cooldown), [this, id = x.id, attempt = x.attempt] {
    auto y = find_job(id);
    if (y != nullptr && y->attempt == attempt && y->tasks == task_state::running)
      rescale(*y);
  });
}

void flink_cluster::rescale(job& x) {
  auto most = x.parallelism;
  for (auto& [id, y] : task_managers_)
    most += free_slots(id);
  if (std::min(widest(x.bounds), most) == x.parallelism)
    return;
  stop_tasks(x, task_state::none);
  if (!go_back_to_newest(x))
    return;
  ++x.rescales;
  wait_for_slots(x);
}

answer flink_cluster::get_features() const {
  return {200, json::serialize(json::object{{"refresh-interval", options_.refresh_interval.count()},
                                            {"timezone-name", "Coordinated Universal Time"},
                                            {"timezone-offset", 0},
                                            {"flink-version", options_.version},
                                            {"flink-revision", "simulated"},
                                            {"features", json::object{{"web-submit", true},
                                                                      {"web-cancel", true},
                                                                      {"web-rescale", options_.adaptive},
                                                                      {"web-history", false}}}})};
}

answer flink_cluster::get_requirements(const std::string& id) {
  auto* x = find_job(id);
  if (x == nullptr || is_terminal(x->state))
    return lost_job(id);
  if (!options_.adaptive)
    return unsupported();
  json::object out;
  for (auto& [vertex, y] : x->bounds)
    out[vertex] = {{"parallelism", json::object{{"lowerBound", y.lower}, {"upperBound", y.upper}}}};
  return {200, json::serialize(out)};
}

answer flink_cluster::put_requirements(const std::string& id, const std::string& body) {
  auto fields = parse_body(body);
  requirements asked;
  for (auto& [vertex, y] : fields.value_or(json::object{}))
    if (auto both = bounds_of(y))
      asked[std::string{vertex}] = *both;
    else
      fields.reset();
  if (!fields)
    return wrong_format("JobResourceRequirementsBody");
  if (asked.empty())
    return refuse(400, {handler_exception("Request body does not specify resource requirements.")});
  auto* x = find_job(id);
  if (x == nullptr || is_terminal(x->state))
    return lost_job(id);
  if (!options_.adaptive)
    return unsupported();
  if (auto words = objection(asked, x->bounds); !words.empty())
    return refuse(400, {handler_exception(words)});
  x->bounds = std::move(asked);
  schedule_waiting();
  plan_rescale(*x);
  return {200, "{}"};
}

} // namespace local::simulated
