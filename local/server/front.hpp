// The HTTPS front of the model: authentication, parsing of requests, watches as streams, and the proxy to pods. Runs on
// the io thread; no other thread accesses the model.
#pragma once

#include "local/model/cluster.hpp"
#include "net/client.hpp"
#include "net/server.hpp"
#include "net/thread.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace local::server {

/// Returns a container's output, or nothing if there is none.
using log_source = std::function<std::optional<std::string>(const model::log_request&)>;

/// Returns wall time.
using wall_clock = std::function<model::moment()>;

/// Where to listen and which clients to accept.
struct front_options {
  std::string address = "127.0.0.1";
  /// 0: the system chooses.
  uint16_t port = 0;
  /// The bearer token that clients must send; empty: no authentication.
  std::string token;
  /// PEM texts; without them the server uses plain HTTP.
  std::string certificate;
  std::string private_key;
  /// Source of `kubectl logs`; may be empty.
  log_source logs;
};

class front {
public:
  /// Starts to listen; throws std::system_error if it cannot bind the address. All references must outlive the front.
  front(net::thread& io, net::transport& pods, model::cluster& cluster, wall_clock now, front_options options);

  /// Ends all streams and stops. Must not be called on the io thread.
  ~front();

  front(const front&) = delete;
  front& operator=(const front&) = delete;

  /// Returns scheme, host and port.
  std::string origin() const;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace local::server
