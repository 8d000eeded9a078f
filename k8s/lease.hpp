// A Lease says which of several processes acts. Here are the record and the rules by which a candidate gets it, keeps
// it and gives it back. Knows the protocol, does no I/O: carry out what next() says and feed on_answer().
//
// Promises:
// - Only the local monotonic clock counts. Another's Lease is over when its record has not changed for its duration
//   *since we saw it change*; the times in the record are for people.
// - Every write is guarded: by the version that was read, or by the name when there is none yet.
// - Whoever leads has renewed within the deadline, counted from the sending of the last renewal that was answered.
//
// Not a fence: what a leader has sent may take effect after it has lost the Lease.
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

/// The part of a Lease's metadata that the election uses.
struct lease_head {
  std::string name;
  std::string namespace_;
  /// Absent in one that is to be created.
  std::optional<std::string> resource_version;
  bool operator==(const lease_head&) const = default;
};
BOOST_DESCRIBE_STRUCT(lease_head, (), (name, namespace_, resource_version))

struct lease_spec {
  /// Empty after a release.
  std::optional<std::string> holder_identity;
  std::optional<int32_t> lease_duration_seconds;
  /// Since when the holder has it; MicroTime, as renew_time.
  std::optional<std::string> acquire_time;
  std::optional<std::string> renew_time;
  /// How often it has changed hands.
  std::optional<int32_t> lease_transitions;
  bool operator==(const lease_spec&) const = default;
};
BOOST_DESCRIBE_STRUCT(lease_spec, (),
                      (holder_identity, lease_duration_seconds, acquire_time, renew_time, lease_transitions))

/// coordination.k8s.io/v1
struct lease {
  lease_head metadata;
  lease_spec spec;
  bool operator==(const lease&) const = default;
};
BOOST_DESCRIBE_STRUCT(lease, (), (metadata, spec))

/// Reads a Lease; nothing if the text is none.
std::optional<lease> read_lease(std::string_view text);

/// Creates a Lease; refused if there is one of that name.
request create_lease(const object_key& key, const lease_spec& spec);

/// Changes a Lease that has still the version of `old`. What others wrote into it, labels for instance, stays.
request update_lease(const lease& old, const lease_spec& spec);

// -- the election -------------------------------------------------------------------------------------

/// Who stands, for which Lease, and how patient it is. Duration > deadline > period with its jitter.
struct election_rules {
  /// Never the same for two processes.
  std::string identity;
  object_key lease;
  std::chrono::seconds lease_duration = config::defaults::lease_duration;
  std::chrono::milliseconds renew_deadline = config::defaults::renew_deadline;
  std::chrono::milliseconds retry_period = config::defaults::retry_period;
};

using election_clock = std::chrono::steady_clock;

/// Send this and feed the answer.
struct ask_for_lease {
  request what;
  election_clock::time_point deadline;
};

/// Come again then, or with an answer.
struct wait_for_lease {
  election_clock::time_point until;
};

/// Act no more, at once; the end.
struct lease_lost {
  std::string why;
};

/// The Lease was given back, or could not be and runs out; the end.
struct lease_given_up {};

using election_step = std::variant<ask_for_lease, wait_for_lease, lease_lost, lease_given_up>;

/// One process that stands for election, with at most one request open.
class candidate {
public:
  using clock = election_clock;

  candidate(election_rules rules, unit_random random) : rules_{std::move(rules)}, random_{std::move(random)} {}

  /// Returns what comes next; may be asked at any time.
  election_step next(clock::time_point now, wall_time wall);

  /// Takes in the answer to the request that is open; status 0 if there was none, with words about it as body.
  void on_answer(int status, std::string_view body, clock::time_point now);

  /// The Lease is to be given back: everything has stopped that acted by it.
  void give_up() { giving_up_ = true; }

  /// Whether the Lease was ours when it was last written, and not yet given back.
  bool leads() const { return leads_; }

  /// Until when a leader may act if nothing is renewed any more.
  clock::time_point leads_until() const { return renewed_at_ + rules_.renew_deadline; }

  /// The Lease as it was last seen; it may be gone since.
  const std::optional<lease>& seen() const { return seen_; }

  /// Why the last request was in vain; empty if it was not.
  const std::string& trouble() const { return trouble_; }

private:
  enum class asked { nothing, read, create, update };

  election_step hand_back(clock::time_point now, wall_time wall);
  election_step ask(asked what, request r, clock::time_point now);
  void see(lease x, clock::time_point now);
  void written(std::string_view body, clock::time_point now);
  void fail(int status, std::string_view body);
  bool is_ours() const;
  bool is_anothers() const;
  bool may_be_taken(clock::time_point now) const;
  lease_spec claim(wall_time wall) const;
  lease_spec farewell(wall_time wall) const;
  void pause();

  election_rules rules_;
  unit_random random_;

  std::optional<lease> seen_;
  /// When we saw it change last.
  clock::time_point changed_at_{};
  /// It was there when we looked last.
  bool exists_ = false;
  /// That was just now, or we wrote it ourselves: the version is good for a write.
  bool fresh_ = false;

  bool leads_ = false;
  clock::time_point renewed_at_{};
  bool giving_up_ = false;
  bool farewell_sent_ = false;

  asked open_ = asked::nothing;
  clock::time_point sent_at_{};
  clock::time_point due_{};
  clock::time_point not_before_{};
  std::string trouble_;
};

} // namespace k8s
