#include "test/simulation/operator/incarnation.hpp"

#include <algorithm>

namespace simulation {

incarnation::incarnation(network& through, const world& world, incarnation_setup setup)
    : clock_skew{setup.clock_skew}, identity{setup.identity}, wire_{through}, system_{world.now()} {
  actors::application_setup each{
      .decide = setup.decide,
      .wall_clock = [this, &world] { return std::chrono::system_clock::time_point{world.wall() + clock_skew}; },
      .counters = std::make_shared<actors::metrics>()};
  actors::operator_actors_setup all{
      .transport = &wire_, .api_origin = api_origin, .application = std::move(each), .seed = setup.seed};
  if (setup.elected)
    all.leader_election = {{.identity = identity, .lease = {"default", "flink-operator"}}, [this] { lost = true; }};
  actors_ = actors::spawn_operator_actors(system_.sys, std::move(all));
  system_.end_later(actors_.root);
  for (auto& x : actors_.watches)
    system_.end_later(x);
  system_.end_later(actors_.flink);
  system_.end_later(actors_.kube);
  if (actors_.election)
    system_.end_later(actors_.election);
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
  // A process that was frozen sets timers in the past: they fire at once.
  auto now = system_.now();
  if (to > now || due().value_or(to + milliseconds{1}) <= now)
    system_.sched.advance_time(std::max(to - now, time_point::duration{0}));
}

} // namespace simulation
