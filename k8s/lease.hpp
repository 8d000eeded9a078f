// Leader election by a Lease: the record, and the state machine of a candidate that acquires, renews and releases it.
// Does no I/O: carry out what next() returns and pass each answer to on_answer().
//
// Guarantees:
// - Only the local monotonic clock counts. Another holder's Lease has expired when its record has not changed for its
//   duration *since this process saw it change*. The times in the record are for people.
// - Every write is guarded: by the version that was read, or by the name for a new Lease.
// - A leader has renewed within the deadline, counted from sending the last renewal that was answered.
//
// Caveat: it is not a fence. A request that the leader sent may take effect after it has lost the Lease.
#pragma once

#include "config/defaults.hpp"
#include "k8s/backoff.hpp"
#include "k8s/meta.hpp"
#include "k8s/requests.hpp"
#include "k8s/time.hpp"

#include <boost/describe.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace k8s {

/// The metadata of a Lease that the election uses.
struct lease_head {
  std::string name;
  std::string namespace_;
  /// Absent in a new Lease.
  std::optional<std::string> resource_version;
  bool operator==(const lease_head&) const = default;
};
BOOST_DESCRIBE_STRUCT(lease_head, (), (name, namespace_, resource_version))

/// The spec of a Lease.
struct lease_spec {
  /// Process that holds the Lease; empty after a release.
  std::optional<std::string> holder_identity;
  std::optional<int32_t> lease_duration_seconds;
  /// When the holder acquired the Lease; MicroTime, like renew_time.
  std::optional<std::string> acquire_time;
  std::optional<std::string> renew_time;
  /// How often the holder has changed.
  std::optional<int32_t> lease_transitions;
  bool operator==(const lease_spec&) const = default;
};
BOOST_DESCRIBE_STRUCT(lease_spec, (),
                      (holder_identity, lease_duration_seconds, acquire_time, renew_time, lease_transitions))

/// A Lease of coordination.k8s.io/v1.
struct lease {
  lease_head metadata;
  lease_spec spec;
  bool operator==(const lease&) const = default;
};
BOOST_DESCRIBE_STRUCT(lease, (), (metadata, spec))

/// Reads a Lease. Returns nothing if the text is not a Lease.
std::optional<lease> read_lease(std::string_view text);

/// Returns the request that creates a Lease. The API server rejects it if the name exists.
request create_lease(const object_key& key, const lease_spec& spec);

/// Returns the request that updates a Lease if its version is still that of `old`. Fields of others, such as labels,
/// are kept.
request update_lease(const lease& old, const lease_spec& spec);

// -- the election -------------------------------------------------------------------------------------

/// Identity, Lease and times of a candidate. Required: duration > deadline > period with its jitter.
struct election_rules {
  /// Unique for each process.
  std::string identity;
  object_key lease;
  std::chrono::seconds lease_duration = config::defaults::lease_duration;
  std::chrono::milliseconds renew_deadline = config::defaults::renew_deadline;
  std::chrono::milliseconds retry_period = config::defaults::retry_period;
};

using election_clock = std::chrono::steady_clock;

/// Send the request and pass its answer to on_answer().
struct ask_for_lease {
  request what;
  election_clock::time_point deadline;
};

/// Call next() at this time, or after an answer.
struct wait_for_lease {
  election_clock::time_point until;
};

/// Stop acting at once. Final.
struct lease_lost {
  std::string why;
};

/// The Lease was released, or could not be and will expire. Final.
struct lease_released {};

/// What the caller must do next.
using election_step = std::variant<ask_for_lease, wait_for_lease, lease_lost, lease_released>;

/// State machine of one process in the election, with at most one open request.
class candidate {
public:
  using clock = election_clock;

  candidate(election_rules rules, unit_random random) : rules_{std::move(rules)}, random_{std::move(random)} {}

  /// Returns what to do next. May be called at any time.
  election_step next(clock::time_point now, wall_time wall);

  /// Handles the answer to the open request. Without an answer, `status` is 0 and `body` describes the failure.
  void on_answer(int status, std::string_view body, clock::time_point now);

  /// Makes next() release the Lease. Call it after everything that acts has stopped.
  void release() { releasing_ = true; }

  /// Returns true if this process acquired the Lease and has not released it.
  bool leads() const { return leads_; }

  /// Returns until when a leader may act without another renewal.
  clock::time_point leads_until() const { return renewed_at_ + rules_.renew_deadline; }

  /// Returns the last known Lease, which may have been deleted.
  const std::optional<lease>& seen() const { return seen_; }

  /// Returns why the last request failed; empty if it succeeded.
  const std::string& error() const { return error_; }

private:
  enum class asked { nothing, read, create, update };

  election_step release_lease(clock::time_point now, wall_time wall);
  election_step ask(asked what, request r, clock::time_point now);
  void see(lease x, clock::time_point now);
  void on_written(std::string_view body, clock::time_point now);
  void fail(int status, std::string_view body);
  bool is_ours() const;
  bool held_by_other() const;
  bool may_take(clock::time_point now) const;
  lease_spec claim(wall_time wall) const;
  lease_spec released_spec(wall_time wall) const;
  void pause();

  election_rules rules_;
  unit_random random_;

  std::optional<lease> seen_;
  /// When this process last saw it change.
  clock::time_point changed_at_{};
  /// The Lease existed at the last read.
  bool exists_ = false;
  /// The known version is current: just read, or written by this process.
  bool fresh_ = false;

  bool leads_ = false;
  clock::time_point renewed_at_{};
  bool releasing_ = false;
  bool release_sent_ = false;

  asked open_ = asked::nothing;
  clock::time_point sent_at_{};
  clock::time_point due_{};
  clock::time_point not_before_{};
  std::string error_;
};

} // namespace k8s
