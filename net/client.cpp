#include "net/client_impl.hpp"
#include "net/head.hpp"
#include "net/tls.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <future>

namespace net {

namespace asio = boost::asio;

namespace {

std::string milliseconds(clock::duration x) {
  return std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(x).count()) + " ms";
}

} // namespace

response failed(failure why, std::string text) {
  response out;
  out.failure = why;
  out.detail = std::move(text);
  return out;
}

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
    x->dog.disarm();
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
  std::unordered_map<request_id, call_ptr> left;
  {
    std::lock_guard lock{guard_};
    left.swap(calls_);
  }
  for (auto& [id, x] : left) {
    x->over = true;
    x->dog.disarm();
    if (x->link)
      x->link->close();
  }
  idle_.clear();
}

// -- on the io thread -----------------------------------------------------------------------------

origin_state& client::impl::at(const std::string& origin) {
  auto& x = origins_[origin];
  if (x.parts || !x.problem.empty())
    return x;
  x.parts = parse_origin(origin);
  if (!x.parts)
    x.problem = "'" + origin + "' is not an origin: use http://HOST:PORT or https://HOST:PORT";
  else if (x.parts->tls)
    x.trust = make_client_context(x.options.tls, x.problem);
  return x;
}

void client::impl::finish(const call_ptr& x, response r) {
  if (x->over.exchange(true))
    return;
  {
    std::lock_guard lock{guard_};
    calls_.erase(x->id);
  }
  x->dog.disarm();
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
      finish(x, failed(failure::expired, "connect to " + where + ": no connection before the deadline"));
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
    return finish(x, failed(failure::expired, "not sent to " + x->what.origin + ": the deadline had passed"));
  if (!is_well_formed(x->what))
    return finish(x, failed(failure::unreachable,
                            "not sent: the request line or a header contains control characters or spaces"));
  auto& where = at(x->what.origin);
  if (!where.problem.empty())
    return finish(x, failed(failure::unreachable, where.problem));
  x->bite = [weak = weak_from_this(), y = std::weak_ptr{x}] {
    auto self = weak.lock();
    if (auto alive = y.lock(); self && alive)
      self->overdue(alive);
  };
  asio::co_spawn(context_, carry_out(shared_from_this(), x), asio::detached);
}

// -- the facade -------------------------------------------------------------------------------------

client::client(thread& io, client_options options) : impl_{std::make_shared<impl>(io, std::move(options))} {}

client::~client() {
  if (impl_->io().here()) {
    impl_->shut_down();
    return;
  }
  // No callback runs after this returns, so the caller may destroy what callbacks refer to.
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
