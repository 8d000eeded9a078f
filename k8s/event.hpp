// Builds requests for Events, which `kubectl describe` shows. Counts repetitions in one Event and limits the rate per
// object. Time is an argument; sends nothing.
#pragma once

#include "k8s/meta.hpp"
#include "k8s/requests.hpp"
#include "k8s/time.hpp"
#include "k8s/token_bucket.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace k8s {

/// Type of an Event, spelled as in the API.
enum class event_type {
  /// Something happened as expected.
  Normal,
  /// Something needs attention.
  Warning,
};

/// The object that an Event refers to.
struct event_subject {
  object_key key;
  std::string uid;
  std::string resource_version;
  resource_type type = flink_applications;
};

/// What an Event reports.
struct occurrence {
  event_type type = event_type::Normal;
  /// Reason for programs, e.g. "JobSubmitted".
  std::string reason;
  /// Message for people; shortened to what the API server accepts.
  std::string message;
};

/// Requests that write an Event. Send `first`; if the answer is 409 (another process created the Event) or 404 (it has
/// expired), send `otherwise`.
struct event_write {
  request first;
  request otherwise;
};

/// Returns the name of an Event. It is the same for equal occurrences of one object.
std::string event_name(const event_subject& subject, const occurrence& what);

/// Aggregates occurrences into Events and limits their rate.
class event_aggregator {
public:
  using clock = std::chrono::steady_clock;

  /// Records an occurrence. Returns the requests, or nothing if the object has exceeded its rate.
  std::optional<event_write> note(const event_subject& subject, const occurrence& what, wall_time wall,
                                  clock::time_point now);

  /// Returns how many occurrences the rate limit has dropped.
  std::size_t dropped() const { return dropped_; }

private:
  /// The repetitions of one occurrence.
  struct series {
    wall_time first;
    clock::time_point last;
    int64_t count = 0;
    bool written = false;
  };

  /// Rate limit and series of one object.
  struct memory {
    token_bucket bucket;
    std::map<std::string, series> all;
    clock::time_point last;
  };

  void forget_old(clock::time_point now);

  /// By uid.
  std::map<std::string, memory> subjects_;
  clock::time_point next_sweep_{};
  std::size_t dropped_ = 0;
};

} // namespace k8s
