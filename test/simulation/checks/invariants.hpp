// The invariants, checked after every step. A violation is two live jobs, a start from older state than was saved, a
// finished job that runs again (job_invariants.cpp); an old version stopped before the gates (command_invariants.cpp);
// a status that goes back, or an object without an application (invariants.cpp). Exemptions are in exemptions.hpp.
#pragma once

#include "test/simulation/checks/exemptions.hpp"
#include "test/simulation/world/network.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace simulation {

class invariants {
public:
  explicit invariants(const world& world) : world_{world} {}

  /// Checks the present state of the world.
  void check();
  /// The operator has written a status.
  void on_status(const json::value& before, const json::value& after);
  /// The operator sends a command to a JobManager; it may arrive much later.
  void on_command(const std::string& ip, const net::request& x);
  /// The operator sends a write to the API server.
  void on_write(const net::request& x);

  /// The user keeps the clusters of a deleted application. The Go operator's objects name their application only in the
  /// owner reference, which an orphaning deletion removes: hence the empty uid.
  void set_orphaned(const std::string& application_uid) { orphaned_.insert({application_uid, ""}); }
  bool is_orphaned(const std::string& application_uid) const { return orphaned_.contains(application_uid); }
  /// A person starts a job again under its id.
  void started_by_hand(const std::string& application_uid, const std::string& job_id) {
    histories_[application_uid].by_hand.insert(job_id);
  }
  /// A person or tool changes the status.
  void tampered(const std::string& application_uid);
  bool is_tampered(const std::string& application_uid) const {
    auto i = histories_.find(application_uid);
    return i != histories_.end() && i->second.tampered;
  }

  /// After convergence: a job that was stopped for an update must have been started again.
  void check_no_stopped_job(const json::value& application);

  /// The first failure; empty if there was none.
  const std::string& failure() const { return failure_; }
  void fail(std::string x);

  /// Returns the unfinished jobs of an application that the operator can know, including those on a node that is cut
  /// off.
  std::vector<std::string> live_jobs(const std::string& application_uid) const;
  /// Returns the parallelism of a job; 0 if it does not run.
  int32_t parallelism_of(const std::string& job_id) const;

private:
  const json::value* application_of(const std::string& uid) const;

  // job_invariants.cpp
  void check_jobs();
  void check_live_jobs(const std::string& uid, const json::value* application);
  bool has_finished(const history& x, const json::value& application) const;
  void started(history& x, const job_manager& where, const local::simulated::job& job);
  int64_t reported_position(const history& x) const;
  int64_t required_position(const history& x, const json::value& application) const;
  bool lives_on(const std::string& job_id, const std::string& cluster_id) const;

  // command_invariants.cpp
  void on_disposal(const std::string& path);
  void on_job_end(const json::value& application);
  void on_rescale(const json::value& application, const json::value& body);
  const job_manager* process_behind(const std::string& ip) const;

  // invariants.cpp
  void check_objects();
  void record_second(history& x, const json::value& before, const json::value& after);
  void record_states(const json::value& before, const json::value& after);
  void check_progress(const json::value& before, const json::value& after);

  const world& world_;
  std::map<std::string, history> histories_;
  std::set<std::string> orphaned_;
  std::set<std::string> known_applications_;
  /// The largest number of slots that each cluster has had.
  std::map<std::string, int64_t> most_slots_;
  /// Clusters whose JobManager was asked to compile the job.
  std::set<std::string> compiled_;
  std::string failure_;
  uint64_t seen_steps_ = 0;
  uint64_t seen_version_ = 0;
};

} // namespace simulation
