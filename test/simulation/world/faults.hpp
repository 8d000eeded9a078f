// Faults outside the network: when they happen, for how long, and their end.
#pragma once

#include "test/simulation/run.hpp"

#include <functional>
#include <set>
#include <string>
#include <utility>

namespace simulation {

class faults {
public:
  explicit faults(run& r) : run_{r} {}

  /// Lets the user and the adversary act for some minutes, then ends all faults.
  void inject();

private:
  void schedule_user();
  void schedule_interference();
  void schedule_faults();
  void disturb_operator();
  void disturb_kubernetes();
  void disturb_nodes();
  void disturb_flink();
  void fail_savepoints();
  void disturb_jobs();
  void change_by_hand();
  void restore_status();
  void delete_an_object();
  const json::value* at_target() const;
  void remove_target();
  void delete_a_state();
  void start_by_hand();
  void heal();
  node_pod* some_pod(bool job_manager);
  void for_a_while(const char* what, std::function<void(bool)> set);

  run& run_;
  bool quiet_ = false;
  /// Clusters and roles in a crash loop.
  std::set<std::pair<std::string, bool>> loops_;
};

} // namespace simulation
