// One HTTP call: resolves, connects or reuses a connection, sends, and reads the answer, each within its deadline.
#include "net/client_impl.hpp"
#include "net/head.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <utility>

namespace net {

namespace asio = boost::asio;
using boost::system::error_code;
using tcp = asio::ip::tcp;

namespace {

constexpr auto token = asio::as_tuple(asio::use_awaitable);

/// Returns true if a request may be repeated when its connection was lost before the answer: its effect is the same
/// twice.
bool is_safe(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

/// Returns the time `x` from now, limited to the last time of the clock.
clock::time_point after(clock::duration x) {
  auto now = clock::now();
  return x < clock::time_point::max() - now ? now + x : clock::time_point::max();
}

} // namespace

asio::awaitable<void> client::impl::carry_out(std::shared_ptr<impl> self, call_ptr x) {
  auto& where = at(x->what.origin);
  auto parts = *where.parts;
  auto options = plan(x, where);
  x->link = idle_.take(x->what.origin);
  if (x->link) {
    auto saved = is_safe(x->what.method) ? options : conversation_options{};
    conversation talk{std::move(options)};
    co_await converse(x, talk);
    // A kept-alive connection may have been closed unnoticed. A request that the peer cannot have acted on gets a new
    // one.
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
    finish(x, failed(failure::unreachable, "look up host " + where.host + ": " + error.message()));
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
  auto problem = co_await link->connect_tls(where.trust, name);
  if (!problem.empty())
    finish(x, failed(failure::unreachable, "TLS with " + x->what.origin + ": " + problem));
  co_return problem.empty();
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
    return finish(x, failed(unsent ? failure::unreachable : talk.failure(), x->what.origin + ": " + talk.detail()));
  }
  where.rejected = where.rejected || talk.answer().status == 401;
  // Before `done`, which may send the next request.
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

} // namespace net
