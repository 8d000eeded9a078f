// The node: starts, ends and reports pods, and holds Flink's processes and the durable directory of checkpoints and
// savepoints. The caller decides which faults happen.
#pragma once

#include "local/model/cluster.hpp"
#include "test/simulation/choices.hpp"
#include "test/simulation/world/pod.hpp"
#include "test/simulation/world/timeline.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace simulation {

class node {
public:
  /// `settle` lets the controllers and this node react to the present state of the API server.
  node(choices& adversary, timeline& events, local::model::cluster& api, std::function<void()> settle)
      : adversary_{adversary}, events_{events}, api_{api}, settle_{std::move(settle)} {}

  /// Reacts to changes of the pods in the API server.
  void observe_pods();

  /// Returns when the next event in Flink's processes is due.
  std::optional<local::model::moment> due() const;
  /// Executes the events that are due.
  void step();

  /// Sends a request to the process at a pod's address; `done` gets nullopt if there is none or the connection breaks.
  void ask(const std::string& ip, const local::simulated::request& x, local::simulated::on_answer done);
  /// Returns the name of the process that listens there, empty if none does. A connection ends with its process.
  std::string process_at(const std::string& ip) const;

  // -- faults ---------------------------------------------------------------------------------------

  /// Pods stay Pending.
  bool nothing_is_scheduled = false;
  std::vector<node_pod*> running_pods(bool job_managers);
  /// Kills the process; its container restarts at once, and the pod's status shows it `reported_after` later.
  void kill_process(node_pod& x, std::chrono::milliseconds reported_after = {});
  /// Deletes the pod.
  void evict(const node_pod& x);
  void set_faults(const std::function<void(local::simulated::faults&)>& change);
  /// The same for the JobManager of one pod.
  void set_faults(const std::string& pod_uid, const std::function<void(local::simulated::faults&)>& change);
  /// Makes tasks of running jobs throw.
  void fail_tasks();
  /// Cancels all jobs of a JobManager.
  void cancel_jobs(const node_pod& x);
  /// Deletes a checkpoint or savepoint.
  void lose(const std::string& path) { durable_.erase(path); }
  /// Makes JobManagers forget finished jobs.
  void expire_jobs();
  /// Cuts off the node of these pods: they keep running but cannot be reached, and after a while they are evicted.
  void cut_off(const std::string& cluster_id, bool job_managers, bool task_managers);
  /// Reconnects all nodes; evicted pods end.
  void reconnect();
  /// While on, containers of one role of a cluster crash as soon as they run.
  void crash_loop(const std::string& cluster_id, bool job_managers, bool on);

  // -- views --------------------------------------------------------------------------------------

  const std::vector<std::unique_ptr<job_manager>>& job_managers() const { return job_managers_; }
  const local::simulated::storage& snapshots() const { return durable_; }
  const node_pod* pod(const std::string& uid) const;
  /// Counts the changes in Flink's processes.
  uint64_t flink_steps() const { return flink_steps_; }

private:
  void observe(const json::value& pod);
  void schedule(const std::string& uid);
  void run(node_pod& x);
  void start_process(node_pod& x);
  job_manager& process_for(const node_pod& x);
  void check_ready(const std::string& uid);
  void end(const std::string& uid);
  void remove(const std::string& uid);
  void report(const node_pod& x);
  void send_status(const node_pod& x);
  void give_up(const std::string& uid);
  void crash(const std::string& uid);
  void stop_process(node_pod& x);
  void change_faults(job_manager& x, const std::function<void(local::simulated::faults&)>& change);
  bool loops(const node_pod& x) const { return crash_loops_.contains({x.cluster_id, x.is_job_manager}); }
  void register_task_managers();
  job_manager* process_of(const std::string& pod_uid);
  job_manager* serving_process(const node_pod& task_manager);

  choices& adversary_;
  timeline& events_;
  local::model::cluster& api_;
  std::function<void()> settle_;
  local::simulated::storage durable_;
  std::map<std::string, node_pod> pods_;
  std::vector<std::unique_ptr<job_manager>> job_managers_;
  /// Cluster id, and whether its JobManager crashes.
  std::set<std::pair<std::string, bool>> crash_loops_;
  uint64_t seen_version_ = 0;
  uint64_t flink_steps_ = 0;
  int last_ip_ = 1;
};

} // namespace simulation
