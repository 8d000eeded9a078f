#include "test/simulation/plots.hpp"

#include "test/simulation/checks/peace.hpp"
#include "test/simulation/user/wishes.hpp"

namespace simulation {

using namespace std::chrono_literals;

namespace {

/// By then the application runs that a plot begins with.
constexpr auto first_act = 12s;

bool has_ended(const stage& s, plot x) {
  if (x == plot::teardown && s.phase() != "Running")
    return false;
  bool may_fail = x == plot::slow_main || x == plot::rollback || x == plot::single_rollback;
  bool must_fail = may_fail && x != plot::slow_main; // there is not always time enough for another start
  if (!must_fail && unfulfilled(s).empty())
    return s.calm_for(2s);
  if (!may_fail)
    return false;
  auto* application = s.application();
  return application && s.phase() == "DeployFailed"
      && s.judge.live_jobs(text(*application, {"metadata", "uid"})).size() == 1;
}

/// BlueGreen: once both versions run, the older one goes.
void tear_down_later(stage& s, bool& done) {
  s.events.in(2s, [&s, &done] {
    if (s.phase() != "DualRunning")
      return tear_down_later(s, done);
    s.user.tear_down(0);
    done = true;
  });
}

/// As the job is about to be submitted its JobManager dies and comes back, and the submit is sent before anybody has
/// told of that.
void kill_unseen(stage& s) {
  s.on_phase = [&s, killed = false]() mutable {
    if (killed || s.phase() != "SubmittingJob" || s.outside.now() < beginning + first_act)
      return;
    killed = true;
    for (auto* x : s.outside.node().running_pods(true))
      if (x->cluster_id == text(*s.application(), {"status", "target", "clusterId"}))
        s.outside.node().kill_process(*x, 5s);
  };
}

} // namespace

void act_out(stage& s, plot x) {
  bool performed = false;
  if (x == plot::slow_main)
    kill_unseen(s);
  s.events.in(first_act, [&] {
    s.user.perform(x);
    x == plot::teardown ? tear_down_later(s, performed) : void(performed = true);
  });
  if (!s.run_until(patience, [&] { return performed && has_ended(s, x); }) && !s.bad())
    s.judge.complain("the plot does not end: " + unfulfilled(s) + "; " + s.picture());
}

} // namespace simulation
