#include "test/simulation/troubles.hpp"

namespace simulation {

using namespace std::chrono_literals;
using local::simulated::faults;

void troubles::happen() {
  auto length = 60s + 60s * s_.adversary.choose("minutes of trouble", 5);
  plan_user();
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

void troubles::plan_trouble() {
  constexpr milliseconds pauses[] = {30s, 1s, 4s, 9s, 17s};
  s_.events.in(pauses[s_.adversary.choose("time to the next trouble", 5)], [this] {
    if (quiet_)
      return;
    trouble_operator();
    trouble_kubernetes();
    trouble_flink();
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
  if (s_.adversary.strikes("tasks fail", 60))
    node.fail_tasks();
  if (s_.adversary.strikes("JobManagers hang", 50))
    spell("hang", [&](bool on) { node.set_faults([=](faults& x) { x.hung = on; }); });
  if (s_.adversary.strikes("savepoints fail", 60))
    spell("failing savepoints", [&](bool on) {
      node.set_faults([=](faults& x) { x.savepoints_fail = on ? std::optional{"played"} : std::nullopt; });
    });
  if (s_.adversary.strikes("checkpoints fail", 40))
    spell("failing checkpoints", [&](bool on) { node.set_faults([=](faults& x) { x.checkpoints_fail = on; }); });
}

void troubles::heal() {
  s_.outside.api_server_down = false;
  s_.outside.node().nothing_is_scheduled = false;
  s_.outside.node().set_faults([](faults& x) { x = {}; });
  s_.operators.heal();
  s_.say("peace");
}

} // namespace simulation
