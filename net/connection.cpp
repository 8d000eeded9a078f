#include "net/connection.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <sys/socket.h>

namespace net {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

bool is_address(const std::string& name) {
  error_code ec;
  asio::ip::make_address(name, ec);
  return !ec;
}

} // namespace

struct connection::secure {
  secure(tcp::socket& socket, std::shared_ptr<asio::ssl::context> x)
      : context{std::move(x)}, stream{socket, *context} {}

  std::shared_ptr<asio::ssl::context> context;
  asio::ssl::stream<tcp::socket&> stream;

  /// Returns why a handshake failed. The result of the verification is clearer than "handshake failed".
  std::string explain(const error_code& ec) {
    auto verdict = SSL_get_verify_result(stream.native_handle());
    if (verdict == X509_V_OK)
      return ec.message();
    return std::string{"certificate not trusted: "} + X509_verify_cert_error_string(verdict);
  }
};

connection::connection(tcp::socket socket) : socket_{std::move(socket)} {
  error_code ignored;
  if (socket_.is_open())
    socket_.set_option(tcp::no_delay{true}, ignored);
}

connection::~connection() = default;

asio::awaitable<error_code> connection::connect(tcp::endpoint peer) {
  error_code ec;
  if (closed_)
    co_return asio::error::operation_aborted;
  socket_.close(ec); // from the previous attempt
  auto [error] = co_await socket_.async_connect(peer, token);
  if (!error)
    socket_.set_option(tcp::no_delay{true}, ec);
  co_return closed_ ? error_code{asio::error::operation_aborted} : error;
}

asio::awaitable<std::string> connection::connect_tls(std::shared_ptr<asio::ssl::context> trust, std::string name) {
  secure_ = std::make_unique<secure>(socket_, std::move(trust));
  auto& stream = secure_->stream;
  if (SSL_get_verify_mode(stream.native_handle()) != SSL_VERIFY_NONE)
    stream.set_verify_callback(asio::ssl::host_name_verification{name});
  // RFC 6066 forbids addresses as server names.
  if (!is_address(name) && SSL_set_tlsext_host_name(stream.native_handle(), name.c_str()) != 1)
    co_return "'" + name + "' is not a valid server name";
  auto [error] = co_await stream.async_handshake(asio::ssl::stream_base::client, token);
  if (error)
    co_return secure_->explain(error);
  co_return std::string{};
}

asio::awaitable<std::string> connection::accept_tls(std::shared_ptr<asio::ssl::context> identity) {
  secure_ = std::make_unique<secure>(socket_, std::move(identity));
  auto [error] = co_await secure_->stream.async_handshake(asio::ssl::stream_base::server, token);
  if (error)
    co_return secure_->explain(error);
  co_return std::string{};
}

asio::awaitable<transfer> connection::read_some(asio::mutable_buffer into) {
  transfer out;
  if (secure_) {
    auto [error, n] = co_await secure_->stream.async_read_some(into, token);
    out = {error, n};
  } else {
    auto [error, n] = co_await socket_.async_read_some(into, token);
    out = {error, n};
  }
  if (closed_)
    out.error = asio::error::operation_aborted;
  co_return out;
}

asio::awaitable<transfer> connection::write(std::array<asio::const_buffer, 2> what) {
  transfer out;
  if (secure_) {
    auto [error, n] = co_await asio::async_write(secure_->stream, what, token);
    out = {error, n};
  } else {
    auto [error, n] = co_await asio::async_write(socket_, what, token);
    out = {error, n};
  }
  if (closed_)
    out.error = asio::error::operation_aborted;
  co_return out;
}

void connection::listen(std::function<void()> f) {
  socket_.async_wait(tcp::socket::wait_read,
                     [self = shared_from_this(), turn = ++listening_, f = std::move(f)](error_code) {
                       if (self->listening_ == turn)
                         f();
                     });
}

void connection::stop_listening() {
  // The wait may have ended with its handler still queued: the number marks the handler as stale.
  ++listening_;
  error_code ignored;
  socket_.cancel(ignored);
}

bool connection::silent() {
  if (closed_)
    return false;
  char byte = 0;
  auto n = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void connection::finish_sending() {
  error_code ignored;
  socket_.shutdown(tcp::socket::shutdown_send, ignored);
}

void connection::close() {
  closed_ = true;
  error_code ignored;
  socket_.close(ignored);
}

bool is_tls_refusal(const error_code& error) {
  if (error.category() != asio::error::get_ssl_category())
    return false;
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
  case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_UNSUPPORTED_CERTIFICATE:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_REVOKED:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
  case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
  case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
  case SSL_R_TLSV1_ALERT_ACCESS_DENIED:
  case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    return true;
  default:
    return false;
  }
}

} // namespace net
