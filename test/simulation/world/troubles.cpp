#include "test/simulation/world/troubles.hpp"

namespace simulation {

using namespace std::chrono_literals;
using local::simulated::faults;

void troubles::happen() {
  auto length = 60s + 60s * s_.adversary.choose("minutes of trouble", 5);
  plan_user();
  plan_interference();
  plan_trouble();
  s_.run_for(length);
  quiet_ = true;
  s_.adversary.rest();
  heal();
}

void troubles::plan_user() {
  constexpr milliseconds pauses[] = {12s, 500ms, 3s, 7s, 20s, 45s};
  s_.events.in(pauses[s_.adversary.choose("user's pause", 6)], [this] {
    if (quiet_)
      return;
    s_.user.do_something();
    plan_user();
  });
}

/// Some phases are over before anybody would act, or anything go wrong, in them by chance.
void troubles::plan_interference() {
  s_.on_phase = [this] {
    if (quiet_)
      return;
    if (s_.phase() == "Savepointing" && s_.adversary.strikes("savepoints fail as one is asked for", 100))
      fail_savepoints();
    if (!s_.adversary.strikes("user acts as a phase begins", 70))
      return;
    constexpr milliseconds delays[] = {0ms, 3ms, 40ms, 900ms};
    s_.events.in(delays[s_.adversary.choose("how soon", 4)], [this] {
      if (!quiet_)
        s_.user.interfere();
    });
  };
}

void troubles::plan_trouble() {
  constexpr milliseconds pauses[] = {30s, 1s, 4s, 9s, 17s};
  s_.events.in(pauses[s_.adversary.choose("time to the next trouble", 5)], [this] {
    if (quiet_)
      return;
    trouble_operator();
    trouble_kubernetes();
    trouble_nodes();
    trouble_flink();
    trouble_jobs();
    meddle();
    plan_trouble();
  });
}

node_pod* troubles::some_pod(bool job_manager) {
  auto all = s_.outside.node().running_pods(job_manager);
  return all.empty() ? nullptr : all[s_.adversary.choose("which pod", static_cast<uint32_t>(all.size()))];
}

/// Takes something away and gives it back after a while.
void troubles::spell(const char* what, std::function<void(bool)> set) {
  constexpr milliseconds lengths[] = {2s, 7s, 25s, 70s};
  s_.say(std::string{what} + " begins");
  set(true);
  s_.events.in(lengths[s_.adversary.choose("how long", 4)], [this, what, set] {
    s_.say(std::string{what} + " ends");
    set(false);
  });
}

void troubles::trouble_operator() {
  if (s_.adversary.strikes("operator killed", 180))
    s_.operators.crash();
  if (s_.adversary.strikes("operator frozen", 100))
    s_.operators.freeze();
  if (s_.adversary.strikes("watch cut", 120))
    s_.net.cut_a_watch();
  if (s_.adversary.strikes("clock jumps", 40))
    s_.operators.shift_clock(s_.adversary.choose("which way", 2) ? 300s : -300s);
}

void troubles::trouble_kubernetes() {
  auto& outside = s_.outside;
  if (s_.adversary.strikes("history compacted", 80)) {
    outside.compact();
    s_.net.cut_a_watch();
  }
  if (s_.adversary.strikes("API server away", 60))
    spell("API server away", [&](bool on) { outside.api_server_down = on; });
  if (s_.adversary.strikes("nothing is scheduled", 60))
    spell("no scheduling", [&](bool on) { outside.node().nothing_is_scheduled = on; });
  if (s_.adversary.strikes("pod evicted", 60))
    if (auto* x = some_pod(s_.adversary.choose("JobManager or TaskManager", 2) == 0)) {
      s_.say("pod " + x->key.name + " is evicted");
      outside.node().evict(*x);
    }
}

void troubles::trouble_nodes() {
  auto& node = s_.outside.node();
  if (s_.adversary.strikes("node cut off", 60))
    if (auto* x = some_pod(true)) {
      auto which = s_.adversary.choose("what is on the node", 3);
      spell("cut off node", [&node, id = x->cluster_id, which](bool on) {
        on ? node.cut_off(id, which != 2, which != 1) : node.reconnect();
      });
    }
  if (s_.adversary.strikes("crash loop", 50))
    if (auto* x = some_pod(s_.adversary.choose("JobManager or TaskManager", 2) == 0)) {
      std::pair which{x->cluster_id, x->is_job_manager};
      spell("crash loop", [this, &node, which](bool on) {
        node.crash_loop(which.first, which.second, on);
        on ? void(loops_.insert(which)) : void(loops_.erase(which));
      });
    }
  if (s_.adversary.strikes("JobManager hangs", 70))
    if (auto* x = some_pod(true))
      spell("hang", [&node, uid = x->uid](bool on) { node.set_faults(uid, [=](faults& y) { y.hung = on; }); });
}

void troubles::trouble_flink() {
  auto& node = s_.outside.node();
  if (s_.adversary.strikes("JobManager dies", 90))
    if (auto* x = some_pod(true)) {
      s_.say("the JobManager of cluster " + x->cluster_id + " dies");
      node.kill_process(*x);
    }
  if (s_.adversary.strikes("TaskManager dies", 60))
    if (auto* x = some_pod(false)) {
      s_.say("a TaskManager of cluster " + x->cluster_id + " dies");
      node.kill_process(*x);
    }
  if (s_.adversary.strikes("savepoints fail", 60))
    fail_savepoints();
  if (s_.adversary.strikes("triggers forgotten", 60))
    spell("forgetting triggers", [&](bool on) { node.set_faults([=](faults& x) { x.triggers_expire = on; }); });
  if (s_.adversary.strikes("checkpoints fail", 40))
    spell("failing checkpoints", [&](bool on) { node.set_faults([=](faults& x) { x.checkpoints_fail = on; }); });
}

void troubles::fail_savepoints() {
  spell("failing savepoints", [this](bool on) {
    s_.outside.node().set_faults([=](faults& x) { x.savepoints_fail = on ? std::optional{"played"} : std::nullopt; });
  });
}

void troubles::trouble_jobs() {
  auto& node = s_.outside.node();
  if (s_.adversary.strikes("tasks fail", 50))
    node.fail_tasks();
  if (s_.adversary.strikes("tasks fail again and again", 50))
    spell("failing tasks", [&](bool on) { node.set_faults([=](faults& x) { x.tasks_fail = on; }); });
  if (s_.adversary.strikes("finished jobs forgotten", 60))
    node.expire_jobs();
  if (s_.adversary.strikes("job cancelled by hand", 20))
    if (auto* x = some_pod(true)) {
      s_.say("somebody cancels the jobs of cluster " + x->cluster_id);
      node.cancel_jobs(*x);
    }
}

// -- people and tools that change what is the operator's ---------------------------------------------------

void troubles::meddle() {
  if (s_.adversary.strikes("object deleted by hand", 20))
    delete_an_object();
  if (s_.adversary.strikes("status erased or set back", 15))
    restore_status();
  if (at_target() && s_.adversary.strikes("target removed from the status", 25))
    remove_target();
  if (s_.adversary.strikes("state deleted by hand", 15))
    delete_a_state();
  if (s_.phase() == "Failed" && s_.adversary.strikes("lost job started by hand", 300))
    start_by_hand();
}

const json::value* troubles::at_target() const {
  auto* x = s_.application();
  return x ? at(*x, {"status", "target"}) : nullptr;
}

/// Somebody thinks that the deploy would begin anew then.
void troubles::remove_target() {
  auto status = *at(*s_.application(), {"status"});
  status.as_object().erase("target");
  s_.say("somebody removes status.target");
  s_.judge.tampered(text(*s_.application(), {"metadata", "uid"}));
  s_.outside.tamper(user::name, std::move(status));
}

/// The newest of them, or any.
void troubles::delete_a_state() {
  auto& node = s_.outside.node();
  auto all = node.snapshots().list();
  if (all.empty())
    return;
  auto path = all[s_.adversary.choose("which state", static_cast<uint32_t>(all.size()))];
  if (auto* x = s_.application(); x && s_.adversary.choose("or the newest", 2))
    path = text(*x, {"status", "jobStatus", "lastCheckpoint"});
  s_.say("somebody deletes the state " + path);
  node.lose(path);
}

/// A JobManager that has lost its memory takes the same job id again. Somebody who does that has looked whether it
/// runs.
void troubles::start_by_hand() {
  auto* job = at(*s_.application(), {"status", "jobStatus"});
  auto* x = some_pod(true);
  auto uid = text(*s_.application(), {"metadata", "uid"});
  if (!job || !x || text(*job, {"jobID"}).empty() || !s_.judge.live_jobs(uid).empty())
    return;
  json::object body{{"jobId", text(*job, {"jobID"})},
                    {"entryClass", text(*job, {"entryClass"})},
                    {"parallelism", integer(*job, {"parallelism"})}};
  if (auto path = text(*job, {"lastCheckpoint"}); !path.empty())
    body["savepointPath"] = path;
  if (auto* arguments = at(*job, {"programArgsList"}))
    body["programArgsList"] = *arguments;
  s_.say("somebody starts job " + text(*job, {"jobID"}) + " on cluster " + x->cluster_id);
  s_.judge.started_by_hand(uid, text(*job, {"jobID"}));
  s_.outside.node().ask(x->ip, {"POST", "/jars/" + text(*job, {"jarName"}) + "/run", json::serialize(body)},
                        [](auto) {});
}

void troubles::delete_an_object() {
  std::vector<std::string> paths;
  for (auto& [resource, prefix] : {std::pair{"deployments.apps", "/apis/apps/v1"}, std::pair{"services", "/api/v1"}})
    for (auto& [key, x] : s_.outside.store().all(resource))
      if (key.ns == application_namespace)
        paths.push_back(std::string{prefix} + "/namespaces/" + key.ns
                        + (std::string_view{resource} == "services" ? "/services/" : "/deployments/") + key.name);
  if (paths.empty())
    return;
  auto& path = paths[s_.adversary.choose("which object", static_cast<uint32_t>(paths.size()))];
  s_.say("somebody deletes " + path);
  s_.outside.remove_by_hand(path);
}

/// A backup tool brings an old copy back, or the status is lost altogether.
void troubles::restore_status() {
  auto* x = s_.application();
  if (!x || s_.statuses_of() != text(*x, {"metadata", "uid"}))
    return;
  s_.judge.tampered(text(*x, {"metadata", "uid"}));
  auto n = static_cast<uint32_t>(s_.old_statuses().size());
  auto which = s_.adversary.choose("which status", n + 1);
  s_.say(which == n ? "the status is erased" : "the status is set back");
  s_.outside.tamper(user::name, which == n ? json::value(json::object{}) : s_.old_statuses()[which]);
}

// -- the end ----------------------------------------------------------------------------------------------

void troubles::heal() {
  auto& node = s_.outside.node();
  s_.outside.api_server_down = false;
  node.nothing_is_scheduled = false;
  node.set_faults([](faults& x) { x = {}; });
  for (auto& [cluster, job_manager] : loops_)
    node.crash_loop(cluster, job_manager, false);
  node.reconnect();
  s_.operators.heal();
  s_.say("peace");
}

} // namespace simulation
