// INTERNAL to net/: one TCP or TLS connection as coroutines. Lives on the io thread; close() from
// anywhere on that thread ends whatever is under way.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <array>
#include <functional>
#include <memory>
#include <string>

namespace boost::asio::ssl {
class context;
}

namespace net {

/// What one read or write did.
struct transfer {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

/// A byte stream between us and one peer.
class connection : public std::enable_shared_from_this<connection> {
public:
  using tcp = boost::asio::ip::tcp;

  /// Takes over an accepted or still unconnected socket.
  explicit connection(tcp::socket socket);
  ~connection();

  /// Connects to one endpoint.
  boost::asio::awaitable<boost::system::error_code> connect(tcp::endpoint peer);

  /// Makes it a TLS client: verifies the peer against `name` unless the context verifies nobody.
  /// Returns what went wrong, or an empty text.
  boost::asio::awaitable<std::string> greet(std::shared_ptr<boost::asio::ssl::context> trust, std::string name);

  /// Makes it a TLS server. Returns what went wrong, or an empty text.
  boost::asio::awaitable<std::string> welcome(std::shared_ptr<boost::asio::ssl::context> identity);

  /// Reads what is there, at least one byte.
  boost::asio::awaitable<transfer> read_some(boost::asio::mutable_buffer into);

  /// Writes both buffers completely; `bytes` tells how far it came.
  boost::asio::awaitable<transfer> write(std::array<boost::asio::const_buffer, 2> what);

  /// Calls `f` once the peer says anything or goes, unless stop_listening() comes first. For idle
  /// connections: whatever comes unasked makes them useless.
  void listen(std::function<void()> f);
  void stop_listening();

  /// Returns whether nothing can be read and the peer has not gone.
  bool silent();

  /// Tells the peer that we send no more.
  void finish_sending();

  void close();
  bool closed() const { return closed_; }

private:
  /// The TLS half, apart so that only one source sees OpenSSL.
  struct secure;

  tcp::socket socket_;
  std::unique_ptr<secure> secure_;
  uint64_t listening_ = 0;
  bool closed_ = false;
};

/// Returns whether `error` is the peer's refusal of our TLS credentials. With TLS 1.3 it arrives
/// only after the handshake and the first request, which the peer then never reads.
bool is_tls_refusal(const boost::system::error_code& error);

} // namespace net
