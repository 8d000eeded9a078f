// The actor system as a whole. Starts all actors in order and stops them in order.
// Hides CAF from main().
#pragma once

#include "actors/job_manager_access.hpp"
#include "actors/leadership.hpp"
#include "flink/resource/operator_options.hpp"
#include "net/transport.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace actors {

/// Dependencies and options of the actor system.
struct system_setup {
  net::transport* transport = nullptr;
  /// Origin of the API server.
  std::string api_origin;
  job_manager_access job_managers;
  flink::render_options render;
  /// Empty: all namespaces.
  std::string ns;
  std::size_t threads = 2;
  uint64_t seed = 0;
  /// Absent: no leader election; this operator always acts.
  std::optional<actors::leader_election> leader_election;
};

/// A running operator. Cannot be copied or moved.
class running_system {
public:
  /// Starts all actors.
  explicit running_system(system_setup setup);

  /// Stops the applications, then the gateways, releases the Lease, then stops the other actors. Blocks until all have
  /// ended, at most for `grace`.
  void stop(std::chrono::milliseconds grace);

  /// Calls stop() if it has not been called.
  ~running_system();

  /// Answers a page. May be called from any thread; `reply` (status, media type, body) runs on any thread.
  void query(std::string path, std::string accept, std::function<void(int, std::string, std::string)> reply);

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace actors
