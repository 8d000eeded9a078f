// Events tell people what happened to an object (`kubectl describe`). Repetitions of one are
// counted in one Event instead of filling the cluster, and no object can send without end. Time is
// an argument; nothing here is sent.
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

/// Whether an Event is news or trouble; spelled as on the wire.
enum class event_type {
  /// News.
  Normal,
  /// Trouble.
  Warning,
};

/// The object that an Event is about.
struct event_subject {
  object_key key;
  std::string uid;
  std::string resource_version;
  resource_type type = flink_applications;
};

/// What happened.
struct occurrence {
  event_type type = event_type::Normal;
  /// One word for machines, e.g. "JobSubmitted".
  std::string reason;
  /// A sentence for people; cut to what the API server takes.
  std::string message;
};

/// How an Event is written: most often `first` does it. If that is answered 409 (created before this
/// process lived) or 404 (expired meanwhile), `otherwise` does.
struct event_write {
  request first;
  request otherwise;
};

/// Returns the Event's name: the same for the same occurrence of the same object.
std::string event_name(const event_subject& subject, const occurrence& what);

/// Decides which occurrences become requests.
class event_aggregator {
public:
  using clock = std::chrono::steady_clock;

  /// Notes an occurrence; returns what to write, or nothing if the object has sent too much.
  std::optional<event_write> note(const event_subject& subject, const occurrence& what, wall_time wall,
                                  clock::time_point now);

  /// Returns the number of occurrences that were not written.
  std::size_t dropped() const { return dropped_; }

private:
  /// The repetitions of one occurrence.
  struct series {
    wall_time first;
    clock::time_point last;
    int64_t count = 0;
    bool written = false;
  };

  /// What is remembered of one object.
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
