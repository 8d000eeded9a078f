#pragma once

#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace actors {

/// Whom INTROSPECTION asks.
struct introspection_setup {
  operator_actor root;
  kube_actor kube;
  flink_actor flink;
  /// Null if there is no election.
  election_actor election;
  std::vector<watch_actor> watches;
  std::shared_ptr<metrics> counters;
  std::function<std::chrono::system_clock::time_point()> wall_clock = std::chrono::system_clock::now;
};

/// Answers pages: /healthz, /readyz, /metrics for machines; / and /applications/NAMESPACE/NAME for the one who asks
/// what it is waiting for. Collects the reports; what they look like is a matter of pages.hpp.
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

  struct collection;
  template <class Handle>
  void ask_actor(const std::shared_ptr<collection>& c, const Handle& whom, const char* who);
  void ask_application(const std::shared_ptr<collection>& c, std::size_t i);
  void ask_election(const std::shared_ptr<collection>& c);
  void add_silent(collection& c, const char* who);
  void one_less(collection& c);
  void add_lanes(const messages::query& x, messages::application_report r);

  introspection_actor::pointer self_;
  introspection_setup setup_;
};

introspection_actor::behavior_type introspection(introspection_actor::stateful_pointer<introspection_state> self,
                                                 introspection_setup setup);

} // namespace actors
