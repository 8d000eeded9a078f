// INTROSPECTION: the actor that answers HTTP pages by asking the other actors.
// Promises one reply per page, also when an actor is silent. Does not lay out the pages: see actors/pages.hpp.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/metrics.hpp"

#include <chrono>
#include <functional>
#include <memory>
#include <vector>

namespace actors {

/// Dependencies of INTROSPECTION.
struct introspection_setup {
  operator_actor root;
  kube_actor kube;
  flink_actor flink;
  /// Null without leader election.
  election_actor election;
  std::vector<watch_actor> watches;
  std::shared_ptr<metrics> counters;
  std::function<std::chrono::system_clock::time_point()> wall_clock = std::chrono::system_clock::now;
};

/// State of INTROSPECTION. Serves /healthz, /readyz and /metrics for machines, / and /applications/NAMESPACE/NAME for
/// people and scripts.
class introspection_state {
public:
  static constexpr const char* name = "introspection";

  explicit introspection_state(introspection_actor::pointer self) : self_{self} {}

  introspection_actor::behavior_type make_behavior(introspection_setup setup);

private:
  void on(const messages::page_request& x);
  void ready(const messages::page_request& x);
  void overview(const messages::page_request& x);
  void one_application(const messages::page_request& x, const std::string& path);

  struct collection;
  template <class Handle>
  void ask_actor(const std::shared_ptr<collection>& c, const Handle& whom, const char* who);
  void ask_application(const std::shared_ptr<collection>& c, std::size_t i);
  void ask_election(const std::shared_ptr<collection>& c);
  void add_silent(collection& c, const char* who);
  void answer_arrived(collection& c);
  void add_lanes(const messages::page_request& x, messages::application_report r);

  introspection_actor::pointer self_;
  introspection_setup setup_;
};

introspection_actor::behavior_type introspection(introspection_actor::stateful_pointer<introspection_state> self,
                                                 introspection_setup setup);

} // namespace actors
