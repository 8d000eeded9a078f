// ELECTION: of several operators on one cluster, one acts. The rules are k8s::candidate's; here its wishes become
// requests, and its findings become the right to act.
//
// It speaks to the transport itself, as WATCH does, and not through KUBE: a renewal may wait neither in KUBE's mailbox
// nor for the token bucket nor for one of its places in flight while a fleet is busy, or the fleet would lose its
// leader because it is busy. One small request in two seconds needs no budget.
#pragma once

#include "actors/candidacy.hpp"
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

/// What ELECTION needs to do its work.
struct election_setup {
  net::transport* transport = nullptr;
  /// Origin of the API server.
  std::string origin;
  actors::candidacy candidacy;
  std::shared_ptr<leadership> may_act;
  std::shared_ptr<metrics> counters;
  std::function<k8s::wall_time()> wall_clock = std::chrono::system_clock::now;
  uint64_t seed = 0;
};

/// Stands for election when OPERATOR asks for it, keeps the Lease, and gives it back when asked.
class election_state {
public:
  static constexpr const char* name = "election";

  explicit election_state(election_actor::pointer self) : self_{self} {}

  election_actor::behavior_type make_behavior(election_setup setup);

private:
  caf::result<messages::lead> on(messages::stand);
  caf::result<messages::released> on(messages::release);
  void on(messages::response_arrived& x);
  void on(messages::tick x);
  messages::election_report report() const;

  void proceed();
  void carry_out(const k8s::ask_for_lease& x);
  void carry_out(const k8s::wait_for_lease& x);
  void carry_out(const k8s::lease_lost& x);
  void carry_out(const k8s::lease_given_up& x);
  void begin_to_lead();
  void tell_news();
  std::string leader() const;
  const k8s::election_rules& rules() const { return setup_.candidacy.rules; }

  election_actor::pointer self_;
  election_setup setup_;
  std::mt19937_64 random_;
  std::optional<k8s::candidate> candidate_;
  std::optional<caf::typed_response_promise<messages::lead>> standing_;
  std::optional<caf::typed_response_promise<messages::released>> leaving_;
  bool leads_ = false;
  bool over_ = false;
  uint64_t last_id_ = 0;
  std::string label_;
  timer timer_;
  // Told once each.
  std::string told_leader_;
  std::string told_trouble_;
};

election_actor::behavior_type election(election_actor::stateful_pointer<election_state> self, election_setup setup);

} // namespace actors
