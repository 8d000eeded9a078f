// INTERNAL to net/: one connection of the server. Reads requests one after the other, hands each to
// the handler, writes what the answer brings. Lives on the io thread; answers reach it from any.
#pragma once

#include "net/connection.hpp"
#include "net/head.hpp"
#include "net/message_reader.hpp"
#include "net/server.hpp"
#include "net/watchdog.hpp"

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <vector>

namespace boost::asio {
class io_context;
}

namespace net {

class session;

/// What all sessions of a server share.
struct session_environment {
  boost::asio::io_context& context;
  server_options options;
  server::handler handler;
  /// Set if TLS is used.
  std::shared_ptr<boost::asio::ssl::context> identity;
  /// Told when a session has closed.
  std::function<void(session*)> on_closed;
};

/// The part of an answer that its owner may touch from any thread.
struct answer_link {
  std::weak_ptr<session> home;
  boost::asio::io_context* context = nullptr;
  /// The peer is gone, or we gave it up.
  std::atomic<bool> gone = false;
  /// Bytes of write() that the peer has not taken.
  std::atomic<std::size_t> queued = 0;
};

class session : public std::enable_shared_from_this<session> {
public:
  session(std::shared_ptr<const session_environment> environment, std::shared_ptr<connection> link);

  void start();

  /// Lets the answer under way finish, then closes.
  void wind_down();

  void close();

  /// Since when it waits for a request; the end of time if it does not.
  clock::time_point idle_since() const;

  // -- from answers; those of an exchange that is not the current one are dropped --------------------

  void reply(const std::shared_ptr<answer_link>& from, int status, const header_fields& headers, std::string body);
  void begin(const std::shared_ptr<answer_link>& from, int status, const header_fields& headers);
  void write(const std::shared_ptr<answer_link>& from, std::string chunk);
  void end(const std::shared_ptr<answer_link>& from);
  void on_closed(const std::shared_ptr<answer_link>& from, std::function<void()> f);

  /// The owner has dropped an answer that it had begun, or reads too slowly: cut.
  void cut(const std::shared_ptr<answer_link>& from);

private:
  /// A piece of output.
  struct piece {
    std::string bytes;
    /// How much of it write() has counted.
    std::size_t counted = 0;
  };

  boost::asio::awaitable<void> read_loop(std::shared_ptr<session> self);
  boost::asio::awaitable<void> write_loop(std::shared_ptr<session> self);
  boost::asio::awaitable<bool> welcome();

  /// Reads requests out of `pending_` as far as that goes.
  void advance();
  void await_request();
  void expect_message();
  void on_header(const message& x);
  void dispatch();
  void refuse(int status, std::string_view why);

  bool is_current(const std::shared_ptr<answer_link>& x) const { return x == current_ && !closed_; }
  void enqueue(std::string bytes, std::size_t counted = 0);
  void complete();
  void peer_left();
  void tell_gone();
  void linger();

  std::shared_ptr<const session_environment> environment_;
  std::shared_ptr<connection> link_;
  watchdog reading_;
  watchdog writing_;
  std::unique_ptr<message_reader> reader_;
  /// Received and not yet read.
  std::string pending_;
  std::deque<piece> queue_;
  bool writer_runs_ = false;
  clock::time_point idle_since_ = clock::time_point::max();

  // -- the exchange under way ------------------------------------------------------------------------

  std::shared_ptr<answer_link> current_;
  std::vector<std::function<void()>> farewells_;
  bool head_only_ = false;
  bool old_client_ = false;
  bool keep_alive_ = true;
  bool begun_ = false;
  /// All of the answer is in `queue_`.
  bool answered_ = false;
  framing framing_ = framing::length;

  bool winding_down_ = false;
  /// We have said all; the rest of what the peer says is thrown away.
  bool lingering_ = false;
  bool closed_ = false;
};

} // namespace net
