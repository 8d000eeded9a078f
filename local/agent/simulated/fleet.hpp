// The simulated Flink clusters of a node: which JobManager and which TaskManagers belong together. They
// find each other as real processes do, by the configuration that their pods carry. A pure model.
#pragma once

#include "local/agent/runtime.hpp"
#include "local/model/flink/cluster.hpp"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace local::agent {

/// All clusters, and the storage that they share.
class simulated_fleet {
public:
  explicit simulated_fleet(name_resolver resolve) : resolve_{std::move(resolve)} {}

  /// A JobManager's process starts at an address where none runs. With high availability it may be one of several of
  /// its cluster: the first one leads, and all answer as the leader does.
  void start_job_manager(const std::string& address, const std::string& ns, const flink_config& config,
                         simulated::cluster_options options, simulated::moment now);

  /// Ends it. Its memory is lost unless a new one restores it with high availability.
  void end_job_manager(const std::string& address, simulated::moment now);

  /// A TaskManager's process starts, and looks for its JobManager until it finds it.
  void start_task_manager(const std::string& ns, const std::string& name, const flink_config& config,
                          simulated::moment now);

  /// It ends.
  void end_task_manager(const std::string& ns, const std::string& name, simulated::moment now);

  /// Lets happen what is due.
  void step(simulated::moment now);

  /// Returns the cluster whose JobManager runs at an address; null if none does.
  simulated::flink_cluster* at(const std::string& address);

private:
  struct cluster {
    std::unique_ptr<simulated::flink_cluster> model;
    /// Addresses of its JobManagers; the first one leads.
    std::vector<std::string> job_managers;
    /// It is remembered when none of them runs.
    bool available = false;
  };

  struct task_manager {
    std::string ns;
    std::string name;
    int32_t slots = 1;
    /// Key of its cluster if that has high availability.
    std::string available_key;
    /// jobmanager.rpc.address
    std::string job_manager;
    /// Key of the cluster that it has found; empty until then.
    std::string found;
    simulated::moment next_look;
  };

  std::string look_for(const task_manager& x) const;
  void forget(const std::string& key);

  name_resolver resolve_;
  simulated::storage storage_;
  std::map<std::string, cluster> clusters_; // by address, or by namespace and id with high availability
  std::map<std::string, std::string> keys_; // of clusters, by address of each JobManager
  std::map<std::string, task_manager> task_managers_;
};

} // namespace local::agent
