// A pod as its node sees it: what it is told to run, and what the node tells of it.
#pragma once

#include "local/model/flink/cluster.hpp"
#include "local/model/store.hpp"
#include "test/simulation/world/fields.hpp"

#include <map>
#include <string>

namespace simulation {

/// One JobManager pod's process with everything that it knows.
struct job_manager {
  std::string pod_uid;
  std::string cluster_id;
  std::string application_uid;
  std::unique_ptr<local::simulated::flink_cluster> flink;
  /// The process exists; a killed one may be started again in the same pod.
  bool alive = false;
};

struct node_pod {
  enum class stage { pending, unschedulable, broken, running, crashed };
  std::string uid;
  local::model::key key;
  std::string cluster_id;
  std::string application_uid;
  bool is_job_manager = false;
  std::string image;
  /// The versioned Service that TaskManagers find their JobManager by.
  std::string service;
  std::string ip;
  /// FLINK_PROPERTIES of its first container.
  std::map<std::string, std::string> properties;
  stage at = stage::pending;
  int32_t restarts = 0;
  bool ready = false;
  bool ending = false;
  /// On a node that nobody reaches: it runs on, and is not reported.
  bool cut_off = false;
  /// Of a TaskManager: the JobManager that it has registered with.
  job_manager* registered = nullptr;
};

/// Where the API server has it.
std::string path_of(const node_pod& x);

/// Reads what the API server says of a pod.
node_pod read_pod(const json::value& pod, std::string ip);

/// What the node says of a pod: a merge patch for its status.
std::string status_patch(const node_pod& x);

/// Flink as the pod's FLINK_PROPERTIES set it up.
local::simulated::cluster_options options_of(const node_pod& x);

int32_t task_slots_of(const node_pod& x);

} // namespace simulation
