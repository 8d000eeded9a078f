// Everything outside the operator: the API server with its controllers, and the node that runs pods. Pure models on
// virtual time; the caller decides which faults happen.
#pragma once

#include "test/simulation/world/node.hpp"

#include <functional>
#include <optional>
#include <string>

namespace simulation {

/// The application's namespace.
constexpr auto application_namespace = "shop";

class world {
public:
  world(choices& adversary, timeline& events, uint64_t seed);

  time_point now() const { return events_.now(); }
  local::model::moment wall() const { return events_.wall(); }

  /// Returns when the next event is due here.
  std::optional<time_point> due() const;
  /// Advances the clock and executes what is due.
  void advance(time_point to);

  local::model::answer api(const local::model::request& x);
  bool api_server_down = false;
  /// A person or tool writes a status, perhaps an old one; `status` may be null.
  void tamper(const std::string& name, json::value status);
  /// A person deletes an object by its path.
  void remove_by_hand(const std::string& path);
  /// Compacts the history, so that watches must list again.
  void compact() { cluster_.resources().store().compact(); }

  simulation::node& node() { return node_; }
  const simulation::node& node() const { return node_; }

  // -- views --------------------------------------------------------------------------------------

  /// The FlinkApplication as it is stored, or null.
  const json::value* application(const std::string& name) const;
  const local::model::store& store() const { return cluster_.resources().store(); }
  /// Called on every successful write of a FlinkApplication's status.
  std::function<void(const json::value& before, const json::value& after)> on_status;

private:
  void settle();

  timeline& events_;
  uint64_t random_;
  local::model::cluster cluster_;
  simulation::node node_;
};

} // namespace simulation
