// HTTP/1.1 client over sockets and TLS: one pool of kept-alive connections per origin.
#pragma once

#include "net/transport.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace net {

class thread;

/// Whom to trust and who we are, as PEM texts.
struct tls_options {
  /// Certificates of the authorities that we trust; empty means the system's.
  std::string ca;
  /// Ours, for mutual TLS; both or none.
  std::string certificate;
  std::string private_key;
  /// Name to verify and to send as SNI instead of the origin's host.
  std::string server_name;
  /// Accept any certificate. Only because kubeconfig has it.
  bool insecure_skip_verify = false;
};

/// How to speak to one origin.
struct origin_options {
  tls_options tls;
  /// Asked before each request for the value of the Authorization header; empty text sends none.
  /// `rejected` is true for the first request after a 401, so that a rotated token is read again.
  std::function<std::string(bool rejected)> authorization;
};

/// Limits of the client.
struct client_options {
  clock::duration connect_timeout = std::chrono::seconds{5};
  /// Idle connections are closed after this.
  clock::duration keep_alive = std::chrono::seconds{60};
  /// As many as a burst needs at once: a TLS handshake costs more than dozens of requests.
  std::size_t max_idle_per_origin = 64;
  std::size_t max_body_bytes = 64 * 1024 * 1024;
  std::size_t max_line_bytes = 16 * 1024 * 1024;
  std::string user_agent = "flink-operator";
};

class client final : public transport {
public:
  client(thread& io, client_options options);
  ~client() override;

  /// Sets trust and credentials of an origin before its first request. Origins without an entry are
  /// spoken to without credentials, https ones with the system's trust.
  void configure(std::string origin, origin_options options);

  request_id send(request x, clock::time_point deadline, on_response done) override;
  request_id stream(request x, clock::time_point deadline, clock::duration idle, on_line line,
                    on_response done) override;
  void cancel(request_id id) override;

  /// Connections opened since the start; for metrics and tests.
  std::size_t connections_opened() const;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace net
