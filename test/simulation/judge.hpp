// What must never be, looked at after every step: two live jobs, a start from less than what was saved, an old version
// touched too early, an object that belongs to nobody, a status that goes back.
#pragma once

#include "test/simulation/network.hpp"

#include <map>
#include <set>
#include <string>

namespace simulation {

class judge {
public:
  explicit judge(const world& outside) : outside_{outside} {}

  /// Looks at the world as it is now.
  void look();
  /// A status was written.
  void on_status(const json::value& before, const json::value& after);
  /// An order to a JobManager is sent; it may arrive much later.
  void on_order(const std::string& ip, const net::request& x);
  /// The clusters of an application were left to the user.
  void forgive(const std::string& application_uid) { orphaned_.insert(application_uid); }
  bool forgiven(const std::string& application_uid) const { return orphaned_.contains(application_uid); }

  /// The first thing that was wrong; empty if nothing was.
  const std::string& complaint() const { return complaint_; }
  void complain(std::string x);

  /// Jobs that are not over, of one application.
  std::vector<std::string> live_jobs(const std::string& application_uid) const;

private:
  /// What is known of one application's states.
  struct life {
    /// Paths that an accepted status has named.
    std::set<std::string> reported;
    /// Jobs that an accepted status has named as the one that serves.
    std::set<std::string> accepted;
    std::set<std::string> started;
    /// The next job may start from nothing: the last one has come to its end by itself, or the user wants no
    /// savepoints.
    bool free = false;
  };

  void look_at_jobs();
  void look_at_objects();
  void on_disposal(const std::string& path);
  bool gave_its_state_away(const std::string& job_id) const;
  void started(life& x, const job_manager& where, const local::simulated::job& job);
  int64_t required_position(const life& x, const json::value& application) const;
  const json::value* application_of(const std::string& uid) const;

  const world& outside_;
  std::map<std::string, life> lives_;
  std::set<std::string> orphaned_;
  /// Clusters that have had all the slots that their job needs.
  std::set<std::string> ready_clusters_;
  std::string complaint_;
  uint64_t seen_steps_ = 0;
  uint64_t seen_version_ = 0;
};

} // namespace simulation
