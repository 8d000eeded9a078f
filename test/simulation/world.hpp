// Everything outside the operator: the API server with its controllers, a node that runs pods, Flink's processes, and
// the durable directory of checkpoints and savepoints. Pure models on virtual time; what goes wrong is told from
// outside.
#pragma once

#include "local/model/cluster.hpp"
#include "local/model/flink/cluster.hpp"
#include "test/simulation/choices.hpp"
#include "test/simulation/timeline.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace simulation {

namespace json = boost::json;

/// One JobManager pod's process with everything that it knows.
struct job_manager {
  std::string pod_uid;
  std::string cluster_id;
  std::string application_uid;
  std::unique_ptr<local::simulated::flink_cluster> flink;
  /// The process exists; a killed one may be started again in the same pod.
  bool alive = false;
};

/// A pod as the node sees it.
struct node_pod {
  enum class stage { pending, broken, running, ended };
  std::string uid;
  local::model::key key;
  std::string cluster_id;
  std::string application_uid;
  bool is_job_manager = false;
  std::string image;
  std::string ip;
  /// FLINK_PROPERTIES of its first container.
  std::map<std::string, std::string> properties;
  stage at = stage::pending;
  int32_t restarts = 0;
  bool ready = false;
  bool ending = false;
  /// Of a TaskManager: the JobManager that it has registered with.
  job_manager* registered = nullptr;
};

class world {
public:
  world(choices& adversary, timeline& events, uint64_t seed);

  time_point now() const { return now_; }
  local::model::moment wall() const { return wall_at(now_); }
  static local::model::moment wall_at(time_point x);

  /// When something happens here if nobody asks.
  std::optional<time_point> due() const;
  /// Moves the clock; what is due until then happens.
  void advance(time_point to);

  // -- requests ---------------------------------------------------------------------------------------

  local::model::answer api(const local::model::request& x);
  /// Asks the process behind a pod's address; `done` gets nothing if there is none or the connection breaks.
  void ask_job_manager(const std::string& ip, const local::simulated::request& x, local::simulated::on_answer done);

  /// Names the process that listens there now: a connection ends with it. Empty if none does.
  std::string process_at(const std::string& ip) const;

  // -- troubles ---------------------------------------------------------------------------------------

  bool api_server_down = false;
  /// Pods stay Pending.
  bool nothing_is_scheduled = false;
  /// Watches have to list anew.
  void compact() { cluster_.resources().store().compact(); }
  std::vector<node_pod*> running_pods(bool job_managers);
  /// The process dies, its container is started again.
  void kill_process(node_pod& x);
  /// Somebody deletes the pod.
  void evict(const node_pod& x);
  void set_faults(const std::function<void(local::simulated::faults&)>& change);
  /// Tasks of a running job throw.
  void fail_tasks();

  // -- onlookers --------------------------------------------------------------------------------------

  /// The FlinkApplication as it is stored, or null.
  const json::value* application(const std::string& name) const;
  const local::model::store& store() const { return cluster_.resources().store(); }
  const std::vector<std::unique_ptr<job_manager>>& job_managers() const { return job_managers_; }
  const local::simulated::storage& snapshots() const { return durable_; }
  const node_pod* pod(const std::string& uid) const;
  /// Counts what has changed in Flink's processes.
  uint64_t flink_steps() const { return flink_steps_; }
  /// Is called with every successful write to a FlinkApplication's status: before and after.
  std::function<void(const json::value& before, const json::value& after)> on_status;

private:
  void observe_pods();
  void meet(const json::value& pod);
  void schedule(const std::string& uid);
  void run(node_pod& x);
  void start_process(node_pod& x);
  void check_ready(const std::string& uid);
  void end(const std::string& uid);
  void remove(const std::string& uid);
  void report(const node_pod& x);
  void register_task_managers();
  job_manager* process_of(const std::string& pod_uid);
  job_manager* serving_process(const std::string& cluster_id);
  void settle();
  void in(milliseconds delay, std::function<void()> what) { events_.at(now_ + delay, std::move(what)); }

  choices& adversary_;
  timeline& events_;
  time_point now_ = beginning;
  uint64_t random_;
  local::model::cluster cluster_;
  local::simulated::storage durable_;
  std::map<std::string, node_pod> pods_;
  std::vector<std::unique_ptr<job_manager>> job_managers_;
  uint64_t seen_version_ = 0;
  uint64_t flink_steps_ = 0;
  int last_ip_ = 1;
};

/// Returns the value at a path of member names, or null; for JSON that is known to be of that shape.
const json::value* at(const json::value& x, std::initializer_list<std::string_view> path);
/// Returns the text there, or an empty one.
std::string text(const json::value& x, std::initializer_list<std::string_view> path);

} // namespace simulation
