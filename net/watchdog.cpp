#include "net/watchdog.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace net {

struct watchdog::state {
  state(boost::asio::io_context& context, std::function<void()> f) : timer{context}, bite{std::move(f)} {}

  boost::asio::steady_timer timer;
  std::function<void()> bite;
  clock::time_point due = clock::time_point::max();
  /// When the pending wait ends; valid only if `pending`.
  clock::time_point armed_for;
  bool pending = false;
};

watchdog::watchdog(boost::asio::io_context& context, std::function<void()> bite)
    : state_{std::make_shared<state>(context, std::move(bite))} {}

watchdog::~watchdog() = default;

void watchdog::watch(clock::time_point due) {
  state_->due = due;
  if (!state_->pending || due < state_->armed_for)
    arm(state_);
}

void watchdog::disarm() {
  state_->due = clock::time_point::max();
}

void watchdog::arm(const std::shared_ptr<state>& x) {
  x->pending = true;
  x->armed_for = x->due;
  x->timer.expires_at(x->due); // cancels a pending wait
  x->timer.async_wait([weak = std::weak_ptr{x}](boost::system::error_code ec) {
    if (auto alive = weak.lock(); alive && !ec)
      wake(alive);
  });
}

void watchdog::wake(const std::shared_ptr<state>& x) {
  // The handler of a replaced wait may have been queued before the wait was cancelled.
  if (clock::now() < x->armed_for)
    return;
  x->pending = false;
  if (x->due == clock::time_point::max())
    return;
  if (clock::now() < x->due)
    return arm(x);
  x->due = clock::time_point::max();
  auto bite = x->bite; // a copy, because the callback may destroy the watchdog
  bite();
}

} // namespace net
