#pragma once

#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"

#include <memory>
#include <vector>

namespace actors {

/// Whom INTROSPECTION asks.
struct introspection_setup {
  operator_actor root;
  kube_actor kube;
  flink_actor flink;
  std::vector<watch_actor> watches;
  std::shared_ptr<metrics> counters;
};

/// Answers pages: /healthz, /readyz, /metrics for machines; / and /applications/NAMESPACE/NAME as JSON for the
/// one who asks what it is waiting for.
class introspection_state {
public:
  static constexpr const char* name = "introspection";

  explicit introspection_state(introspection_actor::pointer self) : self_{self} {}

  introspection_actor::behavior_type make_behavior(introspection_setup setup);

private:
  void on(const messages::query& x);
  void ready(const messages::query& x);
  void overview(const messages::query& x);
  void one_application(const messages::query& x, const std::string& path);

  introspection_actor::pointer self_;
  introspection_setup setup_;
};

introspection_actor::behavior_type introspection(introspection_actor::stateful_pointer<introspection_state> self,
                                                 introspection_setup setup);

} // namespace actors
