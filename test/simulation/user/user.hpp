// The person with kubectl: creates, edits and deletes one application, and knows what may be expected of the operator
// for it. Talks to the API server without troubles.
#pragma once

#include "test/simulation/checks/judge.hpp"

#include <string>

namespace simulation {

/// A version of the application as the user thinks of it.
struct version {
  std::string image = "job:1";
  std::string jar = "job.jar";
  std::string arguments;
  int32_t parallelism = 2;
  bool savepoint_disabled = false;
  bool fallback_without_state = false;
  bool force_rollback = false;
  bool suspend = false;
  /// Counts the savepoints that were asked for.
  int savepoint_nonce = 0;
  bool scheduled = false;
  /// A state to go back to; empty: none.
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

/// A story without troubles but one.
enum class plot { create, update, rollback, remove, single_rollback, teardown, rescale, adaptive_rescale, slow_main };

class user {
public:
  user(world& outside, choices& adversary, judge& eyes) : outside_{outside}, adversary_{adversary}, eyes_{eyes} {}

  void create();
  /// The application that the Go operator has been looking after.
  void create_for_predecessor();
  /// The application that a plot begins with.
  void create_for(plot x);
  /// Edits, deletes or creates again, as the adversary chooses (moves.cpp).
  void do_something();
  /// The same, and rather what crosses what is under way.
  void interfere();
  /// What a plot is about; the application runs already.
  void perform(plot x);
  /// A good new image; without state if the operator asks for that.
  /// `shape` names the state that it has to take over.
  void repair(bool without_state, const std::string& shape);
  /// Takes the schedule of savepoints back, for silence.
  void unschedule();
  /// A savepoint that the status remembers, as the adversary chooses; or one that never was.
  std::string some_savepoint();
  bool has_two_versions() const;
  /// BlueGreen: one of the two versions goes, the older (0) or the newer (1).
  void tear_down(std::size_t which);
  /// What was to run is not expected any more.
  void give_up_version() { now_.good = false; }
  /// Lets a deletion go on without a savepoint.
  void give_up_state();
  /// Deletes the Deployments of all clusters, as StatusLost asks for.
  void clear_clusters();
  /// Deletes the application, and creates it anew once it is gone.
  void start_over();

  bool wants_it() const { return wants_it_; }
  const version& wanted() const { return now_; }
  /// What was done, for the trace.
  std::function<void(const std::string&)> trace;

  static constexpr auto name = "app";

  // -- what moves are made of -------------------------------------------------------------------------

  /// The next version, a good one: what was there before, but another image.
  version& fresh();
  /// The version before this one.
  void swap_back() { std::swap(now_, before_); }
  /// The last edit was refused.
  void take_back() { now_ = before_; }
  /// The same version with another parallelism.
  void scale(int32_t parallelism);
  version& wanted_next() { return now_; }
  /// From now on the other of Dual and Single; nothing in BlueGreen.
  void change_mode();
  void edit(std::string what);
  void remove(const char* propagation);
  /// Deletes the namespace with all that is in it.
  void remove_namespace();
  choices& adversary() { return adversary_; }

private:
  void create_as_it_is();
  void clear_away();
  void delete_objects_of(const std::string& uid, bool services);
  std::string spec() const;
  std::string savepoint_fields() const;
  local::model::answer ask(std::string method, std::string path, std::string body);

  world& outside_;
  choices& adversary_;
  judge& eyes_;
  version now_;
  version before_;
  int images_ = 1;
  /// Chosen when the application is created.
  std::string mode_ = "Dual";
  bool in_place_ = false;
  /// ... and while the job runs, which its scheduler can do.
  bool adaptive_ = false;
  std::string torn_down_;
  bool wants_it_ = false;
  /// Its clusters were left behind.
  std::string orphaned_;
};

} // namespace simulation
