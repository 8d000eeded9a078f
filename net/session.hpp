// INTERNAL to net/: one connection of the server. Reads requests one after the other, passes each to the handler and
// writes the answer. Runs on the io thread; answers may come from any thread.
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

/// Shared by all sessions of a server.
struct session_environment {
  boost::asio::io_context& context;
  server_options options;
  server::handler handler;
  /// TLS context; null without TLS.
  std::shared_ptr<boost::asio::ssl::context> identity;
  /// Called after a session has closed.
  std::function<void(session*)> on_closed;
};

/// The part of an answer that its owner may touch from any thread.
struct answer_link {
  std::weak_ptr<session> home;
  boost::asio::io_context* context = nullptr;
  /// The peer has closed the connection, or was cut off.
  std::atomic<bool> gone = false;
  /// Bytes from write() that are not sent yet.
  std::atomic<std::size_t> queued = 0;
};

/// One connection of the server.
class session : public std::enable_shared_from_this<session> {
public:
  session(std::shared_ptr<const session_environment> environment, std::shared_ptr<connection> link);

  void start();

  /// Closes after the current answer.
  void wind_down();

  void close();

  /// Returns since when it waits for a request; the clock's last time if it does not wait.
  clock::time_point idle_since() const;

  // -- calls from answers; ignored unless the exchange is the current one --------------------

  void reply(const std::shared_ptr<answer_link>& from, int status, const header_fields& headers, std::string body);
  void begin(const std::shared_ptr<answer_link>& from, int status, const header_fields& headers);
  void write(const std::shared_ptr<answer_link>& from, std::string chunk);
  void end(const std::shared_ptr<answer_link>& from);
  void on_closed(const std::shared_ptr<answer_link>& from, std::function<void()> f);

  /// Closes the connection: the answer was dropped unfinished, or the peer reads too slowly.
  void cut(const std::shared_ptr<answer_link>& from);

private:
  /// A part of the output.
  struct piece {
    std::string bytes;
    /// How many of its bytes are part of `answer_link::queued`.
    std::size_t counted = 0;
  };

  boost::asio::awaitable<void> read_loop(std::shared_ptr<session> self);
  boost::asio::awaitable<void> write_loop(std::shared_ptr<session> self);
  boost::asio::awaitable<bool> handshake();

  /// Parses `pending_` and dispatches complete requests.
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
  void notify_gone();
  void linger();

  std::shared_ptr<const session_environment> environment_;
  std::shared_ptr<connection> link_;
  watchdog reading_;
  watchdog writing_;
  std::unique_ptr<message_reader> reader_;
  /// Received but not parsed yet.
  std::string pending_;
  std::deque<piece> queue_;
  bool writer_runs_ = false;
  clock::time_point idle_since_ = clock::time_point::max();

  // -- the current exchange ------------------------------------------------------------------------

  std::shared_ptr<answer_link> current_;
  std::vector<std::function<void()>> close_callbacks_;
  bool head_only_ = false;
  bool old_client_ = false;
  bool keep_alive_ = true;
  bool begun_ = false;
  /// The whole answer is in `queue_`.
  bool answered_ = false;
  framing framing_ = framing::length;

  bool winding_down_ = false;
  /// Everything is sent; further bytes of the peer are discarded.
  bool lingering_ = false;
  bool closed_ = false;
};

} // namespace net
