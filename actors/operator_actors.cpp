#include "actors/operator_actors.hpp"

#include "actors/election.hpp"
#include "actors/flink_gateway.hpp"
#include "actors/kubernetes_gateway.hpp"
#include "actors/operator.hpp"

namespace actors {

operator_actors spawn_operator_actors(caf::actor_system& sys, operator_actors_setup x) {
  auto& counters = x.application.counters;
  operator_actors out;
  auto may_act = x.leader_election ? std::make_shared<leadership>() : permanent_leadership();
  if (x.leader_election)
    out.election = sys.spawn(election, election_setup{.transport = x.transport,
                                                      .origin = x.api_origin,
                                                      .leader_election = *x.leader_election,
                                                      .may_act = may_act,
                                                      .counters = counters,
                                                      .wall_clock = x.application.wall_clock,
                                                      .seed = x.seed});
  counters->leader(!x.leader_election);
  out.may_act = may_act;
  out.kube = sys.spawn(kubernetes_gateway, x.transport, x.api_origin, counters, may_act);
  out.flink = sys.spawn(flink_gateway, x.transport, x.job_managers, counters, may_act);
  x.application.kube = out.kube;
  x.application.flink = out.flink;
  out.root = sys.spawn(operator_root, operator_setup{x.application, watched_kinds(), x.seed, out.election});
  out.watches = spawn_watches(sys, out.root, {x.transport, x.api_origin, x.ns, counters, x.seed});
  return out;
}

} // namespace actors
