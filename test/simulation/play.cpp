#include "test/simulation/play.hpp"

#include "test/simulation/checks/peace.hpp"
#include "test/simulation/plots.hpp"
#include "test/simulation/world/predecessor.hpp"
#include "test/simulation/world/troubles.hpp"

#include <stdexcept>

namespace simulation {

outcome play(const play_setup& setup) {
  stage s{setup};
  try {
    bool inherited = !setup.plot && s.adversary.choose("left by the Go operator", 10) == 9;
    if (inherited)
      predecessor{s}.leave_something();
    s.operators.start(s.adversary.choose("two operators", 4) == 3);
    if (setup.plot) {
      s.user.create_for(*setup.plot);
      act_out(s, *setup.plot);
    } else {
      if (!inherited)
        s.user.create();
      troubles x{s}; // what it has planned happens in peace, quietly
      x.happen();
      peace{s}.holds();
    }
  } catch (const std::exception& x) {
    s.judge.complain(std::string{"exception: "} + x.what());
  }
  if (s.bad())
    s.say("COMPLAINT " + s.judge.complaint() + "; there are " + s.objects());
  return s.result();
}

} // namespace simulation
