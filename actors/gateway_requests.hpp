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

/// Questions to gateways, each answered once: by the gateway, or by us when that is overdue. CAF 0.17 never takes the
/// time-out of a request back, and each one wakes its clock's thread and later the actor; here one timer does for all.
class questions {
public:
  using handler = std::function<void(const messages::answer&)>;

  explicit questions(uint64_t number_of_timer) : timer_{number_of_timer} {}

  /// Asks, and runs `done` with the answer or, after `patience`, with one that says that none came.
  template <class Self, class Gateway, class Question>
  void ask(Self* self, const Gateway& gateway, std::chrono::nanoseconds patience, Question x, handler done) {
    auto id = ++last_;
    open_.emplace(id, question{self->clock().now() + patience, std::move(done)});
    self->request(gateway, caf::infinite, std::move(x))
        .then([this, id](const messages::answer& a) { settle(id, a); },
              [this, id](const caf::error&) { settle(id, no_answer()); });
    watch(self);
  }

  /// Takes a tick in; it may be another timer's.
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
  struct question {
    timer::clock::time_point until;
    handler done;
  };

  static messages::answer no_answer() {
    return {{.failure = net::failure::timed_out, .detail = "the gateway did not answer"}};
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
  std::map<uint64_t, question> open_;
  timer timer_;
};

} // namespace actors
