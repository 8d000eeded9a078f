#include "actors/crew.hpp"

#include "actors/flink_gateway.hpp"
#include "actors/kubernetes_gateway.hpp"
#include "actors/operator.hpp"

namespace actors {

crew spawn_crew(caf::actor_system& sys, crew_setup x) {
  auto& counters = x.application.counters;
  crew out;
  out.kube = sys.spawn(kubernetes_gateway, x.transport, x.api_origin, counters);
  out.flink = sys.spawn(flink_gateway, x.transport, x.job_managers, counters);
  x.application.kube = out.kube;
  x.application.flink = out.flink;
  out.root = sys.spawn(operator_root, operator_setup{x.application, watched_kinds(), x.seed});
  out.watches = spawn_watches(sys, out.root, {x.transport, x.api_origin, x.ns, counters, x.seed});
  return out;
}

} // namespace actors
