// An actor system on virtual time: one thread, no waiting, the same course every time.
#pragma once

#include "actors/caf.hpp"

#include <caf/actor_cast.hpp>
#include <caf/scheduler/test_coordinator.hpp>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace actors::test {

/// The answer that an actor will send.
template <class T>
struct promised {
  std::optional<T> value;
  std::optional<caf::error> error;
  bool came() const { return value || error; }
};

class virtual_system {
public:
  using time_point = caf::actor_clock::time_point;

  /// Ages are measured back from now, so the clock does not begin at zero.
  explicit virtual_system(time_point begin = time_point{std::chrono::hours{1}})
      : sys{testing(cfg)}, sched{dynamic_cast<caf::scheduler::test_coordinator&>(sys.scheduler())} {
    sched.clock().current_time = begin;
  }

  /// Ends the actors in the order in which they were spawned; the system's destructor would wait for them.
  ~virtual_system() {
    for (auto& x : spawned_) {
      caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
      run();
    }
  }

  virtual_system(const virtual_system&) = delete;
  virtual_system& operator=(const virtual_system&) = delete;

  template <class... Ts>
  auto spawn(Ts&&... xs) {
    auto x = sys.spawn(std::forward<Ts>(xs)...);
    end_later(x);
    return x;
  }

  /// Takes over an actor that someone else has spawned.
  template <class Handle>
  void end_later(const Handle& x) {
    spawned_.push_back(caf::actor_cast<caf::actor>(x));
  }

  time_point now() { return sched.clock().current_time; }

  /// Lets actors consume messages until no mailbox holds any; time stands still.
  void run() { sched.run(); }

  std::optional<time_point> next_due() {
    auto& schedule = sched.clock().schedule();
    return schedule.empty() ? std::nullopt : std::optional{schedule.begin()->first};
  }

  /// Moves the clock and lets every alarm on the way ring at its time.
  void advance_to(time_point end) {
    run();
    for (auto due = next_due(); due && *due <= end; due = next_due()) {
      sched.advance_time(std::max(*due - now(), std::chrono::nanoseconds{0}));
      run();
    }
    sched.clock().current_time = end;
  }

  /// Asks on behalf of a throw-away actor; the answer may come at once or later.
  template <class T, class Handle, class Message>
  std::shared_ptr<promised<T>> ask(const Handle& whom, Message x) {
    auto out = std::make_shared<promised<T>>();
    spawn([=](caf::event_based_actor* self) {
      self->request(whom, std::chrono::minutes{24 * 60}, x)
          .then([=](T& y) { out->value = std::move(y); }, [=](caf::error& e) { out->error = std::move(e); });
    });
    run();
    return out;
  }

  caf::actor_system_config cfg;
  caf::actor_system sys;
  caf::scheduler::test_coordinator& sched;

private:
  static caf::actor_system_config& testing(caf::actor_system_config& cfg) {
    cfg.set("scheduler.policy", caf::atom("testing"));
    return cfg;
  }

  std::vector<caf::actor> spawned_;
};

} // namespace actors::test
