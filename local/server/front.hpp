// HTTPS before the model: who may ask, bytes to requests and back, watches as streams, proxied requests to pods.
// Lives on the io thread; the model is touched nowhere else.
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

/// Where to listen and whom to let in.
struct front_options {
  std::string address = "127.0.0.1";
  /// 0 lets the system choose.
  uint16_t port = 0;
  /// What a client must show; empty lets everybody in.
  std::string token;
  /// PEM texts; without them plain HTTP is spoken.
  std::string certificate;
  std::string private_key;
  /// Where `kubectl logs` comes from; may be empty.
  log_source logs;
};

class front {
public:
  /// Starts to listen; throws std::system_error if the address cannot be had. All references must outlive the front.
  front(net::thread& io, net::transport& pods, model::cluster& cluster, wall_clock now, front_options options);

  /// Ends all streams and stops. Not to be called on the io thread.
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
