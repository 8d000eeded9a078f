// A pod as its node sees it: what it must run, and the status that the node reports.
#pragma once

#include "local/model/flink/cluster.hpp"
#include "local/model/store.hpp"
#include "test/simulation/world/fields.hpp"

#include <map>
#include <string>

namespace simulation {

/// The process of a JobManager pod with its state.
struct job_manager {
  std::string pod_uid;
  std::string cluster_id;
  std::string application_uid;
  std::unique_ptr<local::simulated::flink_cluster> flink;
  /// The process is running; a killed one may restart in the same pod.
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
  /// The versioned Service by which TaskManagers find their JobManager.
  std::string service;
  std::string ip;
  /// FLINK_PROPERTIES of its first container.
  std::map<std::string, std::string> properties;
  stage at = stage::pending;
  int32_t restarts = 0;
  bool ready = false;
  bool ending = false;
  /// On a node that is cut off: it keeps running, but is not reported.
  bool cut_off = false;
  /// For a TaskManager: the JobManager where it is registered.
  job_manager* registered = nullptr;
};

/// Returns its path at the API server.
std::string path_of(const node_pod& x);

/// Reads a pod object.
node_pod read_pod(const json::value& pod, std::string ip);

/// Returns the merge patch of the pod's status that the node reports.
std::string status_patch(const node_pod& x);

/// Returns the options that the pod's FLINK_PROPERTIES set.
local::simulated::cluster_options options_of(const node_pod& x);

int32_t task_slots_of(const node_pod& x);

} // namespace simulation
