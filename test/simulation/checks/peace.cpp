#include "test/simulation/checks/peace.hpp"

#include "test/simulation/user/wishes.hpp"

namespace simulation {

namespace {

using namespace std::chrono_literals;

/// Then nothing may be written for so long, but the newest checkpoint's path.
constexpr auto silence = 3min;

} // namespace

void peace::holds() {
  if (!s_.user.wants_it())
    return until_deleted();
  if (!until_well() && !s_.bad() && !failed_for_good() && !user_can_help() && !is_tampered())
    return s_.judge.complain("not well in time: " + unfulfilled(s_) + "; " + s_.picture());
  if (s_.condition("Degraded").find("StatusLost") != std::string::npos)
    s_.user.clear_clusters();
  if (auto* x = s_.application(); x && !s_.bad() && !user_can_help())
    s_.judge.demand_no_job_left_lying(*x);
  until_repaired();
  if (!s_.bad())
    demand_silence();
}

bool peace::until_well() {
  s_.run_until(patience, [this] { return (unfulfilled(s_).empty() && s_.calm_for(30s)) || has_to_choose(); });
  // What waits is deployed beside the version that is left, which may want another choice.
  for (int i = 0; i < 2 && has_to_choose() && !s_.bad(); ++i) {
    auto which = broken_version();
    s_.user.tear_down(which);
    if (which == 1)
      s_.user.give_up_version();
    s_.run_until(30s, [this] { return !has_to_choose(); });
    s_.run_until(patience, [this] { return (unfulfilled(s_).empty() && s_.calm_for(30s)) || has_to_choose(); });
  }
  return unfulfilled(s_).empty();
}

/// BlueGreen: nothing goes on before the user says which version is to go.
bool peace::has_to_choose() const {
  if (s_.phase() != "DualRunning" || !s_.calm_for(60s))
    return false;
  auto ready = s_.condition("Ready");
  return ready.find("Waits") != std::string::npos
      || (s_.condition("Degraded").starts_with("True") && ready.find("TearingDown") == std::string::npos);
}

/// The version whose job does not run; the older one if both do, or neither.
std::size_t peace::broken_version() const {
  auto& all = at(*s_.application(), {"status", "versionStatuses"})->as_array();
  bool older_runs = text(all[0], {"jobStatus", "state"}) == "RUNNING";
  return older_runs && text(all[1], {"jobStatus", "state"}) != "RUNNING" ? 1 : 0;
}

void peace::until_repaired() {
  // The first edit may only bring to light that there is no state, or meet a job whose tasks are just coming back.
  for (int i = 0; i < 3 && !s_.bad() && (!unfulfilled(s_).empty() || !s_.user.wanted().good); ++i) {
    s_.user.repair(asked_for_fallback(), running_shape());
    bool well = until_well();
    if (!well && i == 2 && is_tampered())
      return start_over();
    if (!well && i == 2)
      return s_.judge.complain("not repaired by an edit: " + unfulfilled(s_) + "; " + s_.picture());
  }
}

/// A status that was set back may name what is no more, and be stuck in the middle of something that is long over. Even
/// then the application can be deleted, and created anew.
void peace::start_over() {
  s_.user.start_over();
  until_deleted();
  s_.user.create();
  if (!s_.bad() && !until_well())
    s_.judge.complain("not well after a new start: " + unfulfilled(s_) + "; " + s_.picture());
}

bool peace::is_tampered() const {
  auto* x = s_.application();
  return x && s_.judge.is_tampered(text(*x, {"metadata", "uid"}));
}

void peace::until_deleted() {
  if (until_well() || s_.bad())
    return;
  if (s_.condition("Degraded").find("CannotSaveState") == std::string::npos)
    return s_.judge.complain("the deletion does not end: " + unfulfilled(s_) + "; " + s_.picture());
  s_.user.give_up_state();
  if (!until_well())
    s_.judge.complain("the deletion does not end: " + unfulfilled(s_) + "; " + s_.picture());
}

void peace::demand_silence() {
  s_.user.unschedule();
  s_.run_for(100s); // restarted tasks come back, and a watch that tells nothing is given up
  auto before = s_.net.writes;
  // The newest checkpoint's path, of each job that runs; and how often Flink has restarted a job that fails and fails.
  auto refreshed = s_.phase() == "DualRunning" ? 8U : 4U;
  if (s_.condition("Degraded").find("JobRestarting") != std::string::npos)
    refreshed = 40;
  s_.run_for(silence);
  auto after = s_.net.writes;
  after.erase("PATCH leases"); // whoever leads says so again and again
  for (auto& [what, n] : after)
    if (auto more = n - before[what]; more > (what == "PATCH flinkapplications/status" ? refreshed : 0U))
      s_.judge.complain("at rest: " + std::to_string(more) + " times " + what);
}

bool peace::failed_for_good() const {
  auto phase = s_.phase();
  return phase == "DeployFailed" || (phase == "Running" && !s_.user.wanted().good);
}

/// A condition says what the user has to do.
bool peace::user_can_help() const {
  return s_.condition("Degraded").starts_with("True");
}

bool peace::asked_for_fallback() const {
  auto* x = s_.application();
  return x
      && (text(*x, {"status", "reason"}) + s_.condition("Degraded")).find("fallbackWithoutState") != std::string::npos;
}

/// Which state the saved one is: an edit must be able to take it over.
std::string peace::running_shape() const {
  auto& snapshots = s_.outside.node().snapshots();
  if (auto* x = s_.application())
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
