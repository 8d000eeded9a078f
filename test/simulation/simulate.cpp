#include "test/simulation/simulate.hpp"

#include "test/simulation/checks/convergence.hpp"
#include "test/simulation/scenarios.hpp"
#include "test/simulation/world/faults.hpp"
#include "test/simulation/world/go_operator.hpp"

#include <stdexcept>

namespace simulation {

outcome simulate(const run_setup& setup) {
  run r{setup};
  try {
    bool inherited = !setup.scenario && r.adversary.choose("left by the Go operator", 10) == 9;
    if (inherited)
      go_operator{r}.leave_application();
    r.operators.start(r.adversary.choose("two operators", 4) == 3);
    if (setup.scenario) {
      r.user.create_for(*setup.scenario);
      run_scenario(r, *setup.scenario);
    } else {
      if (!inherited)
        r.user.create();
      faults x{r}; // lives on: its scheduled events refer to it
      x.inject();
      convergence{r}.check();
    }
  } catch (const std::exception& x) {
    r.invariants.fail(std::string{"exception: "} + x.what());
  }
  if (r.failed())
    r.log("FAILURE " + r.invariants.failure() + "; objects: " + r.objects());
  return r.result();
}

} // namespace simulation
