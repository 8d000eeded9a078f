#include "test/simulation/scenarios.hpp"

#include "test/simulation/checks/convergence.hpp"
#include "test/simulation/user/expectations.hpp"

namespace simulation {

using namespace std::chrono_literals;

namespace {

/// By then the application that a scenario begins with is running.
constexpr auto warm_up = 12s;

bool has_ended(const run& r, scenario x) {
  if (x == scenario::teardown && r.phase() != "Running")
    return false;
  bool may_fail = x == scenario::slow_main || x == scenario::rollback || x == scenario::single_rollback;
  bool must_fail = may_fail && x != scenario::slow_main; // a second start may take too long
  if (!must_fail && unmet_expectation(r).empty())
    return r.phase_unchanged_for(2s);
  if (!may_fail)
    return false;
  auto* application = r.application();
  return application && r.phase() == "DeployFailed"
      && r.invariants.live_jobs(text(*application, {"metadata", "uid"})).size() == 1;
}

/// BlueGreen: tears the older version down once both are running.
void tear_down_later(run& r, bool& done) {
  r.events.in(2s, [&r, &done] {
    if (r.phase() != "DualRunning")
      return tear_down_later(r, done);
    r.user.tear_down(0);
    done = true;
  });
}

/// Restarts the JobManager just before the submit. The operator submits before the restart is reported.
void kill_unnoticed(run& r) {
  r.on_phase = [&r, killed = false]() mutable {
    if (killed || r.phase() != "SubmittingJob" || r.world.now() < beginning + warm_up)
      return;
    killed = true;
    for (auto* x : r.world.node().running_pods(true))
      if (x->cluster_id == text(*r.application(), {"status", "target", "clusterId"}))
        r.world.node().kill_process(*x, 5s);
  };
}

} // namespace

void run_scenario(run& r, scenario x) {
  bool performed = false;
  if (x == scenario::slow_main)
    kill_unnoticed(r);
  r.events.in(warm_up, [&] {
    r.user.perform(x);
    x == scenario::teardown ? tear_down_later(r, performed) : void(performed = true);
  });
  if (!r.run_until(convergence_timeout, [&] { return performed && has_ended(r, x); }) && !r.failed())
    r.invariants.fail("the scenario did not end in time: " + unmet_expectation(r) + "; " + r.describe());
}

} // namespace simulation
