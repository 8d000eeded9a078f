// Where pods run: starts, ends and reports them, and holds Flink's processes and the durable directory of checkpoints
// and savepoints. What goes wrong with pods and processes is told from outside.
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
  /// `settle` lets the controllers and this node act upon what the API server has now.
  node(choices& adversary, timeline& events, local::model::cluster& api, std::function<void()> settle)
      : adversary_{adversary}, events_{events}, api_{api}, settle_{std::move(settle)} {}

  /// Acts upon the pods of the API server.
  void observe_pods();

  /// When something happens in Flink's processes if nobody asks.
  std::optional<local::model::moment> due() const;
  /// Lets that happen.
  void step();

  /// Asks the process behind a pod's address; `done` gets nothing if there is none or the connection breaks.
  void ask(const std::string& ip, const local::simulated::request& x, local::simulated::on_answer done);
  /// Names the process that listens there now: a connection ends with it. Empty if none does.
  std::string process_at(const std::string& ip) const;

  // -- troubles ---------------------------------------------------------------------------------------

  /// Pods stay Pending.
  bool nothing_is_scheduled = false;
  std::vector<node_pod*> running_pods(bool job_managers);
  /// The process dies, its container is started again; the API server is told of it so much later.
  void kill_process(node_pod& x, std::chrono::milliseconds told_after = {});
  /// Somebody deletes the pod.
  void evict(const node_pod& x);
  void set_faults(const std::function<void(local::simulated::faults&)>& change);
  /// The same for the JobManager of one pod, as long as it lives.
  void set_faults(const std::string& pod_uid, const std::function<void(local::simulated::faults&)>& change);
  /// Tasks of running jobs throw.
  void fail_tasks();
  /// Somebody cancels all jobs of a JobManager.
  void cancel_jobs(const node_pod& x);
  /// A checkpoint or savepoint is gone.
  void lose(const std::string& path) { durable_.erase(path); }
  /// JobManagers forget the jobs that are over.
  void expire_jobs();
  /// The node of these pods of a cluster is cut off: they run on, nobody reaches them, and after a while the API server
  /// gives them up.
  void cut_off(const std::string& cluster_id, bool job_managers, bool task_managers);
  /// All nodes are back; what was given up ends.
  void reconnect();
  /// Containers of one role of a cluster die as soon as they run, until that is taken back.
  void crash_loop(const std::string& cluster_id, bool job_managers, bool on);

  // -- onlookers --------------------------------------------------------------------------------------

  const std::vector<std::unique_ptr<job_manager>>& job_managers() const { return job_managers_; }
  const local::simulated::storage& snapshots() const { return durable_; }
  const node_pod* pod(const std::string& uid) const;
  /// Counts what has changed in Flink's processes.
  uint64_t flink_steps() const { return flink_steps_; }

private:
  void meet(const json::value& pod);
  void schedule(const std::string& uid);
  void run(node_pod& x);
  void start_process(node_pod& x);
  job_manager& process_for(const node_pod& x);
  void check_ready(const std::string& uid);
  void end(const std::string& uid);
  void remove(const std::string& uid);
  void report(const node_pod& x);
  void tell(const node_pod& x);
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
  /// Cluster and whether it is the JobManager.
  std::set<std::pair<std::string, bool>> crash_loops_;
  uint64_t seen_version_ = 0;
  uint64_t flink_steps_ = 0;
  int last_ip_ = 1;
};

} // namespace simulation
