#include "test/simulation/checks/convergence.hpp"

#include "test/simulation/user/expectations.hpp"

namespace simulation {

namespace {

using namespace std::chrono_literals;

/// For this long the operator may write nothing but the path of the newest checkpoint.
constexpr auto quiet_period = 3min;

} // namespace

void convergence::check() {
  if (!run_.user.wants_it())
    return await_deletion();
  if (!converge() && !run_.failed() && !failed_for_good() && !needs_user() && !is_tampered())
    return run_.invariants.fail("not converged in time: " + unmet_expectation(run_) + "; " + run_.describe());
  clear_lost_clusters();
  if (auto* x = run_.application(); x && !run_.failed() && !needs_user())
    run_.invariants.check_no_stopped_job(*x);
  repair();
  if (!run_.failed())
    check_quiet();
}

bool convergence::converge() {
  run_.run_until(convergence_timeout, [this] {
    return (unmet_expectation(run_).empty() && run_.phase_unchanged_for(30s)) || has_to_choose();
  });
  // A pending version is deployed beside the one that is kept, which may require a second choice.
  for (int i = 0; i < 2 && has_to_choose() && !run_.failed(); ++i) {
    auto which = broken_version();
    run_.user.tear_down(which);
    if (which == 1)
      run_.user.give_up_version();
    run_.run_until(30s, [this] { return !has_to_choose(); });
    run_.run_until(convergence_timeout, [this] {
      return (unmet_expectation(run_).empty() && run_.phase_unchanged_for(30s)) || has_to_choose();
    });
  }
  return unmet_expectation(run_).empty();
}

/// BlueGreen: returns whether the deploy waits for the user to choose a version.
bool convergence::has_to_choose() const {
  if (run_.phase() != "DualRunning" || !run_.phase_unchanged_for(60s))
    return false;
  auto ready = run_.condition("Ready");
  return ready.find("Waits") != std::string::npos
      || (run_.condition("Degraded").starts_with("True") && ready.find("TearingDown") == std::string::npos);
}

/// Returns the version whose job does not run; the older one if both or neither run.
std::size_t convergence::broken_version() const {
  auto& all = at(*run_.application(), {"status", "versionStatuses"})->as_array();
  bool older_runs = text(all[0], {"jobStatus", "state"}) == "RUNNING";
  return older_runs && text(all[1], {"jobStatus", "state"}) != "RUNNING" ? 1 : 0;
}

void convergence::repair() {
  // The first edit may only reveal that there is no state, or come while tasks are restarting.
  for (int i = 0; i < 3 && !run_.failed() && (!unmet_expectation(run_).empty() || !run_.user.wanted().good); ++i) {
    run_.user.repair(asked_for_fallback(), running_shape());
    clear_lost_clusters();
    bool well = converge();
    if (!well && i == 2 && is_tampered())
      return start_over();
    if (!well && i == 2)
      return run_.invariants.fail("not repaired by an edit: " + unmet_expectation(run_) + "; " + run_.describe());
  }
}

/// Does what StatusLost asks for.
void convergence::clear_lost_clusters() {
  if (run_.condition("Degraded").find("StatusLost") != std::string::npos)
    run_.user.clear_clusters();
}

/// A status that was set back may name objects that no longer exist, and be stuck in an operation that is over. Even
/// then the user can delete the application and create it again.
void convergence::start_over() {
  run_.user.start_over();
  await_deletion();
  run_.user.create();
  if (!run_.failed() && !converge())
    run_.invariants.fail("not converged after a new start: " + unmet_expectation(run_) + "; " + run_.describe());
}

bool convergence::is_tampered() const {
  auto* x = run_.application();
  return x && run_.invariants.is_tampered(text(*x, {"metadata", "uid"}));
}

void convergence::await_deletion() {
  if (converge() || run_.failed())
    return;
  if (run_.condition("Degraded").find("CannotSaveState") == std::string::npos)
    return run_.invariants.fail("the deletion does not end: " + unmet_expectation(run_) + "; " + run_.describe());
  run_.user.give_up_state();
  if (!converge())
    run_.invariants.fail("the deletion does not end: " + unmet_expectation(run_) + "; " + run_.describe());
}

void convergence::check_quiet() {
  run_.user.unschedule();
  run_.run_for(100s); // time for tasks to restart, and for silent watches to time out
  auto before = run_.net.writes;
  // Allowed writes: the newest checkpoint of each running job, and the restart count of a job in a crash loop.
  auto refreshed = run_.phase() == "DualRunning" ? 8U : 4U;
  if (run_.condition("Degraded").find("JobRestarting") != std::string::npos)
    refreshed = 40;
  run_.run_for(quiet_period);
  auto after = run_.net.writes;
  after.erase("PATCH leases"); // the leader renews its Lease
  for (auto& [what, n] : after)
    if (auto more = n - before[what]; more > (what == "PATCH flinkapplications/status" ? refreshed : 0U))
      run_.invariants.fail("not quiet after convergence: " + std::to_string(more) + " × " + what);
}

bool convergence::failed_for_good() const {
  auto phase = run_.phase();
  return phase == "DeployFailed" || (phase == "Running" && !run_.user.wanted().good);
}

/// Returns whether a condition names what the user has to do.
bool convergence::needs_user() const {
  return run_.condition("Degraded").starts_with("True");
}

bool convergence::asked_for_fallback() const {
  auto* x = run_.application();
  return x
      && (text(*x, {"status", "reason"}) + run_.condition("Degraded")).find("fallbackWithoutState")
             != std::string::npos;
}

/// Returns the shape of the saved state: the version that repairs must be able to restore it.
std::string convergence::running_shape() const {
  auto& snapshots = run_.world.node().snapshots();
  if (auto* x = run_.application())
    if (auto* kept = snapshots.find(text(*x, {"status", "savepointPath"})))
      return kept->shape;
  std::string shape;
  local::model::moment newest{};
  for (auto& path : snapshots.list())
    if (auto* found = snapshots.find(path); found->taken_at >= newest) {
      newest = found->taken_at;
      shape = found->shape;
    }
  return shape;
}

} // namespace simulation
