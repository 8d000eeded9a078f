// INTERNAL to net/: one TCP or TLS connection as coroutines. Use it on the io thread only. close() ends every operation
// in progress. Has no deadlines.
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

/// Result of one read or write.
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

  /// Does a TLS handshake as client. Verifies the peer against `name` unless the context does not verify.
  /// Returns the error; empty on success.
  boost::asio::awaitable<std::string> connect_tls(std::shared_ptr<boost::asio::ssl::context> trust, std::string name);

  /// Does a TLS handshake as server. Returns the error; empty on success.
  boost::asio::awaitable<std::string> accept_tls(std::shared_ptr<boost::asio::ssl::context> identity);

  /// Reads at least one byte.
  boost::asio::awaitable<transfer> read_some(boost::asio::mutable_buffer into);

  /// Writes both buffers completely. After an error, `bytes` is the number of bytes written.
  boost::asio::awaitable<transfer> write(std::array<boost::asio::const_buffer, 2> what);

  /// Calls `f` when the peer sends anything or closes, unless stop_listening() is called before. For idle connections:
  /// unexpected bytes make them unusable.
  void listen(std::function<void()> f);
  void stop_listening();

  /// Returns true if the connection is open and there is nothing to read.
  bool silent();

  /// Closes the sending direction.
  void finish_sending();

  void close();
  bool closed() const { return closed_; }

private:
  /// The TLS stream; separate so that only one source includes OpenSSL.
  struct secure;

  tcp::socket socket_;
  std::unique_ptr<secure> secure_;
  uint64_t listening_ = 0;
  bool closed_ = false;
};

/// Returns true if the peer has rejected our TLS credentials. With TLS 1.3 this error arrives only after the handshake
/// and the first request, which the peer then never reads.
bool is_tls_refusal(const boost::system::error_code& error);

} // namespace net
