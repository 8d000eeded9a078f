// HTTP/1.1 client over sockets and TLS, with one pool of kept-alive connections per origin.
// Retries a request only if a stale connection failed before the server can have acted on it.
#pragma once

#include "net/transport.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace net {

class thread;

/// Trusted certificates and our own, as PEM texts.
struct tls_options {
  /// Trusted certificate authorities; empty for the system's.
  std::string ca;
  /// Our certificate and key, for mutual TLS. Set both or none.
  std::string certificate;
  std::string private_key;
  /// Name to verify and to send as SNI, instead of the origin's host.
  std::string server_name;
  /// Accept any certificate. Exists because kubeconfigs have this option.
  bool insecure_skip_verify = false;
};

/// TLS options and credentials of one origin.
struct origin_options {
  tls_options tls;
  /// Returns the value of the Authorization header for each request; an empty text sends no header. `rejected` is true
  /// for the first request after a 401, so that a rotated token is read again.
  std::function<std::string(bool rejected)> authorization;
};

/// Limits of the client.
struct client_options {
  clock::duration connect_timeout = std::chrono::seconds{5};
  /// Idle connections are closed after this time.
  clock::duration keep_alive = std::chrono::seconds{60};
  /// Enough for a burst: a TLS handshake costs more than dozens of requests.
  std::size_t max_idle_per_origin = 64;
  std::size_t max_body_bytes = 64 * 1024 * 1024;
  std::size_t max_line_bytes = 16 * 1024 * 1024;
  std::string user_agent = "flink-operator";
};

/// The HTTP client of the process. Thread-safe.
class client final : public transport {
public:
  client(thread& io, client_options options);
  ~client() override;

  /// Sets the options of an origin. Call it before the first request. By default an origin gets no credentials, and
  /// https uses the system's certificate authorities.
  void configure(std::string origin, origin_options options);

  request_id send(request x, clock::time_point deadline, on_response done) override;
  request_id stream(request x, clock::time_point deadline, clock::duration idle, on_line line,
                    on_response done) override;
  void cancel(request_id id) override;

  /// Returns how many connections were opened since the start.
  std::size_t connections_opened() const;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace net
