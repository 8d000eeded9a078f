#include "test/simulation/world/go_operator.hpp"

#include <memory>

namespace simulation {

namespace {

using namespace std::chrono_literals;

const std::string ns = application_namespace;
const std::string app = user::name;
const std::string old_id = "0a1b2c3d", new_id = "4e5f6071";
const std::string trigger(32, 'c');

json::object with(json::object x, const json::object& more) {
  for (auto& [key, value] : more)
    x[key] = value;
  return x;
}

} // namespace

void go_operator::leave_application() {
  run_.user.create_for_go_operator();
  if (!run_.user.wants_it())
    return;
  run_.world.api({.method = "PATCH",
                  .target = "/apis/flink.k8s.io/v1beta1/namespaces/" + ns + "/flinkapplications/" + app,
                  .content_type = "application/merge-patch+json",
                  .accept = "application/json",
                  .body = R"({"metadata":{"finalizers":["job.finalizers.flink.k8s.io"]}})"});
  run_.adversary.choose("has it deployed anything", 4) == 0 ? leave_first_deploy() : leave_update();
  if (run_.user.wants_it() && run_.adversary.choose("deleted meanwhile", 3) == 2)
    run_.user.remove("Background");
}

// -- its deploys --------------------------------------------------------------------------------------------

void go_operator::leave_first_deploy() {
  constexpr const char* phases[] = {"Updating", "ClusterStarting", "SubmittingJob", "RollingBackJob", "Deleting"};
  std::string phase = phases[run_.adversary.choose("first deploy left in", 5)];
  if (phase != "Updating") {
    make_cluster(new_id, colour(true));
    if (phase == "SubmittingJob" && await_slots(new_id) && run_.adversary.choose("was the job submitted", 2))
      submit(new_id, "");
  }
  leave(phase, {{"deployVersion", colour(true)}, {"updatingVersion", colour(true)}});
  if (phase == "Deleting")
    run_.user.remove("Background");
}

void go_operator::leave_update() {
  make_cluster(old_id, colour(true));
  if (!await_slots(old_id))
    return leave("ClusterStarting", {});
  auto job = start(old_id);
  json::object running{{"deployHash", old_id}, {"deployVersion", colour(true)}, {"jobStatus", job_status(job)}};
  if (blue_green())
    running["versionStatuses"] = json::array{
        {{"appVersion", "green"}, {"versionHash", old_id}, {"jobStatus", job_status(job)}}, json::object{}};
  leave("Running", running);
  constexpr const char* phases[] = {"Running",  "Updating",      "ClusterStarting", "Rescaling", "Savepointing",
                                    "Deleting", "SubmittingJob", "RollingBackJob",  "Recovering"};
  std::string phase = phases[run_.adversary.choose("left in", 9)];
  if (phase == "Running")
    return;
  if (phase == "Deleting")
    return leave_deletion();
  run_.user.edit("a new image under the Go operator, " + run_.user.fresh().image);
  if (phase != "Updating" && phase != "Rescaling")
    make_cluster(new_id, colour(false));
  blue_green() ? leave_second_version(phase) : leave_move(phase);
}

/// Dual: stops the job and moves it to the new cluster.
void go_operator::leave_move(const std::string& phase) {
  auto job = text(application(), {"status", "jobStatus", "jobID"});
  bool moved = phase == "SubmittingJob" || phase == "RollingBackJob";
  if ((phase == "Savepointing" || moved) && await_slots(new_id))
    save(old_id, job, "stop");
  json::object more{{"savepointTriggerId", phase == "Savepointing" || moved ? trigger : ""}};
  if (moved && !savepoint_.empty()) {
    more["savepointPath"] = savepoint_;
    auto with_job = json::object{{"jobID", ""}};
    if (run_.adversary.choose("was the job started", 2))
      with_job["jobID"] = submit(phase == "SubmittingJob" ? new_id : old_id, savepoint_);
    more["jobStatus"] = with(job_status(""), with_job);
  }
  if (phase == "RollingBackJob")
    run_.user.give_up_version();
  leave(moved && savepoint_.empty() ? "Savepointing" : phase, more);
}

/// BlueGreen: the first job keeps running.
void go_operator::leave_second_version(const std::string& phase) {
  bool two = phase == "SubmittingJob" || phase == "RollingBackJob" || phase == "Recovering";
  json::object more{{"updatingVersion", "blue"}};
  if (two && await_slots(new_id))
    save(old_id, text(application(), {"status", "jobStatus", "jobID"}), "savepoints");
  if (!savepoint_.empty()) {
    auto job = phase == "RollingBackJob" ? std::string{} : submit(new_id, savepoint_);
    auto versions = at(application(), {"status", "versionStatuses"})->as_array();
    versions[1] = {{"appVersion", "blue"}, {"versionHash", new_id}, {"jobStatus", job_status(job)}};
    more["updatingHash"] = new_id;
    more["versionStatuses"] = versions;
  }
  if (phase == "RollingBackJob")
    run_.user.give_up_version();
  if (two && savepoint_.empty())
    return leave("Savepointing", more);
  leave(phase == "Recovering" ? "DualRunning" : phase, more);
}

void go_operator::leave_deletion() {
  auto job = text(application(), {"status", "jobStatus", "jobID"});
  bool asked = run_.adversary.choose("was the savepoint asked for", 2) == 1;
  run_.user.remove("Background");
  if (asked)
    save(old_id, job, "stop");
  leave("Deleting", {{"savepointTriggerId", asked ? trigger : ""}, {"savepointPath", savepoint_}});
}

/// Writes the status, merged into the present one.
void go_operator::leave(std::string phase, json::object more) {
  auto before = application();
  auto* had = at(before, {"status"});
  auto status = with(had && had->is_object() ? had->as_object() : json::object{}, more);
  status["phase"] = phase;
  status["deploymentMode"] = text(before, {"spec", "deploymentMode"});
  run_.log("the Go operator leaves " + phase + ": " + json::serialize(status));
  run_.world.tamper(app, std::move(status));
  run_.invariants.on_status(before, application());
}

json::object go_operator::job_status(const std::string& job) const {
  return {{"jobID", job},
          {"state", "RUNNING"},
          {"jarName", text(application(), {"spec", "jarName"})},
          {"parallelism", integer(application(), {"spec", "parallelism"})},
          {"entryClass", text(application(), {"spec", "entryClass"})},
          {"programArgs", text(application(), {"spec", "programArgs"})}};
}

// -- its objects ----------------------------------------------------------------------------------------------

void go_operator::make_cluster(const std::string& id, const std::string& colour) {
  auto deployments = "/apis/apps/v1/namespaces/" + ns + "/deployments";
  auto services = "/api/v1/namespaces/" + ns + "/services";
  post(deployments, deployment(id, true, colour));
  post(services, service(colour.empty() ? app : app + "-" + colour, id, colour)); // an existing one stays as it is
  auto versioned = service(app + "-" + id, id, colour);
  versioned["metadata"].as_object()["labels"].as_object()["flink-app-hash"] = id;
  post(services, versioned);
  post(deployments, deployment(id, false, colour));
}

void go_operator::post(const std::string& path, const json::value& what) {
  run_.world.api({.method = "POST",
                  .target = path,
                  .content_type = "application/json",
                  .accept = "application/json",
                  .body = json::serialize(what)});
}

json::object go_operator::meta(const std::string& name, json::object labels) const {
  json::object owner{{"apiVersion", "flink.k8s.io/v1beta1"},
                     {"kind", "FlinkApplication"},
                     {"name", app},
                     {"uid", text(application(), {"metadata", "uid"})},
                     {"controller", true},
                     {"blockOwnerDeletion", true}};
  return {{"name", name}, {"labels", std::move(labels)}, {"ownerReferences", json::array{std::move(owner)}}};
}

json::object go_operator::labels(std::string_view role, const std::string& colour) const {
  json::object out{{"flink-app", app}};
  if (!role.empty())
    out["flink-deployment-type"] = role;
  if (!colour.empty())
    out["flink-application-version"] = colour;
  return out;
}

std::string go_operator::properties(const std::string& id) const {
  std::string out;
  for (auto& [key, value] : at(application(), {"spec", "flinkConfig"})->as_object())
    out += std::string{key} + ": " + std::string{value.as_string()} + "\n";
  return out + "taskmanager.numberOfTaskSlots: 2\njobmanager.rpc.port: 6123\njobmanager.web.port: 8081\n"
       + "query.server.port: 6124\nblob.server.port: 6125\nmetrics.internal.query-service.port: 50101\n"
       + "jobmanager.rpc.address: " + app + "-" + id + "\n";
}

json::object go_operator::deployment(const std::string& id, bool job_manager, const std::string& colour) const {
  auto role = job_manager ? "jobmanager" : "taskmanager";
  auto name = app + "-" + id + (colour.empty() ? "" : "-" + colour) + (job_manager ? "-jm" : "-tm");
  auto spec = at(application(), {"spec"});
  auto parallelism = integer(*spec, {"parallelism"});
  auto tie = with(labels(role, colour), {{"pod-deployment-selector", id + (job_manager ? "jm" : "tm")}});
  auto metadata = meta(name, with(labels(role, colour), {{"flink-app-hash", id}}));
  metadata["annotations"]
      = {{"flink-job-properties", "jarName: " + text(*spec, {"jarName"}) + "\nparallelism: "
                                      + std::to_string(parallelism) + "\nentryClass:" + text(*spec, {"entryClass"})
                                      + "\nprogramArgs:\"" + text(*spec, {"programArgs"}) + "\""}};
  json::object container{{"name", role},
                         {"image", text(*spec, {"image"})},
                         {"args", json::array{role}},
                         {"env", json::array{{{"name", "FLINK_PROPERTIES"}, {"value", properties(id)}}}}};
  // The annotations name the pods' application and cluster, for the invariants: the Go operator's labels do not.
  json::object notes{{"flink-app-hash", id}, {owner_annotation, text(application(), {"metadata", "uid"})}};
  json::object pod{{"metadata", {{"labels", tie}, {"annotations", std::move(notes)}}},
                   {"spec", {{"containers", json::array{std::move(container)}}}}};
  return {{"apiVersion", "apps/v1"},
          {"kind", "Deployment"},
          {"metadata", std::move(metadata)},
          {"spec",
           {{"replicas", job_manager ? 1 : (parallelism + 1) / 2},
            {"strategy", {{"type", "Recreate"}}},
            {"selector", {{"matchLabels", tie}}},
            {"template", std::move(pod)}}}};
}

json::object go_operator::service(const std::string& name, const std::string& id, const std::string& colour) const {
  return {{"apiVersion", "v1"},
          {"kind", "Service"},
          {"metadata", meta(name, labels("", colour))},
          {"spec",
           {{"clusterIP", "None"},
            {"selector", with(labels("jobmanager", colour), {{"pod-deployment-selector", id + "jm"}})},
            {"ports", json::array{{{"name", "ui"}, {"port", 8081}}}}}}};
}

// -- its requests ----------------------------------------------------------------------------------------------

const job_manager* go_operator::process(const std::string& id) const {
  for (auto& x : run_.world.node().job_managers())
    if (x->alive && x->cluster_id == id)
      return x.get();
  return nullptr;
}

bool go_operator::await_slots(const std::string& id) {
  return run_.run_until(90s, [&] {
    auto* x = process(id);
    return x && x->flink->is_up() && x->flink->slots() >= integer(application(), {"spec", "parallelism"});
  });
}

json::value go_operator::ask(const std::string& id, const std::string& method, const std::string& path,
                             const std::string& body) {
  auto got = std::make_shared<std::optional<std::string>>();
  auto* to = process(id);
  auto* pod = to ? run_.world.node().pod(to->pod_uid) : nullptr;
  if (!pod)
    return nullptr;
  run_.world.node().ask(pod->ip, {method, path, body}, [got](auto x) { *got = x ? x->body : "null"; });
  run_.run_until(60s, [&] { return got->has_value(); });
  return json::parse(got->value_or("null"));
}

/// Submits the job and returns its id from the JobManager's answer.
std::string go_operator::submit(const std::string& id, const std::string& path) {
  // Unique, as those that Flink draws.
  std::string id_of_job(32, "abde"[jobs_++]);
  json::object body{{"jobId", id_of_job},
                    {"entryClass", text(application(), {"spec", "entryClass"})},
                    {"parallelism", integer(application(), {"spec", "parallelism"})},
                    {"programArgsList", json::array{}}};
  if (!path.empty())
    body["savepointPath"] = path;
  auto jar = "/jars/" + text(application(), {"spec", "jarName"}) + "/run";
  return text(ask(id, "POST", jar, json::serialize(body)), {"jobid"});
}

/// Submits the job and waits for its first checkpoint.
std::string go_operator::start(const std::string& id) {
  auto job = submit(id, "");
  run_.run_until(60s, [&] {
    auto* x = process(id);
    return x && x->flink->jobs().contains(job) && !x->flink->jobs().at(job).completed.empty();
  });
  return job;
}

/// Triggers a savepoint; `how` is the last part of the path. The adversary decides whether it waits for the result.
void go_operator::save(const std::string& id, const std::string& job, const std::string& how) {
  ask(id, "POST", "/jobs/" + job + "/" + how, R"({"triggerId":")" + trigger + R"("})");
  if (!run_.adversary.choose("was the savepoint waited for", 2))
    return;
  run_.run_until(30s, [&] {
    auto answer = ask(id, "GET", "/jobs/" + job + "/savepoints/" + trigger, "");
    savepoint_ = text(answer, {"operation", "location"});
    return text(answer, {"status", "id"}) != "IN_PROGRESS";
  });
}

} // namespace simulation
