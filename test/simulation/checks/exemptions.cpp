#include "test/simulation/checks/exemptions.hpp"

namespace simulation {

bool is_forgotten(const history& x, const std::string& job_id) {
  return x.forgotten.contains(job_id);
}

bool never_ran(const local::simulated::job& x) {
  return x.state == flink::rest::job_state::failed && x.attempt <= 1 && !x.running_since && x.restarts == 0
      && x.completed.empty();
}

bool may_start_twice(const history& x, const std::string& job_id, const std::string& process,
                     const std::string& pod_uid) {
  return x.by_hand.contains(job_id) || (!x.accepted.contains(job_id) && process.starts_with(pod_uid + "/"));
}

bool may_start_from_anything(const history& x, const json::value& application) {
  return x.free || x.tampered || flag(application, {"spec", "fallbackWithoutState"});
}

bool is_chosen_by_the_user(const local::simulated::job& x, const json::value& application) {
  auto chosen = text(application, {"status", "target", "startFrom"});
  return !chosen.empty() && text(application, {"status", "phase"}) != "RollingBackJob" && x.restored
      && x.restored->path == chosen;
}

bool moves_on(const json::value& application) {
  return text(application, {"status", "phase"}) != "RollingBackJob"
      && text(application, {"status", "target", "specHash"}) != text(application, {"status", "cluster", "specHash"});
}

bool goes_back_to_its_own_state(const json::value& application) {
  return text(application, {"status", "phase"}) == "RollingBackJob";
}

bool may_run_two(const json::value& application) {
  return text(application, {"spec", "deploymentMode"}) == "BlueGreen";
}

bool starts_beside(const history& x, const json::value& application) {
  return x.before_second && text(application, {"status", "target", "mode"}) == "BlueGreen";
}

bool can_be_asked(const job_manager& x, const node& where) {
  auto* pod = where.pod(x.pod_uid);
  return x.alive && x.flink->is_up() && !x.flink->faults.hung && pod && !pod->cut_off;
}

bool may_take_down(const history& x, const json::value& application, const std::string& job_id) {
  auto phase = text(application, {"status", "phase"});
  return x.tampered || x.by_hand.contains(job_id) || phase == "Deleting" || phase == "RollingBackJob"
      || is_torn_down(application);
}

bool starts_again(const json::value& application) {
  return text(application, {"status", "target", "clusterId"}) == text(application, {"status", "cluster", "id"})
      && text(application, {"status", "target", "mode"}) != "InPlace";
}

bool is_suspending(const json::value& application) {
  return at(application, {"status", "suspension"}) != nullptr;
}

bool is_torn_down(const json::value& application) {
  return text(application, {"status", "phase"}) == "DualRunning"
      && !text(application, {"status", "teardown", "clusterId"}).empty();
}

bool has_single_cluster(const json::value& application) {
  return text(application, {"status", "target", "mode"}) == "Single";
}

bool may_end_job(const json::value& application) {
  if (is_suspending(application) || is_torn_down(application))
    return true;
  if (text(application, {"status", "target", "mode"}) == "BlueGreen"
      && text(application, {"status", "phase"}) != "Deleting")
    return false; // both versions may run
  auto phase = text(application, {"status", "phase"});
  return phase == "Savepointing" || phase == "Cancelling" || phase == "Recovering" || phase == "Deleting";
}

} // namespace simulation
