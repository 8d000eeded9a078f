// A stage for decide(): one application, its world, and short words to change both.
#pragma once

#include "flink/admission/decode.hpp"
#include "flink/lifecycle/decide.hpp"
#include "flink/observation/apply_reply.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"
#include "flink/resource/names.hpp"
#include "test/unit/flink/lifecycle/decisions.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace flink {

struct made_decision {
  status before;
  decision made;
};

/// Every decision of every scene of this program; docs/lifecycle.md is held against them when the last test has run.
inline std::vector<made_decision>& all_decisions() {
  static std::vector<made_decision> all;
  return all;
}

struct scene {
  application app;
  std::vector<json::field_error> errors;
  spec_digest hash = "aaaaaaaa";
  observation seen;
  flink::settings settings;
  clock_reading now{std::chrono::system_clock::time_point{std::chrono::hours{500'000}},
                    std::chrono::steady_clock::time_point{std::chrono::hours{1}}};
  int drawn = 0;
  decision last;

  scene() {
    app.metadata.name = "app";
    app.metadata.namespace_ = "ns";
    app.metadata.uid = "uid-1";
    app.metadata.generation = 1;
    app.spec.image = "image:1";
    app.spec.jar_name = "job.jar";
    app.spec.parallelism = 2;
  }

  /// The hidden hand: a decision on the present state. The status is taken as written.
  scene& decide() {
    ++drawn;
    auto n = std::to_string(drawn);
    situation x{app, errors, hash, seen, settings, {cluster_id{"c" + n}, job_id{"j" + n}, trigger_id{"t" + n}}, now};
    last = decisions_under_test()(x);
    all_decisions().push_back({app.status, last});
    apply_written_status(seen, app.status, last.next);
    app.status = last.next;
    return *this;
  }

  /// Decides until the status stays as it is; returns whether it comes to that.
  bool comes_to_rest() {
    for (int steps = 0; steps < 12; ++steps)
      if (auto before = app.status; decide().app.status == before)
        return true;
    return false;
  }

  flink::phase phase() const { return phase_of(app.status); }

  scene& finalized() {
    app.metadata.finalizers = {std::string{finalizer_name}};
    return *this;
  }

  scene& later(std::chrono::milliseconds d) {
    now.wall += d;
    now.steady += d;
    return *this;
  }

  /// What the last decision does, events left out.
  std::vector<std::string> acts() const {
    std::vector<std::string> out;
    for (auto& x : last.actions)
      if (!std::holds_alternative<record_event>(x))
        out.push_back(to_string(x));
    return out;
  }

  bool does(const action& x) const {
    return std::find(last.actions.begin(), last.actions.end(), x) != last.actions.end();
  }

  std::string events() const {
    std::string out;
    for (auto& x : last.actions)
      if (auto* e = std::get_if<record_event>(&x))
        out += e->reason + " ";
    return out;
  }

  std::string condition(const std::string& type) const {
    for (auto& c : app.status.conditions)
      if (c.type == type)
        return c.status + " " + c.reason + ": " + c.message;
    return {};
  }

  // -- the world ------------------------------------------------------------------------------------

  k8s::object_head head(const std::string& name, const std::string& cluster, const std::string& type) const {
    k8s::object_head h{.key = {"ns", name}, .uid = "uid-" + name, .resource_version = "1"};
    h.labels = {{std::string{labels::application}, "app"},
                {std::string{labels::application_uid}, app.metadata.uid},
                {std::string{labels::cluster_id}, cluster},
                {std::string{labels::deployment_type}, type}};
    return h;
  }

  /// All objects of a cluster stand, no pod yet.
  scene& objects(const cluster_id& id) {
    auto& w = seen.objects;
    auto jm = "app-" + id + "-jm", tm = "app-" + id + "-tm";
    w.deployments[jm]
        = std::make_shared<k8s::deployment>(k8s::deployment{.head = head(jm, id, "jobmanager"), .replicas = 1});
    w.deployments[tm]
        = std::make_shared<k8s::deployment>(k8s::deployment{.head = head(tm, id, "taskmanager"), .replicas = 1});
    w.services["app-" + id] = std::make_shared<k8s::service>(
        k8s::service{.head = head("app-" + id, id, ""), .selector = {{"pod-deployment-selector", id}}});
    if (!w.services.contains("app"))
      w.services["app"] = std::make_shared<k8s::service>(
          k8s::service{.head = head("app", id, ""), .selector = {{"pod-deployment-selector", id}}});
    return *this;
  }

  scene& pod(const cluster_id& id, const std::string& type, k8s::pod x) {
    auto name = "app-" + id + "-" + type;
    x.head = head(name, id, type);
    x.head.labels[std::string{labels::container}] = type;
    seen.objects.pods[name] = std::make_shared<k8s::pod>(std::move(x));
    return *this;
  }

  /// JobManager and TaskManager pods run.
  scene& pods(const cluster_id& id, int32_t restarts = 0) {
    pod(id, "jobmanager", {.phase = "Running", .ip = "127.0.0.2", .ready = true, .restarts = restarts});
    return pod(id, "taskmanager", {.phase = "Running", .ip = "127.0.0.3", .ready = true});
  }

  /// Another JobManager pod runs than before.
  scene& another_job_manager(const cluster_id& id) {
    auto& known = seen.objects.pods.at("app-" + id + "-jobmanager");
    auto x = *known;
    x.head.uid += "-2";
    known = std::make_shared<k8s::pod>(std::move(x));
    return *this;
  }

  scene& cluster(const cluster_id& id) { return objects(id).pods(id); }

  scene& no_job_manager(const cluster_id& id) {
    seen.objects.pods.erase("app-" + id + "-jobmanager");
    return *this;
  }

  scene& no_cluster(const cluster_id& id) {
    auto is = [&](auto& x) {
      auto i = x.second->head.labels.find(std::string{labels::cluster_id});
      return i != x.second->head.labels.end() && i->second == id && x.first != "app";
    };
    std::erase_if(seen.objects.deployments, is);
    std::erase_if(seen.objects.pods, is);
    std::erase_if(seen.objects.services, is);
    return *this;
  }

  // -- answers ------------------------------------------------------------------------------------------

  job_manager_view& replies(const cluster_id& id) {
    auto c = look_at_cluster(seen, id);
    auto& view = seen.job_managers[id];
    if (c.leader && view.asked != incarnation_of(*c.leader))
      view = {.asked = incarnation_of(*c.leader), .since = now.steady};
    return view;
  }

  scene& slots(const cluster_id& id, int32_t n, int32_t taken = 0) {
    replies(id).all<ask_overview>()[""]
        = observed<rest::overview>{{.task_managers = 1, .slots_total = n, .slots_available = n - taken}, now.steady};
    return *this;
  }

  scene& jobs(const cluster_id& id, std::vector<rest::job_summary> all = {}) {
    replies(id).all<ask_jobs>()[""] = observed<std::vector<rest::job_summary>>{std::move(all), now.steady};
    return *this;
  }

  scene& job(const cluster_id& id, const job_id& job_id, rest::job_state state, int32_t running = 4) {
    rest::job j{.id = job_id,
                .state = state,
                .start_time = 1'000'000,
                .now = milliseconds_now(),
                .tasks_running = running,
                .tasks_total = 4};
    j.vertices.push_back({.id = "v", .name = "v", .parallelism = 4});
    replies(id).all<ask_job>()[job_id] = observed<or_not_found<rest::job>>{j, now.steady};
    return *this;
  }

  /// A job that began to fail so long ago.
  scene& failing_job(const cluster_id& id, const job_id& job_id, rest::job_state state,
                     std::chrono::milliseconds ago = {}) {
    job(id, job_id, state);
    auto& j = *replies(id).all<ask_job>()[job_id].value;
    j.last_failing = j.now - ago.count();
    return *this;
  }

  scene& exceptions(const cluster_id& id, const job_id& job_id, rest::exceptions x) {
    replies(id).all<ask_exceptions>()[job_id] = observed<or_not_found<rest::exceptions>>{std::move(x), now.steady};
    return *this;
  }

  scene& restarts(const cluster_id& id, const job_id& job_id, std::optional<int32_t> count) {
    replies(id).all<ask_restarts>()[job_id] = observed<or_not_found<rest::restarts>>{rest::restarts{count}, now.steady};
    return *this;
  }

  /// The JobManager's clock.
  int64_t milliseconds_now() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(now.wall.time_since_epoch()).count();
  }

  scene& no_job(const cluster_id& id, const job_id& job_id) {
    replies(id).all<ask_job>()[job_id] = observed<or_not_found<rest::job>>{std::nullopt, now.steady};
    return *this;
  }

  scene& savepoint(const cluster_id& id, const trigger_id& trigger, rest::savepoint x) {
    replies(id).all<ask_savepoint>()[trigger] = observed<or_not_found<rest::savepoint>>{std::move(x), now.steady};
    return *this;
  }

  scene& checkpoints(const cluster_id& id, const job_id& job_id, rest::checkpoints x) {
    replies(id).all<ask_checkpoints>()[job_id] = observed<or_not_found<rest::checkpoints>>{std::move(x), now.steady};
    return *this;
  }

  scene& no_checkpoints(const cluster_id& id, const flink::job_id& job_id) {
    replies(id).all<ask_checkpoints>()[job_id] = observed<or_not_found<rest::checkpoints>>{std::nullopt, now.steady};
    return *this;
  }

  /// The present life of the JobManager that an action is for.
  incarnation asked(const action& x) const {
    auto c = look_at_cluster(seen, job_manager_of(x));
    return c.leader ? incarnation_of(*c.leader) : incarnation{};
  }

  scene& done(const action& x) {
    seen.outcomes[x] = {.at = now.steady, .asked = asked(x)};
    return *this;
  }

  /// Another operator continues. It does not know the outcome of the earlier operator's commands.
  scene& another_operator() {
    seen.outcomes.clear();
    seen.under_way.clear();
    seen.own_job_id = {};
    seen.job_managers.clear();
    return *this;
  }

  /// The user's main() runs for it, and runs.
  scene& under_way(const action& x) {
    seen.under_way[x] = asked(x);
    return *this;
  }

  scene& failed(const action& x, failure_class kind, std::string message = "no", int status = 500) {
    seen.outcomes[x]
        = {.failed = failure{kind, status, std::move(message)}, .attempts = 1, .at = now.steady, .asked = asked(x)};
    return *this;
  }

  // -- places to start from -------------------------------------------------------------------------------

  /// A job "old" runs on cluster "c0" as the spec with hash "aaaaaaaa" asks.
  static scene running() {
    scene s;
    s.finalized().cluster("c0");
    auto& st = s.app.status;
    st.phase = phase::Running;
    st.cluster = serving_cluster{"c0", "aaaaaaaa", incarnation_of(*look_at_cluster(s.seen, "c0").leader)};
    st.deploy_hash = "c0";
    st.job_status.emplace();
    st.job_status->job_id = "old";
    st.job_status->jar_name = "job.jar";
    st.job_status->parallelism = 2;
    s.slots("c0", 2, 2).job("c0", "old", rest::job_state::running).checkpoints("c0", "old", {});
    return s.decide();
  }

  /// The spec was edited and the new cluster "c<n>" is being made.
  static scene updating() {
    auto s = running();
    s.hash = "bbbbbbbb";
    s.app.metadata.generation = 2;
    return s.decide();
  }

  const deploy_target& target() const { return *app.status.target; }

  action compile() const { return compile_job{target().cluster_id, *target().job}; }
  action submit() const {
    return submit_job{target().cluster_id, *target().job_id, *target().job,
                      target().start_from.value_or(target().restore_path.value_or(""))};
  }
  action stop() const { return stop_job{"c0", "old", *target().trigger_id}; }

  /// ... and the old job is being stopped.
  static scene savepointing() {
    auto s = updating();
    auto id = s.target().cluster_id;
    s.cluster(id).slots(id, 2).done(s.compile()).jobs("c0");
    return s.decide();
  }

  /// ... and the new job is being submitted with the old one's savepoint.
  static scene submitting() {
    auto s = savepointing();
    s.done(s.stop()).savepoint("c0", s.target().trigger_id.value(), {.in_progress = false, .location = "file:/sp"});
    s.job("c0", "old", rest::job_state::finished);
    s.decide();
    auto id = s.target().cluster_id;
    return s.done(switch_service{id}).jobs(id).no_job(id, *s.target().job_id);
  }
};

/// One checkpoint, completed just now.
inline rest::checkpoints with_checkpoint(const scene& s, std::string path) {
  return {.completed = 1, .latest_completed = rest::checkpoint{std::move(path), s.milliseconds_now(), false, false}};
}

} // namespace flink
