// Faults of pods and processes.
#include "test/simulation/world/node.hpp"

#include <algorithm>
#include <utility>

namespace simulation {

namespace simulated = local::simulated;
using namespace std::chrono_literals;

std::vector<node_pod*> node::running_pods(bool job_managers) {
  std::vector<node_pod*> out;
  for (auto& [uid, x] : pods_)
    if (x.is_job_manager == job_managers && x.at == node_pod::stage::running && !x.ending && !x.cut_off)
      out.push_back(&x);
  // In order of uid, which is the same in every replay.
  return out;
}

void node::kill_process(node_pod& x, std::chrono::milliseconds reported_after) {
  ++x.restarts;
  x.ready = false;
  ++flink_steps_;
  if (auto* process = process_of(x.uid)) {
    process->flink->faults.hung = false;
    process->flink->kill(events_.wall());
    process->flink->start(events_.wall());
  } else if (x.registered && x.registered->alive) {
    x.registered->flink->remove_task_manager(x.uid, events_.wall());
    x.registered = nullptr;
    register_task_managers();
  }
  auto uid = x.uid;
  if (reported_after.count() == 0)
    report(x);
  events_.in(std::max<std::chrono::milliseconds>(1500ms, reported_after), [this, uid] { check_ready(uid); });
}

void node::evict(const node_pod& x) {
  api_.handle({.method = "DELETE",
               .target = path_of(x),
               .content_type = "application/json",
               .accept = "application/json",
               .body = "{}"},
              events_.wall());
  settle_();
}

void node::set_faults(const std::function<void(simulated::faults&)>& change) {
  for (auto& x : job_managers_)
    change_faults(*x, change);
}

void node::set_faults(const std::string& pod_uid, const std::function<void(simulated::faults&)>& change) {
  if (auto* x = process_of(pod_uid))
    change_faults(*x, change);
}

void node::change_faults(job_manager& x, const std::function<void(simulated::faults&)>& change) {
  change(x.flink->faults); // faults outlast a restart
  if (!x.alive)
    return;
  ++flink_steps_;
  x.flink->step(events_.wall());
}

void node::fail_tasks() {
  for (auto& x : job_managers_)
    if (x->alive && !x->flink->faults.hung) {
      ++flink_steps_;
      auto jobs = x->flink->jobs();
      for (auto& [id, job] : jobs)
        x->flink->fail_tasks(id, events_.wall());
    }
}

void node::cancel_jobs(const node_pod& x) {
  auto* process = process_of(x.uid);
  if (!process || !process->alive)
    return;
  ++flink_steps_;
  auto jobs = process->flink->jobs();
  for (auto& [id, job] : jobs)
    process->flink->handle({"PATCH", "/jobs/" + id + "?mode=cancel", ""}, events_.wall(), [](auto) {});
}

void node::expire_jobs() {
  for (auto& x : job_managers_)
    if (x->alive && !x->flink->faults.hung) {
      ++flink_steps_;
      x->flink->expire_jobs(events_.wall());
    }
}

void node::cut_off(const std::string& cluster_id, bool job_managers, bool task_managers) {
  for (auto& [uid, x] : pods_)
    if (x.cluster_id == cluster_id && x.at == node_pod::stage::running && !x.ending
        && (x.is_job_manager ? job_managers : task_managers)) {
      x.cut_off = true;
      events_.in(20s, [this, name = uid] { give_up(name); });
    }
  ++flink_steps_;
  register_task_managers();
}

/// What the controllers do with the pods of a silent node: mark them unready, then delete them.
void node::give_up(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end() || !i->second.cut_off || i->second.ending)
    return;
  auto& x = i->second;
  if (!std::exchange(x.ready, false))
    return evict(x);
  send_status(x);
  events_.in(15s, [this, uid] { give_up(uid); });
}

void node::reconnect() {
  std::vector<std::string> back;
  for (auto& [uid, x] : pods_)
    if (std::exchange(x.cut_off, false))
      back.push_back(uid);
  for (auto& uid : back)
    if (pods_.at(uid).ending)
      events_.in(1s, [this, name = uid] { remove(name); });
    else
      events_.in(1s, [this, name = uid] { check_ready(name); });
  ++flink_steps_;
  register_task_managers();
}

void node::crash_loop(const std::string& cluster_id, bool job_managers, bool on) {
  if (!on) {
    crash_loops_.erase({cluster_id, job_managers});
    return;
  }
  crash_loops_.insert({cluster_id, job_managers});
  for (auto* x : running_pods(job_managers))
    if (x->cluster_id == cluster_id)
      events_.in(1ms, [this, uid = x->uid] { crash(uid); });
}

/// Crashes the container and restarts it after a growing back-off.
void node::crash(const std::string& uid) {
  auto i = pods_.find(uid);
  if (i == pods_.end() || i->second.ending || i->second.at != node_pod::stage::running || !loops(i->second))
    return;
  auto& x = i->second;
  stop_process(x);
  x.at = node_pod::stage::crashed;
  x.ready = false;
  ++x.restarts;
  auto pause = 10s * (1 << std::min(x.restarts - 1, 3));
  report(x);
  events_.in(pause, [this, uid] {
    if (auto j = pods_.find(uid); j != pods_.end() && !j->second.ending && j->second.at == node_pod::stage::crashed)
      run(j->second);
  });
}

} // namespace simulation
