// A model of the Go operator: it brings one application into a phase, with its own status and objects, and leaves. The
// run then tests how our operator takes over. Based on the same facts as flink/migration.
#pragma once

#include "test/simulation/run.hpp"

#include <string>

namespace simulation {

class go_operator {
public:
  explicit go_operator(run& r) : run_{r} {}

  /// Leaves an application in one of its phases, as the adversary chooses.
  void leave_application();

private:
  void leave_first_deploy();
  void leave_update();
  void leave_move(const std::string& phase);
  void leave_second_version(const std::string& phase);
  void leave_deletion();
  void leave(std::string phase, json::object more);

  void make_cluster(const std::string& id, const std::string& colour);
  void post(const std::string& path, const json::value& what);
  json::object meta(const std::string& name, json::object labels) const;
  json::object labels(std::string_view role, const std::string& colour) const;
  json::object deployment(const std::string& id, bool job_manager, const std::string& colour) const;
  json::object service(const std::string& name, const std::string& id, const std::string& colour) const;
  std::string properties(const std::string& id) const;

  bool await_slots(const std::string& id);
  std::string submit(const std::string& id, const std::string& path);
  std::string start(const std::string& id);
  void save(const std::string& id, const std::string& job, const std::string& how);
  json::value ask(const std::string& id, const std::string& method, const std::string& path, const std::string& body);
  const job_manager* process(const std::string& id) const;

  const json::value& application() const { return *run_.application(); }
  bool blue_green() const { return text(application(), {"spec", "deploymentMode"}) == "BlueGreen"; }
  std::string colour(bool first) const { return !blue_green() ? "" : first ? "green" : "blue"; }
  json::object job_status(const std::string& job) const;

  run& run_;
  std::size_t jobs_ = 0;
  /// The path of its savepoint.
  std::string savepoint_;
};

} // namespace simulation
