// A small HTTP/1.1 server with keep-alive, limits, streamed answers and an orderly stop.
// Handlers run on the io thread and may answer later from any thread. Does no routing.
#pragma once

#include "net/transport.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace net {

class thread;

/// Address and limits of a server.
struct server_options {
  /// Address to bind, e.g. "127.0.0.1", "0.0.0.0" or "::1".
  std::string address = "127.0.0.1";
  /// 0 lets the system choose; server::port() returns the choice.
  uint16_t port = 0;
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 8 * 1024 * 1024;
  std::size_t max_connections = 1024;
  /// Time for a request to arrive completely, and for a peer to read a chunk of the answer.
  clock::duration io_timeout = std::chrono::seconds{30};
  /// How long an idle kept-alive connection stays open.
  clock::duration idle_timeout = std::chrono::seconds{120};
  /// PEM. The server uses TLS if both are set.
  std::string tls_certificate;
  std::string tls_private_key;
  /// PEM. If set, clients need a certificate of these authorities.
  std::string tls_client_ca;
};

/// A request of a client.
struct server_request {
  std::string method;
  /// Path and query, still percent-encoded.
  std::string target;
  header_fields headers;
  std::string body;
};

/// The answer to one request. All members may be called from any thread, also after the peer has closed the connection.
/// Dropping the last reference without an answer sends 500.
class exchange {
public:
  virtual ~exchange() = default;

  /// Sends a complete answer.
  virtual void reply(int status, header_fields headers, std::string body) = 0;

  /// Starts a streamed (chunked) answer; write() and end() follow.
  virtual void begin(int status, header_fields headers) = 0;

  /// Queues one chunk. Returns false if the peer has closed the connection or reads too slowly (more than 16 MiB are
  /// queued); the answer is then cut off.
  virtual bool write(std::string chunk) = 0;

  /// Completes a streamed answer.
  virtual void end() = 0;

  /// Runs `f` on the io thread if the peer closes the connection before the answer is complete.
  virtual void on_closed(std::function<void()> f) = 0;
};

/// An HTTP server.
class server {
public:
  using handler = std::function<void(server_request, std::shared_ptr<exchange>)>;

  /// Binds and listens. Throws std::system_error if that fails.
  server(thread& io, server_options options, handler on_request);

  /// Stops accepting, waits up to `grace` for open answers, then closes all connections.
  void stop(clock::duration grace = std::chrono::seconds{1});

  ~server();

  /// Returns the port it listens on.
  uint16_t port() const;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace net
