// Everything outside the operator: the API server with its controllers, and the node that runs pods. Pure models on
// virtual time; what goes wrong is told from outside.
#pragma once

#include "test/simulation/world/node.hpp"

#include <functional>
#include <optional>
#include <string>

namespace simulation {

/// Where the application is.
constexpr auto application_namespace = "shop";

class world {
public:
  world(choices& adversary, timeline& events, uint64_t seed);

  time_point now() const { return events_.now(); }
  local::model::moment wall() const { return events_.wall(); }

  /// When something happens here if nobody asks.
  std::optional<time_point> due() const;
  /// Moves the clock; what is due until then happens.
  void advance(time_point to);

  local::model::answer api(const local::model::request& x);
  bool api_server_down = false;
  /// Somebody writes a status by hand, or restores an old one; `status` may be null.
  void tamper(const std::string& name, json::value status);
  /// Somebody deletes an object by its path.
  void remove_by_hand(const std::string& path);
  /// Watches have to list anew.
  void compact() { cluster_.resources().store().compact(); }

  simulation::node& node() { return node_; }
  const simulation::node& node() const { return node_; }

  // -- onlookers --------------------------------------------------------------------------------------

  /// The FlinkApplication as it is stored, or null.
  const json::value* application(const std::string& name) const;
  const local::model::store& store() const { return cluster_.resources().store(); }
  /// Is called with every successful write to a FlinkApplication's status: before and after.
  std::function<void(const json::value& before, const json::value& after)> on_status;

private:
  void settle();

  timeline& events_;
  uint64_t random_;
  local::model::cluster cluster_;
  simulation::node node_;
};

} // namespace simulation
