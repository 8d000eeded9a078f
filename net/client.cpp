#include "net/client.hpp"

#include "net/conversation.hpp"
#include "net/head.hpp"
#include "net/origin.hpp"
#include "net/pool.hpp"
#include "net/thread.hpp"
#include "net/tls.hpp"
#include "net/watchdog.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <atomic>
#include <future>
#include <mutex>
#include <unordered_map>

namespace net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

/// How far a request has come; decides what a missed deadline means.
enum class phase {
  /// Nothing has been sent.
  connecting,
  /// The other side may have heard of it.
  talking,
  /// The header of a stream has come.
  streaming,
};

/// What is known of one origin.
struct origin_state {
  std::optional<origin_parts> parts;
  origin_options options;
  std::shared_ptr<asio::ssl::context> trust;
  /// Why nothing can be sent there.
  std::string complaint;
  bool rejected = false;
};

/// One request from send() or stream() to its `done`.
struct call {
  call(asio::io_context& context, request_id n, request x)
      : id{n}, what{std::move(x)}, dog{context, [this] { bite(); }} {}

  request_id id;
  request what;
  clock::time_point deadline;
  clock::duration idle{};
  transport::on_line line;
  transport::on_response done;
  /// Set once, by whoever ends the request: nothing of it is told afterwards.
  std::atomic<bool> over = false;
  phase at = phase::connecting;
  std::shared_ptr<connection> link;
  /// Ends the phase under way if it takes too long.
  std::function<void()> bite;
  watchdog dog;
};

using call_ptr = std::shared_ptr<call>;

std::string milliseconds(clock::duration x) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(x).count()) + " ms";
}

/// Returns the time in `x` from now; the longest durations mean never.
clock::time_point after(clock::duration x) {
  auto now = clock::now();
  return x < clock::time_point::max() - now ? now + x : clock::time_point::max();
}

response failed(failure why, std::string words) {
  response out;
  out.failure = why;
  out.detail = std::move(words);
  return out;
}

/// A request that is lost before any byte of its answer may be repeated only if its effect is the
/// same twice.
bool is_safe(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

} // namespace

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

  asio::awaitable<void> carry_out(std::shared_ptr<impl> self, call_ptr x);
  asio::awaitable<std::vector<tcp::endpoint>> resolve(call_ptr x, origin_parts where);
  asio::awaitable<std::shared_ptr<connection>> open(call_ptr x, origin_parts where);
  asio::awaitable<bool> secure(call_ptr x, std::shared_ptr<connection> link, std::string name);
  conversation_options plan(const call_ptr& x, origin_state& where);
  asio::awaitable<void> converse(call_ptr x, conversation& talk);
  void deliver(const call_ptr& x, conversation& talk);

  thread& io_;
  asio::io_context& context_;
  client_options options_;
  pool idle_;
  std::unordered_map<std::string, origin_state> origins_;
  std::atomic<std::size_t> opened_ = 0;
  std::mutex guard_;
  /// What is under way; guarded because cancel() may come from any thread.
  std::unordered_map<request_id, call_ptr> calls_;
  request_id last_id_ = 0;
};

// -- from any thread ----------------------------------------------------------------------------

request_id client::impl::start(request x, clock::time_point deadline, clock::duration idle, on_line line,
                               on_response done) {
  auto id = [&] {
    std::lock_guard lock{guard_};
    return ++last_id_;
  }();
  auto y = std::make_shared<call>(context_, id, std::move(x));
  y->deadline = deadline;
  y->idle = idle;
  y->line = std::move(line);
  y->done = std::move(done);
  {
    std::lock_guard lock{guard_};
    calls_.emplace(id, y);
  }
  asio::post(context_, [self = shared_from_this(), y] { self->launch(y); });
  return id;
}

void client::impl::cancel(request_id id) {
  call_ptr x;
  {
    std::lock_guard lock{guard_};
    auto i = calls_.find(id);
    if (i == calls_.end())
      return;
    x = i->second;
    calls_.erase(i);
  }
  x->over = true;
  asio::post(context_, [x = std::move(x)] {
    x->dog.rest();
    if (x->link)
      x->link->close();
  });
}

void client::impl::configure(std::string origin, origin_options options) {
  asio::post(context_, [self = shared_from_this(), origin = std::move(origin), options = std::move(options)]() mutable {
    self->idle_.drop(origin);
    self->origins_[origin] = {.options = std::move(options)};
  });
}

void client::impl::shut_down() {
  std::unordered_map<request_id, call_ptr> rest;
  {
    std::lock_guard lock{guard_};
    rest.swap(calls_);
  }
  for (auto& [id, x] : rest) {
    x->over = true;
    x->dog.rest();
    if (x->link)
      x->link->close();
  }
  idle_.clear();
}

// -- on the io thread -----------------------------------------------------------------------------

origin_state& client::impl::at(const std::string& origin) {
  auto& x = origins_[origin];
  if (x.parts || !x.complaint.empty())
    return x;
  x.parts = parse_origin(origin);
  if (!x.parts)
    x.complaint = "'" + origin + "' is no origin: expected http(s)://host:port";
  else if (x.parts->tls)
    x.trust = make_client_context(x.options.tls, x.complaint);
  return x;
}

void client::impl::finish(const call_ptr& x, response r) {
  if (x->over.exchange(true))
    return;
  {
    std::lock_guard lock{guard_};
    calls_.erase(x->id);
  }
  x->dog.rest();
  x->link = nullptr;
  auto done = std::move(x->done);
  done(std::move(r));
}

void client::impl::enter(const call_ptr& x, phase next, clock::time_point due) {
  x->at = next;
  x->dog.watch(due);
}

void client::impl::overdue(const call_ptr& x) {
  auto link = x->link;
  auto& where = x->what.origin;
  switch (x->at) {
  case phase::connecting:
    if (clock::now() >= x->deadline)
      finish(x, failed(failure::expired, "connect to " + where + ": not connected before the deadline"));
    else
      finish(x, failed(failure::unreachable,
                       "connect to " + where + ": no answer within " + milliseconds(options_.connect_timeout)));
    break;
  case phase::talking:
    finish(x, failed(failure::timed_out, x->what.method + " " + where + ": no complete answer before the deadline"));
    break;
  case phase::streaming:
    finish(x, failed(failure::timed_out, "stream from " + where + ": silent for " + milliseconds(x->idle)));
    break;
  }
  if (link)
    link->close();
}

void client::impl::launch(const call_ptr& x) {
  if (x->over)
    return;
  if (clock::now() >= x->deadline)
    return finish(x, failed(failure::expired, "deadline had passed before sending to " + x->what.origin));
  if (!is_well_formed(x->what))
    return finish(x, failed(failure::unreachable, "request refused: control characters or spaces in its head"));
  auto& where = at(x->what.origin);
  if (!where.complaint.empty())
    return finish(x, failed(failure::unreachable, where.complaint));
  x->bite = [weak = weak_from_this(), y = std::weak_ptr{x}] {
    auto self = weak.lock();
    if (auto alive = y.lock(); self && alive)
      self->overdue(alive);
  };
  asio::co_spawn(context_, carry_out(shared_from_this(), x), asio::detached);
}

asio::awaitable<void> client::impl::carry_out(std::shared_ptr<impl> self, call_ptr x) {
  auto& where = at(x->what.origin);
  auto parts = *where.parts;
  auto options = plan(x, where);
  x->link = idle_.take(x->what.origin);
  if (x->link) {
    auto saved = is_safe(x->what.method) ? options : conversation_options{};
    conversation talk{std::move(options)};
    co_await converse(x, talk);
    // Kept-alive connections die unnoticed: what the peer cannot have acted upon gets a fresh one.
    auto stale = talk.failure() == failure::broken && talk.nothing_received();
    auto again = stale && (talk.nothing_sent() || is_safe(x->what.method));
    if (x->over || !again)
      co_return deliver(x, talk);
    options = is_safe(x->what.method) ? std::move(saved) : plan(x, at(x->what.origin));
  }
  x->link = co_await open(x, std::move(parts));
  if (!x->link || x->over)
    co_return;
  conversation talk{std::move(options)};
  co_await converse(x, talk);
  deliver(x, talk);
}

asio::awaitable<std::vector<tcp::endpoint>> client::impl::resolve(call_ptr x, origin_parts where) {
  std::vector<tcp::endpoint> out;
  error_code ec;
  if (auto address = asio::ip::make_address(where.host, ec); !ec) {
    out.emplace_back(address, static_cast<uint16_t>(std::stoi(where.port)));
    co_return out;
  }
  tcp::resolver resolver{context_};
  auto [error, found] = co_await resolver.async_resolve(where.host, where.port, token);
  if (error)
    finish(x, failed(failure::unreachable, "look up " + where.host + ": " + error.message()));
  for (auto& entry : found)
    out.push_back(entry.endpoint());
  co_return out;
}

asio::awaitable<std::shared_ptr<connection>> client::impl::open(call_ptr x, origin_parts where) {
  enter(x, phase::connecting, std::min(x->deadline, after(options_.connect_timeout)));
  auto endpoints = co_await resolve(x, where);
  error_code error = asio::error::host_not_found;
  auto link = std::make_shared<connection>(tcp::socket{context_});
  for (auto& endpoint : endpoints) {
    if (x->over)
      co_return nullptr;
    x->link = link;
    error = co_await link->connect(endpoint);
    if (!error)
      break;
  }
  if (x->over)
    co_return nullptr;
  if (error) {
    finish(x, failed(failure::unreachable, "connect to " + where.authority + ": " + error.message()));
    co_return nullptr;
  }
  ++opened_;
  if (where.tls && !co_await secure(x, link, where.host))
    co_return nullptr;
  co_return link;
}

asio::awaitable<bool> client::impl::secure(call_ptr x, std::shared_ptr<connection> link, std::string name) {
  auto& where = at(x->what.origin);
  if (!where.options.tls.server_name.empty())
    name = where.options.tls.server_name;
  auto trouble = co_await link->greet(where.trust, name);
  if (!trouble.empty())
    finish(x, failed(failure::unreachable, "TLS with " + x->what.origin + ": " + trouble));
  co_return trouble.empty();
}

conversation_options client::impl::plan(const call_ptr& x, origin_state& where) {
  std::string authorization;
  if (where.options.authorization)
    authorization = where.options.authorization(std::exchange(where.rejected, false));
  conversation_options out;
  out.head = request_head(x->what, *where.parts, {options_.user_agent, std::move(authorization)});
  out.body = x->what.body;
  out.answer_has_body = x->what.method != "HEAD";
  out.limits.body_bytes = options_.max_body_bytes;
  out.max_line_bytes = options_.max_line_bytes;
  if (x->line)
    out.line = [x](std::string_view text) {
      if (!x->over)
        x->line(text);
      return !x->over;
    };
  return out;
}

asio::awaitable<void> client::impl::converse(call_ptr x, conversation& talk) {
  auto link = x->link;
  enter(x, phase::talking, x->deadline);
  if (x->line)
    talk.on_progress = [this, x] {
      if (!x->over)
        enter(x, phase::streaming, after(x->idle));
    };
  co_await talk.run(*link);
}

void client::impl::deliver(const call_ptr& x, conversation& talk) {
  if (x->over)
    return x->link ? x->link->close() : void();
  auto link = std::exchange(x->link, nullptr);
  auto& where = at(x->what.origin);
  if (talk.failure() != failure::none) {
    link->close();
    auto unsent = talk.failure() == failure::broken && talk.nothing_sent();
    return finish(x, failed(unsent ? failure::unreachable : talk.failure(), x->what.origin + ": " + talk.words()));
  }
  where.rejected = where.rejected || talk.answer().status == 401;
  // Before `done`, which may well ask the next question.
  if (talk.reusable())
    idle_.keep(x->what.origin, std::move(link));
  else
    link->close();
  response out;
  out.status = talk.answer().status;
  out.headers = std::move(talk.answer().headers);
  out.body = std::move(talk.answer().body);
  finish(x, std::move(out));
}

// -- the facade -------------------------------------------------------------------------------------

client::client(thread& io, client_options options) : impl_{std::make_shared<impl>(io, std::move(options))} {}

client::~client() {
  if (impl_->io().here()) {
    impl_->shut_down();
    return;
  }
  // Once we have returned no callback runs, so whoever owns what they refer to may go next.
  std::promise<void> quiet;
  impl_->io().post([&] {
    impl_->shut_down();
    quiet.set_value();
  });
  quiet.get_future().wait();
}

void client::configure(std::string origin, origin_options options) {
  impl_->configure(std::move(origin), std::move(options));
}

request_id client::send(request x, clock::time_point deadline, on_response done) {
  return impl_->start(std::move(x), deadline, {}, {}, std::move(done));
}

request_id client::stream(request x, clock::time_point deadline, clock::duration idle, on_line line, on_response done) {
  return impl_->start(std::move(x), deadline, idle, std::move(line), std::move(done));
}

void client::cancel(request_id id) {
  impl_->cancel(id);
}

std::size_t client::connections_opened() const {
  return impl_->opened();
}

} // namespace net
