#include "actors/crew.hpp"

#include "actors/election.hpp"
#include "actors/flink_gateway.hpp"
#include "actors/kubernetes_gateway.hpp"
#include "actors/operator.hpp"

namespace actors {

crew spawn_crew(caf::actor_system& sys, crew_setup x) {
  auto& counters = x.application.counters;
  crew out;
  auto may_act = x.candidacy ? std::make_shared<leadership>() : leads_for_ever();
  if (x.candidacy)
    out.election = sys.spawn(election, election_setup{.transport = x.transport,
                                                      .origin = x.api_origin,
                                                      .candidacy = *x.candidacy,
                                                      .may_act = may_act,
                                                      .counters = counters,
                                                      .wall_clock = x.application.wall_clock,
                                                      .seed = x.seed});
  counters->leader(!x.candidacy);
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
