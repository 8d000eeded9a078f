#include "net/server.hpp"

#include "net/session.hpp"
#include "net/thread.hpp"
#include "net/tls.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <future>
#include <system_error>
#include <unordered_map>

namespace net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);
/// Pause after a failed accept, e.g. without free file descriptors.
constexpr auto accept_pause = std::chrono::milliseconds{100};

void check(const error_code& ec, const std::string& step) {
  if (ec)
    throw std::system_error{ec.value(), std::generic_category(), step};
}

} // namespace

class server::impl : public std::enable_shared_from_this<server::impl> {
public:
  impl(thread& io, server_options options) : io_{io}, acceptor_{io.context()}, options_{std::move(options)} {}

  void open(handler on_request);
  void stop(clock::duration grace);

  uint16_t port() const { return port_; }

private:
  void bind();
  asio::awaitable<void> accept_loop(std::shared_ptr<impl> self);
  void welcome(tcp::socket socket);
  bool make_room();
  void wind_down(clock::duration grace, std::shared_ptr<std::promise<void>> ended);
  void close_all();

  thread& io_;
  tcp::acceptor acceptor_;
  server_options options_;
  uint16_t port_ = 0;
  std::shared_ptr<session_environment> environment_;
  std::unordered_map<session*, std::shared_ptr<session>> sessions_;
  /// Set when the last session has ended after stop().
  std::shared_ptr<std::promise<void>> ended_;
  bool stopped_ = false;
};

void server::impl::open(handler on_request) {
  std::string problem;
  environment_ = std::make_shared<session_environment>(
      session_environment{io_.context(), options_, std::move(on_request), nullptr, {}});
  if (!options_.tls_certificate.empty() && !options_.tls_private_key.empty()) {
    environment_->identity = make_server_context(options_, problem);
    if (!environment_->identity)
      throw std::system_error{std::make_error_code(std::errc::invalid_argument), "TLS " + problem};
  }
  environment_->on_closed = [weak = weak_from_this()](session* x) {
    auto self = weak.lock();
    if (!self)
      return;
    self->sessions_.erase(x);
    if (self->ended_ && self->sessions_.empty())
      std::exchange(self->ended_, nullptr)->set_value();
  };
  bind();
  asio::post(io_.context(), [self = shared_from_this()] {
    asio::co_spawn(self->io_.context(), self->accept_loop(self), asio::detached);
  });
}

void server::impl::bind() {
  error_code ec;
  auto where = "cannot listen on " + options_.address + " port " + std::to_string(options_.port);
  tcp::endpoint endpoint{asio::ip::make_address(options_.address, ec), options_.port};
  check(ec, where);
  acceptor_.open(endpoint.protocol(), ec);
  check(ec, where);
  // Lets a restarted process bind the port at once.
  acceptor_.set_option(tcp::acceptor::reuse_address{true}, ec);
  check(ec, where);
  acceptor_.bind(endpoint, ec);
  check(ec, where);
  acceptor_.listen(tcp::acceptor::max_listen_connections, ec);
  check(ec, where);
  port_ = acceptor_.local_endpoint(ec).port();
  check(ec, where);
}

asio::awaitable<void> server::impl::accept_loop(std::shared_ptr<impl> self) {
  while (!stopped_) {
    auto [error, socket] = co_await acceptor_.async_accept(token);
    if (stopped_)
      co_return;
    if (!error) {
      welcome(std::move(socket));
      continue;
    }
    asio::steady_timer pause{io_.context(), accept_pause};
    co_await pause.async_wait(token);
  }
}

void server::impl::welcome(tcp::socket socket) {
  if (sessions_.size() >= options_.max_connections && !make_room())
    return; // closes the socket
  auto x = std::make_shared<session>(environment_, std::make_shared<connection>(std::move(socket)));
  sessions_.emplace(x.get(), x);
  x->start();
}

bool server::impl::make_room() {
  auto longest = std::ranges::min_element(sessions_, {}, [](auto& x) { return x.second->idle_since(); });
  if (longest == sessions_.end() || longest->second->idle_since() == clock::time_point::max())
    return false;
  auto x = longest->second;
  x->close();
  return true;
}

void server::impl::wind_down(clock::duration grace, std::shared_ptr<std::promise<void>> ended) {
  stopped_ = true;
  error_code ignored;
  acceptor_.close(ignored);
  auto all = sessions_;
  for (auto& [key, x] : all)
    x->wind_down();
  if (sessions_.empty())
    return ended->set_value();
  if (ended_)
    ended_->set_value(); // of an earlier stop()
  ended_ = std::move(ended);
  if (grace <= clock::duration::zero())
    return close_all();
  io_.post_after(grace, [self = shared_from_this()] { self->close_all(); });
}

void server::impl::close_all() {
  auto all = sessions_;
  for (auto& [key, x] : all)
    x->close();
}

void server::impl::stop(clock::duration grace) {
  auto ended = std::make_shared<std::promise<void>>();
  auto done = ended->get_future();
  if (io_.here())
    return wind_down(grace, std::move(ended));
  io_.post([this, grace, ended = std::move(ended)] { wind_down(grace, ended); });
  done.wait();
}

server::server(thread& io, server_options options, handler on_request)
    : impl_{std::make_shared<impl>(io, std::move(options))} {
  impl_->open(std::move(on_request));
}

void server::stop(clock::duration grace) {
  impl_->stop(grace);
}

server::~server() {
  impl_->stop(clock::duration::zero());
}

uint16_t server::port() const {
  return impl_->port();
}

} // namespace net
