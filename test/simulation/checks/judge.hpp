// What must never be, looked at after every step: two live jobs, a start from less than what was saved, a finished job
// that runs again (judge_jobs.cpp); an old version touched before the gates (judge_orders.cpp); a status that goes
// back, an object that belongs to nobody (judge.cpp). Exceptions stand in allowances.hpp.
#pragma once

#include "test/simulation/checks/allowances.hpp"
#include "test/simulation/world/network.hpp"

#include <map>
#include <set>
#include <string>
#include <vector>

namespace simulation {

class judge {
public:
  explicit judge(const world& outside) : outside_{outside} {}

  /// Looks at the world as it is now.
  void look();
  /// A status was written by the operator.
  void on_status(const json::value& before, const json::value& after);
  /// An order to a JobManager is sent; it may arrive much later.
  void on_order(const std::string& ip, const net::request& x);
  /// The same for the API server.
  void on_write(const net::request& x);

  /// The clusters of an application were left to the user. What the Go operator has made loses with its owner all that
  /// tells whose it is.
  void forgive(const std::string& application_uid) { orphaned_.insert({application_uid, ""}); }
  bool forgiven(const std::string& application_uid) const { return orphaned_.contains(application_uid); }
  /// Somebody starts a job again under its id.
  void started_by_hand(const std::string& application_uid, const std::string& job_id) {
    lives_[application_uid].by_hand.insert(job_id);
  }
  /// Somebody writes the status by hand.
  void tampered(const std::string& application_uid);
  bool is_tampered(const std::string& application_uid) const {
    auto i = lives_.find(application_uid);
    return i != lives_.end() && i->second.tampered;
  }

  /// At rest: a job that was stopped for an update that is over must not be left lying.
  void demand_no_job_left_lying(const json::value& application);

  /// The first thing that was wrong; empty if nothing was.
  const std::string& complaint() const { return complaint_; }
  void complain(std::string x);

  /// Jobs that are not over, of one application and known to it; those on a node that is cut off are among them.
  std::vector<std::string> live_jobs(const std::string& application_uid) const;
  /// With how many slots a job runs; 0 if there is none.
  int32_t parallelism_of(const std::string& job_id) const;

private:
  const json::value* application_of(const std::string& uid) const;

  // judge_jobs.cpp
  void look_at_jobs();
  void look_at_live_jobs(const std::string& uid, const json::value* application);
  bool has_finished(const life& x, const json::value& application) const;
  void started(life& x, const job_manager& where, const local::simulated::job& job);
  int64_t reported_position(const life& x) const;
  int64_t required_position(const life& x, const json::value& application) const;
  bool lives_on(const std::string& job_id, const std::string& cluster_id) const;

  // judge_orders.cpp
  void on_disposal(const std::string& path);
  void on_end_of_job(const json::value& application);
  void on_rescale(const json::value& application, const json::value& body);
  const job_manager* process_behind(const std::string& ip) const;

  // judge.cpp
  void look_at_objects();
  void note_second(life& x, const json::value& before, const json::value& after);
  void remember_states(const json::value& before, const json::value& after);
  void demand_progress(const json::value& before, const json::value& after);

  const world& outside_;
  std::map<std::string, life> lives_;
  std::set<std::string> orphaned_;
  std::set<std::string> known_applications_;
  /// The most slots that a cluster has had.
  std::map<std::string, int64_t> most_slots_;
  /// Clusters whose JobManager was asked to compile the job.
  std::set<std::string> compiled_;
  std::string complaint_;
  uint64_t seen_steps_ = 0;
  uint64_t seen_version_ = 0;
};

} // namespace simulation
