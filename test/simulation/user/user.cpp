#include "test/simulation/user/user.hpp"

namespace simulation {

namespace {

const std::string ns = application_namespace;
const std::string all = "/apis/flink.k8s.io/v1beta1/namespaces/" + ns + "/flinkapplications";

std::string high_availability(bool x) {
  return x ? R"(,"high-availability.type":"kubernetes","high-availability.storageDir":"file:/ha")" : "";
}

std::string boolean(bool x) {
  return x ? "true" : "false";
}

} // namespace

local::model::answer user::ask(std::string method, std::string path, std::string body) {
  auto type = method == "PATCH" ? "application/merge-patch+json" : "application/json";
  auto out = world_.api({std::move(method), std::move(path), type, "application/json", std::move(body)});
  if (out.status >= 300 && trace)
    trace("user is refused: " + out.body);
  return out;
}

std::string user::spec() const {
  return R"({"image":")" + now_.image + R"(","jarName":")" + now_.jar + R"(","entryClass":"Job","parallelism":)"
       + std::to_string(now_.parallelism) + R"(,"programArgs":")" + now_.arguments + R"(","savepointDisabled":)"
       + boolean(now_.savepoint_disabled) + R"(,"forceRollback":)" + boolean(now_.force_rollback) + R"(,"suspend":)"
       + boolean(now_.suspend) + savepoint_fields() + R"(,"fallbackWithoutState":)"
       + boolean(now_.fallback_without_state) + R"(,"deleteMode":")" + now_.delete_mode + R"(","deploymentMode":")"
       + mode_ + R"(","scaleMode":")"
       + (adaptive_   ? "Adaptive"
          : in_place_ ? "InPlace"
                      : "NewCluster")
       + R"(","jobFailurePolicy":{"restart":")" + (now_.never_again ? "Never" : "Always")
       + R"("},"acceptance":{"requireCheckpoint":)" + boolean(now_.must_checkpoint) + R"(},"tearDownVersionHash":")"
       + torn_down_
       + R"(","flinkVersion":"1.20","flinkConfig":{"state.savepoints.dir":"file:/sp","state.checkpoints.dir":"file:/cp",)"
         R"("execution.checkpointing.interval":"10s")"
       + (adaptive_ ? R"(,"jobmanager.scheduler":"adaptive")" : "") + high_availability(now_.high_availability)
       + R"(},"taskManagerConfig":{"taskSlots":2},"timeouts":)"
         R"({"clusterStartSeconds":90,"submitSeconds":30,"savepointSeconds":60,"jobStartSeconds":40,"deleteSeconds":120}})";
}

std::string user::savepoint_fields() const {
  auto nonce = now_.savepoint_nonce > 0 ? R"(,"savepointNonce":")" + std::to_string(now_.savepoint_nonce) + '"' : "";
  if (!world_.application(name)) // only a patch can remove a field
    return nonce;
  auto& path = now_.restore_path;
  return nonce + R"(,"savepointSchedule":)" + (now_.scheduled ? R"({"intervalSeconds":15,"keep":2})" : "null")
       + R"(,"restoreFrom":)" + (path.empty() ? "null" : R"({"path":")" + path + R"(","nonce":")" + path + R"("})");
}

void user::create() {
  constexpr const char* modes[] = {"Dual", "Single", "BlueGreen"};
  mode_ = modes[adversary_.choose("deploymentMode", 3)];
  auto scale_mode = adversary_.choose("scaleMode", 4);
  in_place_ = scale_mode % 2 == 1;
  adaptive_ = scale_mode == 3;
  create_as_it_is();
}

void user::create_for_go_operator() {
  mode_ = adversary_.choose("deploymentMode", 2) ? "BlueGreen" : "Dual"; // the Go operator has no other modes
  create_as_it_is();
}

void user::create_for(scenario x) {
  if (x == scenario::teardown)
    mode_ = "BlueGreen";
  adaptive_ = x == scenario::adaptive_rescale;
  in_place_ = x == scenario::rescale || adaptive_;
  create_as_it_is();
}

void user::create_as_it_is() {
  clear_away();
  now_.scheduled = false;
  now_.restore_path.clear();
  wants_it_ = true;
  ask("POST", "/api/v1/namespaces", R"({"apiVersion":"v1","kind":"Namespace","metadata":{"name":")" + ns + R"("}})");
  now_.high_availability = adversary_.choose("high availability", 4) == 3;
  auto out = ask("POST", all,
                 R"({"apiVersion":"flink.k8s.io/v1beta1","kind":"FlinkApplication","metadata":{"name":"app"},"spec":)"
                     + spec() + "}");
  if (out.status >= 300)
    wants_it_ = false; // the previous application is still being deleted
  else if (trace)
    trace("user creates the application");
}

/// What an orphaning deletion left blocks a new application of the same name.
void user::clear_away() {
  if (!orphaned_.empty())
    delete_objects_of(orphaned_, true);
}

void user::clear_clusters() {
  if (auto* x = world_.application(name))
    delete_objects_of(text(*x, {"metadata", "uid"}), false);
}

void user::delete_objects_of(const std::string& uid, bool services) {
  auto deployments = std::pair{"deployments.apps", "/apis/apps/v1/namespaces/" + ns + "/deployments/"};
  auto others = std::pair{"services", "/api/v1/namespaces/" + ns + "/services/"};
  for (auto& [resource, path] : {deployments, others}) {
    auto objects = world_.store().all(resource);
    for (auto& [key, x] : objects)
      if ((services || resource == deployments.first)
          && (application_uid_of(*x) == uid || application_uid_of(*x).empty()))
        ask("DELETE", path + key.name, R"({"propagationPolicy":"Background"})");
  }
}

version& user::fresh() {
  before_ = now_;
  return now_ = {.image = "job:" + std::to_string(++images_),
                 .suspend = now_.suspend,
                 .savepoint_nonce = now_.savepoint_nonce,
                 .scheduled = now_.scheduled,
                 .high_availability = now_.high_availability,
                 .delete_mode = now_.delete_mode};
}

void user::scale(int32_t parallelism) {
  before_ = now_;
  now_.parallelism = parallelism;
  edit("parallelism " + std::to_string(parallelism) + " and nothing else");
}

void user::edit(std::string what) {
  if (trace)
    trace("user edits: " + what);
  ask("PATCH", all + "/app", R"({"spec":)" + spec() + "}");
}

void user::perform(scenario x) {
  switch (x) {
  case scenario::create:
    return;
  case scenario::update:
  case scenario::teardown:
    now_.image = "job:2";
    return edit("a new image, job:2");
  case scenario::slow_main:
    now_.image = "job:2";
    now_.arguments = "--slow";
    return edit("a main() that takes long");
  case scenario::single_rollback:
    mode_ = "Single";
    [[fallthrough]];
  case scenario::rollback:
    now_.image = "job:2";
    now_.arguments = "--other-state";
    now_.good = false;
    return edit("operators that cannot take the state");
  case scenario::rescale:
  case scenario::adaptive_rescale:
    return scale(4);
  case scenario::remove:
    return remove("Background");
  }
}

void user::repair(bool without_state, const std::string& shape) {
  now_ = {.image = "job:" + std::to_string(++images_),
          .arguments = shape == "other" ? "--other-state" : "",
          .fallback_without_state = without_state,
          .savepoint_nonce = now_.savepoint_nonce,
          .scheduled = now_.scheduled,
          .high_availability = now_.high_availability,
          .delete_mode = now_.delete_mode};
  edit("a good version, " + now_.image);
}

void user::unschedule() {
  if (!now_.scheduled)
    return;
  now_.scheduled = false;
  edit("no schedule of savepoints");
}

std::string user::some_savepoint() {
  auto* x = world_.application(name);
  auto* list = x ? at(*x, {"status", "savepoints"}) : nullptr;
  auto known = list ? static_cast<uint32_t>(list->as_array().size()) : 0;
  auto drawn = adversary_.choose("which savepoint", known + 1);
  return drawn < known ? text(list->as_array()[drawn], {"path"}) : "file:/sp/never";
}

void user::change_mode() {
  if (mode_ == "BlueGreen")
    return;
  mode_ = mode_ == "Dual" ? "Single" : "Dual";
  edit("deploymentMode " + mode_);
}

bool user::has_two_versions() const {
  auto* x = world_.application(name);
  auto* versions = x ? at(*x, {"status", "versionStatuses"}) : nullptr;
  return versions && text(*x, {"status", "phase"}) == "DualRunning" && versions->as_array().size() == 2;
}

void user::tear_down(std::size_t which) {
  if (!has_two_versions())
    return;
  auto& versions = at(*world_.application(name), {"status", "versionStatuses"})->as_array();
  torn_down_ = text(versions[which], {"versionHash"});
  edit(std::string{which ? "tear down the newer version, " : "tear down the older version, "} + torn_down_);
}

void user::give_up_state() {
  now_.delete_mode = "None";
  edit("deleteMode None");
}

void user::remove(const char* propagation) {
  if (trace)
    trace(std::string{"user deletes the application, "} + propagation + ", " + now_.delete_mode);
  auto* x = world_.application(name);
  if (x && std::string_view{propagation} == "Orphan")
    invariants_.set_orphaned(orphaned_ = text(*x, {"metadata", "uid"}));
  ask("DELETE", all + "/app", R"({"propagationPolicy":")" + std::string{propagation} + R"("})");
  wants_it_ = false;
}

void user::remove_namespace() {
  if (trace)
    trace("user deletes the namespace");
  ask("DELETE", "/api/v1/namespaces/" + ns, "{}");
  wants_it_ = false;
}

void user::start_over() {
  now_ = {.image = "job:" + std::to_string(++images_), .delete_mode = "None"};
  edit("deleteMode None");
  remove("Background");
}

} // namespace simulation
