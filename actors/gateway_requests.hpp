// Requests to the gateways, with one timer for all their timeouts.
// Promises one call of the handler per request: with the answer, or with a failure after the timeout. Does not retry.
#pragma once

#include "actors/caf.hpp"
#include "actors/timer.hpp"
#include "messages/kubernetes.hpp"

#include <caf/timespan.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>

namespace actors {

/// The open requests of one actor. CAF 0.17 cannot cancel the timeout of a request, and each one wakes its clock's
/// thread and later the actor; so this class has one timer for all requests.
class gateway_requests {
public:
  using handler = std::function<void(const messages::answer&)>;

  explicit gateway_requests(uint64_t number_of_timer) : timer_{number_of_timer} {}

  /// Sends a request. Runs `done` with the answer, or with failure `timed_out` after `timeout`.
  template <class Self, class Gateway, class Request>
  void ask(Self* self, const Gateway& gateway, std::chrono::nanoseconds timeout, Request x, handler done) {
    auto id = ++last_;
    open_.emplace(id, open_request{self->clock().now() + timeout, std::move(done)});
    self->request(gateway, caf::infinite, std::move(x))
        .then([this, id](const messages::answer& a) { settle(id, a); },
              [this, id](const caf::error&) { settle(id, no_answer()); });
    watch(self);
  }

  /// Handles a tick; ignores the ticks of other timers.
  template <class Self>
  void on(Self* self, messages::tick x) {
    if (!timer_.fired(self, x))
      return;
    auto now = self->clock().now();
    for (auto& [id, overdue] : std::map{open_})
      if (overdue.until <= now)
        settle(id, no_answer());
    watch(self);
  }

private:
  struct open_request {
    timer::clock::time_point until;
    handler done;
  };

  static messages::answer no_answer() {
    return {{.failure = net::failure::timed_out, .detail = "no answer from the gateway before the timeout"}};
  }

  void settle(uint64_t id, const messages::answer& a) {
    auto node = open_.extract(id);
    if (!node.empty())
      node.mapped().done(a);
  }

  template <class Self>
  void watch(Self* self) {
    if (open_.empty())
      return timer_.disarm();
    auto first = timer::clock::time_point::max();
    for (auto& [id, x] : open_)
      first = std::min(first, x.until);
    timer_.arm(self, first - self->clock().now());
  }

  uint64_t last_ = 0;
  std::map<uint64_t, open_request> open_;
  timer timer_;
};

} // namespace actors
