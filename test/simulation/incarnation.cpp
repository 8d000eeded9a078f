#include "test/simulation/incarnation.hpp"

#include <algorithm>

namespace simulation {

incarnation::incarnation(network& through, const world& outside, incarnation_setup setup)
    : clock_skew{setup.clock_skew}, wire_{through}, system_{outside.now()} {
  actors::application_setup each{
      .decide = setup.decide,
      .wall_clock = [this, &outside] { return std::chrono::system_clock::time_point{outside.wall() + clock_skew}; },
      .counters = std::make_shared<actors::metrics>()};
  crew_ = actors::spawn_crew(
      system_.sys, {.transport = &wire_, .api_origin = api_origin, .application = std::move(each), .seed = setup.seed});
  system_.end_later(crew_.root);
  for (auto& x : crew_.watches)
    system_.end_later(x);
  system_.end_later(crew_.flink);
  system_.end_later(crew_.kube);
}

incarnation::~incarnation() {
  wire_.cut();
}

void incarnation::run_one(choices& adversary) {
  auto& jobs = system_.sched.jobs;
  auto pick = adversary.choose("whose mailbox", static_cast<uint32_t>(jobs.size()));
  if (pick)
    std::swap(jobs[0], jobs[pick]);
  system_.sched.run_once();
}

void incarnation::advance(time_point to) {
  auto& clock = system_.sched.clock();
  if (to > clock.current_time)
    system_.sched.advance_time(to - clock.current_time);
}

} // namespace simulation
