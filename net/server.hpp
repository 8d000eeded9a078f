// A small HTTP/1.1 server: keep-alive, limits, streaming answers, orderly stop.
// Handlers run on the io thread and may answer later from any thread.
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

/// Where to listen and how much to take.
struct server_options {
  /// Address to bind, e.g. "127.0.0.1", "0.0.0.0" or "::1".
  std::string address = "127.0.0.1";
  /// 0 lets the system choose; server::port() tells.
  uint16_t port = 0;
  std::size_t max_header_bytes = 64 * 1024;
  std::size_t max_body_bytes = 8 * 1024 * 1024;
  std::size_t max_connections = 1024;
  /// Time for a complete request to arrive, and for a peer to take a chunk of the answer.
  clock::duration io_timeout = std::chrono::seconds{30};
  /// Time that an idle kept-alive connection stays open.
  clock::duration idle_timeout = std::chrono::seconds{120};
  /// PEM texts; TLS is used if both are set.
  std::string tls_certificate;
  std::string tls_private_key;
  /// PEM text; if set, only clients with a certificate of these authorities are served.
  std::string tls_client_ca;
};

/// What a client asked.
struct server_request {
  std::string method;
  /// Path and query, still percent-encoded.
  std::string target;
  header_fields headers;
  std::string body;
};

/// One answer under way. All members may be called from any thread, also after the peer has gone.
/// Dropping the last reference without an answer sends 500.
class exchange {
public:
  virtual ~exchange() = default;

  /// Sends a complete answer.
  virtual void reply(int status, header_fields headers, std::string body) = 0;

  /// Starts a streamed (chunked) answer; write() and end() follow.
  virtual void begin(int status, header_fields headers) = 0;

  /// Queues one chunk. Returns false once the peer has gone or reads too slowly (more than
  /// 16 MiB queued): the answer is then cut.
  virtual bool write(std::string chunk) = 0;

  /// Ends a streamed answer in order.
  virtual void end() = 0;

  /// Runs `f` on the io thread once the peer has gone before the answer was complete.
  virtual void on_closed(std::function<void()> f) = 0;
};

class server {
public:
  using handler = std::function<void(server_request, std::shared_ptr<exchange>)>;

  /// Binds and listens at once; throws std::system_error if the address cannot be had.
  server(thread& io, server_options options, handler on_request);

  /// Stops accepting, lets answers under way finish for up to `grace`, then closes all connections.
  void stop(clock::duration grace = std::chrono::seconds{1});

  ~server();

  uint16_t port() const;

private:
  class impl;
  std::shared_ptr<impl> impl_;
};

} // namespace net
