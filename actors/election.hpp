// ELECTION: the actor that acquires, renews and releases the Lease, so that one of several operators acts.
// Sends the requests of k8s::candidate and updates `leadership`. Does not know the rules of the election.
//
// It uses the transport directly, like WATCH, and not KUBE. A renewal must not wait in KUBE's mailbox, for the token
// bucket or for a free slot; otherwise a busy fleet would lose its leader. One small request in two seconds needs no
// rate limit.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/leadership.hpp"
#include "actors/metrics.hpp"
#include "actors/timer.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>

namespace actors {

/// Dependencies of ELECTION.
struct election_setup {
  net::transport* transport = nullptr;
  /// Origin of the API server.
  std::string origin;
  actors::leader_election leader_election;
  std::shared_ptr<leadership> may_act;
  std::shared_ptr<metrics> counters;
  std::function<k8s::wall_time()> wall_clock = std::chrono::system_clock::now;
  uint64_t seed = 0;
};

/// State of ELECTION. Acquires the Lease when OPERATOR asks for it, keeps it, and releases it on request.
class election_state {
public:
  static constexpr const char* name = "election";

  explicit election_state(election_actor::pointer self) : self_{self} {}

  election_actor::behavior_type make_behavior(election_setup setup);

private:
  caf::result<messages::lease_acquired> on(messages::acquire_lease);
  caf::result<messages::lease_released> on(messages::release_lease);
  void on(messages::response_arrived& x);
  void on(messages::tick x);
  messages::election_report report() const;

  void proceed();
  void carry_out(const k8s::ask_for_lease& x);
  void carry_out(const k8s::wait_for_lease& x);
  void carry_out(const k8s::lease_lost& x);
  void carry_out(const k8s::lease_released& x);
  void start_leading();
  void log_changes();
  std::string leader() const;
  const k8s::election_rules& rules() const { return setup_.leader_election.rules; }

  election_actor::pointer self_;
  election_setup setup_;
  std::mt19937_64 random_;
  std::optional<k8s::candidate> candidate_;
  std::optional<caf::typed_response_promise<messages::lease_acquired>> acquiring_;
  std::optional<caf::typed_response_promise<messages::lease_released>> releasing_;
  bool leads_ = false;
  bool over_ = false;
  uint64_t last_id_ = 0;
  std::string label_;
  timer timer_;
  // Logged once for each change.
  std::string logged_leader_;
  std::string logged_error_;
};

election_actor::behavior_type election(election_actor::stateful_pointer<election_state> self, election_setup setup);

} // namespace actors
