// The user with kubectl: creates, edits and deletes one application, and knows what to expect of the operator. The
// user's requests never fail in the network.
#pragma once

#include "test/simulation/checks/invariants.hpp"

#include <string>

namespace simulation {

/// A version of the application as the user wants it.
struct version {
  std::string image = "job:1";
  std::string jar = "job.jar";
  std::string arguments;
  int32_t parallelism = 2;
  bool savepoint_disabled = false;
  bool fallback_without_state = false;
  bool force_rollback = false;
  bool suspend = false;
  /// The number of savepoints requested.
  int savepoint_nonce = 0;
  bool scheduled = false;
  /// The state to restore; empty: none.
  std::string restore_path;
  bool high_availability = false;
  /// jobFailurePolicy.restart Never.
  bool never_again = false;
  /// acceptance.requireCheckpoint.
  bool must_checkpoint = false;
  std::string delete_mode = "Savepoint";
  /// The operator can make it run.
  bool good = true;
};

/// A run without faults, except one crash of the operator.
enum class scenario {
  create,
  update,
  rollback,
  remove,
  single_rollback,
  teardown,
  rescale,
  adaptive_rescale,
  slow_main
};

class user {
public:
  user(world& world, choices& adversary, invariants& checks)
      : world_{world}, adversary_{adversary}, invariants_{checks} {}

  void create();
  /// Creates an application for the Go operator to manage.
  void create_for_go_operator();
  /// Creates the application that a scenario begins with.
  void create_for(scenario x);
  /// Edits, deletes or creates again, as the adversary chooses (workload.cpp).
  void do_something();
  /// The same, but prefers edits that interrupt what is in progress.
  void interfere();
  /// Performs the operation of a scenario; the application is running already.
  void perform(scenario x);
  /// Edits to a good new image that can restore state of `shape`; without state if the operator asked for that.
  void repair(bool without_state, const std::string& shape);
  /// Removes the savepoint schedule, so that nothing is written.
  void unschedule();
  /// Returns a savepoint from the status that the adversary chooses, or one that does not exist.
  std::string some_savepoint();
  bool has_two_versions() const;
  /// BlueGreen: tears down the older (0) or the newer (1) version.
  void tear_down(std::size_t which);
  /// The wanted version is no longer expected to run.
  void give_up_version() { now_.good = false; }
  /// Lets a deletion continue without a savepoint.
  void give_up_state();
  /// Deletes the Deployments of all clusters, as StatusLost asks for.
  void clear_clusters();
  /// Deletes the application so that it can be created again.
  void start_over();

  bool wants_it() const { return wants_it_; }
  const version& wanted() const { return now_; }
  /// Receives the lines of the trace.
  std::function<void(const std::string&)> trace;

  static constexpr auto name = "app";

  // -- parts of operations -------------------------------------------------------------------------

  /// Begins the next good version: the same settings with a new image.
  version& fresh();
  /// Goes back to the previous version.
  void swap_back() { std::swap(now_, before_); }
  /// Undoes the last edit, which the API server refused.
  void undo() { now_ = before_; }
  /// Edits only the parallelism.
  void scale(int32_t parallelism);
  version& wanted_next() { return now_; }
  /// Switches between Dual and Single; does nothing in BlueGreen.
  void change_mode();
  void edit(std::string what);
  void remove(const char* propagation);
  /// Deletes the namespace with everything in it.
  void remove_namespace();
  choices& adversary() { return adversary_; }

private:
  void create_as_it_is();
  void clear_away();
  void delete_objects_of(const std::string& uid, bool services);
  std::string spec() const;
  std::string savepoint_fields() const;
  local::model::answer ask(std::string method, std::string path, std::string body);

  world& world_;
  choices& adversary_;
  invariants& invariants_;
  version now_;
  version before_;
  int images_ = 1;
  /// Chosen when the application is created.
  std::string mode_ = "Dual";
  bool in_place_ = false;
  /// Rescales while the job is running, with Flink's adaptive scheduler.
  bool adaptive_ = false;
  std::string torn_down_;
  bool wants_it_ = false;
  /// The uid of the application whose clusters an orphaning deletion left.
  std::string orphaned_;
};

} // namespace simulation
