// INTERNAL to net/: the implementation of the client. client.cpp starts, times out and ends requests; client_call.cpp
// sends them.
#pragma once

#include "net/client.hpp"
#include "net/conversation.hpp"
#include "net/origin.hpp"
#include "net/pool.hpp"
#include "net/thread.hpp"
#include "net/watchdog.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace boost::asio::ssl {
class context;
}

namespace net {

/// Progress of a request. It decides what a missed deadline means.
enum class phase {
  /// Nothing has been sent.
  connecting,
  /// The server may have received the request.
  talking,
  /// The header of a stream has arrived.
  streaming,
};

/// Options and state of one origin.
struct origin_state {
  std::optional<origin_parts> parts;
  origin_options options;
  std::shared_ptr<boost::asio::ssl::context> trust;
  /// Why no request can be sent to it; empty if one can.
  std::string problem;
  bool rejected = false;
};

/// One request, from send() or stream() until its `done`.
struct call {
  call(boost::asio::io_context& context, request_id n, request x)
      : id{n}, what{std::move(x)}, dog{context, [this] { bite(); }} {}

  request_id id;
  request what;
  clock::time_point deadline;
  clock::duration idle{};
  transport::on_line line;
  transport::on_response done;
  /// Set once, when the request ends; no callback runs afterwards.
  std::atomic<bool> over = false;
  phase at = phase::connecting;
  std::shared_ptr<connection> link;
  /// Ends the request if its current phase takes too long.
  std::function<void()> bite;
  watchdog dog;
};

using call_ptr = std::shared_ptr<call>;

/// Makes a response that describes a failure.
response failed(failure why, std::string text);

class client::impl : public std::enable_shared_from_this<client::impl> {
public:
  impl(thread& io, client_options options)
      : io_{io}, context_{io.context()}, options_{std::move(options)},
        idle_{context_, options_.keep_alive, options_.max_idle_per_origin} {}

  request_id start(request x, clock::time_point deadline, clock::duration idle, on_line line, on_response done);
  void cancel(request_id id);
  void configure(std::string origin, origin_options options);
  void shut_down();

  thread& io() { return io_; }
  std::size_t opened() const { return opened_; }

private:
  origin_state& at(const std::string& origin);
  void launch(const call_ptr& x);
  void finish(const call_ptr& x, response r);
  void overdue(const call_ptr& x);
  void enter(const call_ptr& x, phase next, clock::time_point due);

  boost::asio::awaitable<void> carry_out(std::shared_ptr<impl> self, call_ptr x);
  boost::asio::awaitable<std::vector<boost::asio::ip::tcp::endpoint>> resolve(call_ptr x, origin_parts where);
  boost::asio::awaitable<std::shared_ptr<connection>> open(call_ptr x, origin_parts where);
  boost::asio::awaitable<bool> secure(call_ptr x, std::shared_ptr<connection> link, std::string name);
  conversation_options plan(const call_ptr& x, origin_state& where);
  boost::asio::awaitable<void> converse(call_ptr x, conversation& talk);
  void deliver(const call_ptr& x, conversation& talk);

  thread& io_;
  boost::asio::io_context& context_;
  client_options options_;
  pool idle_;
  std::unordered_map<std::string, origin_state> origins_;
  std::atomic<std::size_t> opened_ = 0;
  std::mutex guard_;
  /// Open requests; guarded because cancel() may be called from any thread.
  std::unordered_map<request_id, call_ptr> calls_;
  request_id last_id_ = 0;
};

} // namespace net
