// The only header that knows which CAF release we compile against.
#pragma once

#include <caf/config.hpp>
// Not CAF_VERSION: release 1.0.2 defines it as 0002.
#define ACTORS_OLD_CAF (CAF_MAJOR_VERSION == 0 && CAF_MINOR_VERSION < 18)

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/result.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>
#include <caf/type_id.hpp>
#include <caf/typed_actor.hpp>
#include <caf/typed_event_based_actor.hpp>
#include <caf/typed_response_promise.hpp>
#if ACTORS_OLD_CAF
#include <caf/replies_to.hpp>
#endif

#include <chrono>
#include <exception>
#include <functional>
#include <string>

namespace actors {

#if ACTORS_OLD_CAF

/// A message that nobody answers.
template <class Message>
using receives = caf::reacts_to<Message>;

/// A question and its answer.
template <class Question, class Answer>
using answers = typename caf::replies_to<Question>::template with<Answer>;

#else

template <class Message>
using receives = caf::result<void>(Message);

template <class Question, class Answer>
using answers = caf::result<Answer>(Question);

#endif

/// Access to an actor's state across releases.
template <class Self>
auto& state_of(Self* self) {
#if CAF_MAJOR_VERSION == 0
  return self->state;
#else
  return self->state();
#endif
}

/// Number of messages that wait for this actor.
template <class Self>
int64_t mailbox_size(Self* self) {
  return static_cast<int64_t>(self->mailbox().size());
}

/// CAF's own handlers print to standard output; ours end the actor with the reason instead, so that its
/// supervisor hears of it and the log stays one line of JSON per event.
template <class Self>
void die_quietly(Self* self) {
  self->set_exception_handler([](std::exception_ptr& x) -> caf::error {
    try {
      std::rethrow_exception(x);
    } catch (const std::exception& e) {
      return caf::make_error(caf::sec::runtime_error, std::string{e.what()});
    } catch (...) {
      return caf::make_error(caf::sec::runtime_error, std::string{"unknown exception"});
    }
  });
}

/// Scheduler settings: an operator idles nearly always, and in a container the host's number of cores
/// says nothing.
inline void configure(caf::actor_system_config& cfg, size_t threads) {
#if ACTORS_OLD_CAF
  cfg.set("scheduler.policy", caf::atom("sharing"));
#else
  cfg.set("caf.scheduler.policy", "sharing");
#endif
  cfg.set("scheduler.max-threads", threads);
  cfg.set("scheduler.max-throughput", size_t{50});
}

} // namespace actors
