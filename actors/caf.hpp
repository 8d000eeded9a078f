// Hides the differences between CAF releases; no other header knows which one is used.
// Contains no logic of the operator.
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

/// A message without an answer.
template <class Message>
using receives = caf::reacts_to<Message>;

/// A message with an answer.
template <class Request, class Answer>
using answers = typename caf::replies_to<Request>::template with<Answer>;

#else

template <class Message>
using receives = caf::result<void>(Message);

template <class Request, class Answer>
using answers = caf::result<Answer>(Request);

#endif

/// Returns the state of an actor.
template <class Self>
auto& state_of(Self* self) {
#if CAF_MAJOR_VERSION == 0
  return self->state;
#else
  return self->state();
#endif
}

/// Returns the number of messages in an actor's mailbox.
template <class Self>
int64_t mailbox_size(Self* self) {
  return static_cast<int64_t>(self->mailbox().size());
}

/// Ends the actor when it throws, with the exception's text as exit reason, so that its supervisor can log it. CAF's
/// own handler prints to standard output, which would break the JSON log.
template <class Self>
void exit_on_exception(Self* self) {
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

/// Sets the scheduler: `threads` workers that share one queue. An operator is idle nearly always, and the host's number
/// of cores means nothing in a container.
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
