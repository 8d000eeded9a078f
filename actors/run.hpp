// The actor system as a whole: starts everything in order, and ends it in order.
#pragma once

#include "actors/candidacy.hpp"
#include "actors/job_manager_access.hpp"
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

/// Everything that the actors need from outside.
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
  /// Absent: no other operator looks after these applications.
  std::optional<actors::candidacy> candidacy;
};

/// A running operator. Not copied, not moved; lives as long as main() wants.
class running_system {
public:
  explicit running_system(system_setup setup);

  /// Ends the actors in order: applications, then gateways; then the Lease is given back, and the rest ends. Blocks
  /// until they have ended, for up to `grace`.
  void stop(std::chrono::milliseconds grace);

  /// Stops first if that has not been done.
  ~running_system();

  /// Answers a page; may be called from any thread. `reply` (status, media type, body) runs on any thread.
  void query(std::string path, std::string accept, std::function<void(int, std::string, std::string)> reply);

private:
  class impl;
  std::unique_ptr<impl> impl_;
};

} // namespace actors
