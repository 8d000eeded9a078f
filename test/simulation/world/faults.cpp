#include "test/simulation/world/faults.hpp"

namespace simulation {

using namespace std::chrono_literals;
using flink_faults = local::simulated::faults;

void faults::inject() {
  auto length = 60s + 60s * run_.adversary.choose("minutes of faults", 5);
  schedule_user();
  schedule_interference();
  schedule_faults();
  run_.run_for(length);
  quiet_ = true;
  run_.adversary.stop();
  heal();
}

void faults::schedule_user() {
  constexpr milliseconds pauses[] = {12s, 500ms, 3s, 7s, 20s, 45s};
  run_.events.in(pauses[run_.adversary.choose("user's pause", 6)], [this] {
    if (quiet_)
      return;
    run_.user.do_something();
    schedule_user();
  });
}

/// Some phases are too short for random user actions and faults, so both also happen just as a phase begins.
void faults::schedule_interference() {
  run_.on_phase = [this] {
    if (quiet_)
      return;
    if (run_.phase() == "Savepointing" && run_.adversary.strikes("savepoints fail as one is triggered", 100))
      fail_savepoints();
    if (!run_.adversary.strikes("user acts as a phase begins", 70))
      return;
    constexpr milliseconds delays[] = {0ms, 3ms, 40ms, 900ms};
    run_.events.in(delays[run_.adversary.choose("how soon", 4)], [this] {
      if (!quiet_)
        run_.user.interfere();
    });
  };
}

void faults::schedule_faults() {
  constexpr milliseconds pauses[] = {30s, 1s, 4s, 9s, 17s};
  run_.events.in(pauses[run_.adversary.choose("time to the next faults", 5)], [this] {
    if (quiet_)
      return;
    disturb_operator();
    disturb_kubernetes();
    disturb_nodes();
    disturb_flink();
    disturb_jobs();
    change_by_hand();
    schedule_faults();
  });
}

node_pod* faults::some_pod(bool job_manager) {
  auto all = run_.world.node().running_pods(job_manager);
  return all.empty() ? nullptr : all[run_.adversary.choose("which pod", static_cast<uint32_t>(all.size()))];
}

/// Sets a fault and clears it after a while.
void faults::for_a_while(const char* what, std::function<void(bool)> set) {
  constexpr milliseconds lengths[] = {2s, 7s, 25s, 70s};
  run_.log(std::string{what} + " begins");
  set(true);
  run_.events.in(lengths[run_.adversary.choose("how long", 4)], [this, what, set] {
    run_.log(std::string{what} + " ends");
    set(false);
  });
}

void faults::disturb_operator() {
  if (run_.adversary.strikes("operator killed", 180))
    run_.operators.crash();
  if (run_.adversary.strikes("operator frozen", 100))
    run_.operators.freeze();
  if (run_.adversary.strikes("watch cut", 120))
    run_.net.cut_a_watch();
  if (run_.adversary.strikes("clock jumps", 40))
    run_.operators.shift_clock(run_.adversary.choose("which way", 2) ? 300s : -300s);
}

void faults::disturb_kubernetes() {
  auto& world = run_.world;
  if (run_.adversary.strikes("history compacted", 80)) {
    world.compact();
    run_.net.cut_a_watch();
  }
  if (run_.adversary.strikes("API server down", 60))
    for_a_while("API server down", [&](bool on) { world.api_server_down = on; });
  if (run_.adversary.strikes("nothing is scheduled", 60))
    for_a_while("no scheduling", [&](bool on) { world.node().nothing_is_scheduled = on; });
  if (run_.adversary.strikes("pod evicted", 60))
    if (auto* x = some_pod(run_.adversary.choose("JobManager or TaskManager", 2) == 0)) {
      run_.log("pod " + x->key.name + " is evicted");
      world.node().evict(*x);
    }
}

void faults::disturb_nodes() {
  auto& node = run_.world.node();
  if (run_.adversary.strikes("node cut off", 60))
    if (auto* x = some_pod(true)) {
      auto which = run_.adversary.choose("what is on the node", 3);
      for_a_while("cut off node", [&node, id = x->cluster_id, which](bool on) {
        on ? node.cut_off(id, which != 2, which != 1) : node.reconnect();
      });
    }
  if (run_.adversary.strikes("crash loop", 50))
    if (auto* x = some_pod(run_.adversary.choose("JobManager or TaskManager", 2) == 0)) {
      std::pair which{x->cluster_id, x->is_job_manager};
      for_a_while("crash loop", [this, &node, which](bool on) {
        node.crash_loop(which.first, which.second, on);
        on ? void(loops_.insert(which)) : void(loops_.erase(which));
      });
    }
  if (run_.adversary.strikes("JobManager hangs", 70))
    if (auto* x = some_pod(true))
      for_a_while("hang",
                  [&node, uid = x->uid](bool on) { node.set_faults(uid, [=](flink_faults& y) { y.hung = on; }); });
}

void faults::disturb_flink() {
  auto& node = run_.world.node();
  if (run_.adversary.strikes("JobManager dies", 90))
    if (auto* x = some_pod(true)) {
      run_.log("the JobManager of cluster " + x->cluster_id + " dies");
      node.kill_process(*x);
    }
  if (run_.adversary.strikes("TaskManager dies", 60))
    if (auto* x = some_pod(false)) {
      run_.log("a TaskManager of cluster " + x->cluster_id + " dies");
      node.kill_process(*x);
    }
  if (run_.adversary.strikes("savepoints fail", 60))
    fail_savepoints();
  if (run_.adversary.strikes("triggers forgotten", 60))
    for_a_while("forgetting triggers",
                [&](bool on) { node.set_faults([=](flink_faults& x) { x.triggers_expire = on; }); });
  if (run_.adversary.strikes("checkpoints fail", 40))
    for_a_while("failing checkpoints",
                [&](bool on) { node.set_faults([=](flink_faults& x) { x.checkpoints_fail = on; }); });
}

void faults::fail_savepoints() {
  for_a_while("failing savepoints", [this](bool on) {
    run_.world.node().set_faults(
        [=](flink_faults& x) { x.savepoints_fail = on ? std::optional{"injected"} : std::nullopt; });
  });
}

void faults::disturb_jobs() {
  auto& node = run_.world.node();
  if (run_.adversary.strikes("tasks fail", 50))
    node.fail_tasks();
  if (run_.adversary.strikes("tasks fail repeatedly", 50))
    for_a_while("failing tasks", [&](bool on) { node.set_faults([=](flink_faults& x) { x.tasks_fail = on; }); });
  if (run_.adversary.strikes("finished jobs forgotten", 60))
    node.expire_jobs();
  if (run_.adversary.strikes("job cancelled by hand", 20))
    if (auto* x = some_pod(true)) {
      run_.log("somebody cancels the jobs of cluster " + x->cluster_id);
      node.cancel_jobs(*x);
    }
}

// -- people and tools that change the operator's objects ---------------------------------------------------

void faults::change_by_hand() {
  if (run_.adversary.strikes("object deleted by hand", 20))
    delete_an_object();
  if (run_.adversary.strikes("status erased or restored", 15))
    restore_status();
  if (at_target() && run_.adversary.strikes("target removed from the status", 25))
    remove_target();
  if (run_.adversary.strikes("state deleted by hand", 15))
    delete_a_state();
  if (run_.phase() == "Failed" && run_.adversary.strikes("lost job started by hand", 300))
    start_by_hand();
}

const json::value* faults::at_target() const {
  auto* x = run_.application();
  return x ? at(*x, {"status", "target"}) : nullptr;
}

/// A person may expect the deploy to begin again after this.
void faults::remove_target() {
  auto status = *at(*run_.application(), {"status"});
  status.as_object().erase("target");
  run_.log("somebody removes status.target");
  run_.invariants.tampered(text(*run_.application(), {"metadata", "uid"}));
  run_.world.tamper(user::name, std::move(status));
}

/// Deletes the newest checkpoint or any snapshot.
void faults::delete_a_state() {
  auto& node = run_.world.node();
  auto all = node.snapshots().list();
  if (all.empty())
    return;
  auto path = all[run_.adversary.choose("which state", static_cast<uint32_t>(all.size()))];
  if (auto* x = run_.application(); x && run_.adversary.choose("or the newest", 2))
    path = text(*x, {"status", "jobStatus", "lastCheckpoint"});
  run_.log("somebody deletes the state " + path);
  node.lose(path);
}

/// A restarted JobManager accepts the same job id again. A person checks first that the job is not running.
void faults::start_by_hand() {
  auto* job = at(*run_.application(), {"status", "jobStatus"});
  auto* x = some_pod(true);
  auto uid = text(*run_.application(), {"metadata", "uid"});
  if (!job || !x || text(*job, {"jobID"}).empty() || !run_.invariants.live_jobs(uid).empty())
    return;
  json::object body{{"jobId", text(*job, {"jobID"})},
                    {"entryClass", text(*job, {"entryClass"})},
                    {"parallelism", integer(*job, {"parallelism"})}};
  if (auto path = text(*job, {"lastCheckpoint"}); !path.empty())
    body["savepointPath"] = path;
  if (auto* arguments = at(*job, {"programArgsList"}))
    body["programArgsList"] = *arguments;
  run_.log("somebody starts job " + text(*job, {"jobID"}) + " on cluster " + x->cluster_id);
  run_.invariants.started_by_hand(uid, text(*job, {"jobID"}));
  run_.world.node().ask(x->ip, {"POST", "/jars/" + text(*job, {"jarName"}) + "/run", json::serialize(body)},
                        [](auto) {});
}

void faults::delete_an_object() {
  std::vector<std::string> paths;
  for (auto& [resource, prefix] : {std::pair{"deployments.apps", "/apis/apps/v1"}, std::pair{"services", "/api/v1"}})
    for (auto& [key, x] : run_.world.store().all(resource))
      if (key.ns == application_namespace)
        paths.push_back(std::string{prefix} + "/namespaces/" + key.ns
                        + (std::string_view{resource} == "services" ? "/services/" : "/deployments/") + key.name);
  if (paths.empty())
    return;
  auto& path = paths[run_.adversary.choose("which object", static_cast<uint32_t>(paths.size()))];
  run_.log("somebody deletes " + path);
  run_.world.remove_by_hand(path);
}

/// A backup tool restores an old status, or the status is lost.
void faults::restore_status() {
  auto* x = run_.application();
  if (!x || run_.statuses_of() != text(*x, {"metadata", "uid"}))
    return;
  run_.invariants.tampered(text(*x, {"metadata", "uid"}));
  auto n = static_cast<uint32_t>(run_.old_statuses().size());
  auto which = run_.adversary.choose("which status", n + 1);
  run_.log(which == n ? "the status is erased" : "the status is set back");
  run_.world.tamper(user::name, which == n ? json::value(json::object{}) : run_.old_statuses()[which]);
}

// -- the end ----------------------------------------------------------------------------------------------

void faults::heal() {
  auto& node = run_.world.node();
  run_.world.api_server_down = false;
  node.nothing_is_scheduled = false;
  node.set_faults([](flink_faults& x) { x = {}; });
  for (auto& [cluster, job_manager] : loops_)
    node.crash_loop(cluster, job_manager, false);
  node.reconnect();
  run_.operators.heal();
  run_.log("the adversary stops");
}

} // namespace simulation
