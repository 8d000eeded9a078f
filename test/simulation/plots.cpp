#include "test/simulation/plots.hpp"

#include "test/simulation/peace.hpp"
#include "test/simulation/wishes.hpp"

namespace simulation {

using namespace std::chrono_literals;

namespace {

bool has_ended(const stage& s, plot x) {
  if (x == plot::teardown && s.phase() != "Running")
    return false;
  if (x != plot::rollback && x != plot::single_rollback)
    return unfulfilled(s).empty() && s.calm_for(2s);
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

} // namespace

void act_out(stage& s, plot x) {
  bool performed = false;
  s.events.in(12s, [&] {
    s.user.perform(x);
    x == plot::teardown ? tear_down_later(s, performed) : void(performed = true);
  });
  if (!s.run_until(patience, [&] { return performed && has_ended(s, x); }) && !s.bad())
    s.judge.complain("the plot does not end: " + unfulfilled(s) + "; " + s.picture());
}

} // namespace simulation
