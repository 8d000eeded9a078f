// Reserves a loopback network for one agent, because two agents on a machine must not assign the same addresses.
#pragma once

#include <string>

namespace local::agent {

/// Holds a /16 network in 127.0.0.0/8 for as long as it lives, by a socket that listens in it. Nothing is left
/// behind, however the process ends.
class network_lease {
public:
  /// Takes `wanted` (two numbers, "127.10"), or the first free one if it is empty. Throws std::runtime_error if that
  /// cannot be had.
  explicit network_lease(const std::string& wanted);

  ~network_lease();

  network_lease(const network_lease&) = delete;
  network_lease& operator=(const network_lease&) = delete;

  /// The first two numbers.
  const std::string& network() const { return network_; }

private:
  std::string network_;
  int socket_ = -1;
};

} // namespace local::agent
