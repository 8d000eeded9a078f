// What goes wrong outside the network: when, for how long, and that it ends.
#pragma once

#include "test/simulation/stage.hpp"

#include <functional>
#include <set>
#include <string>
#include <utility>

namespace simulation {

class troubles {
public:
  explicit troubles(stage& s) : s_{s} {}

  /// Lets the user and the adversary act for some minutes, then makes everything well.
  void happen();

private:
  void plan_user();
  void plan_interference();
  void plan_trouble();
  void trouble_operator();
  void trouble_kubernetes();
  void trouble_nodes();
  void trouble_flink();
  void fail_savepoints();
  void trouble_jobs();
  void meddle();
  void restore_status();
  void delete_an_object();
  const json::value* at_target() const;
  void remove_target();
  void delete_a_state();
  void start_by_hand();
  void heal();
  node_pod* some_pod(bool job_manager);
  void spell(const char* what, std::function<void(bool)> set);

  stage& s_;
  bool quiet_ = false;
  /// Clusters and roles that crash.
  std::set<std::pair<std::string, bool>> loops_;
};

} // namespace simulation
