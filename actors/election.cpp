#include "actors/election.hpp"

#include "actors/kubernetes_gateway.hpp"
#include "actors/random.hpp"
#include "config/log/log.hpp"

namespace actors {

namespace log = config::log;

election_actor::behavior_type election(election_actor::stateful_pointer<election_state> self, election_setup setup) {
  exit_on_exception(self);
  return state_of(self).make_behavior(std::move(setup));
}

election_actor::behavior_type election_state::make_behavior(election_setup setup) {
  setup_ = std::move(setup);
  random_.seed(setup_.seed);
  candidate_.emplace(rules(), [this] { return draw_unit(random_); });
  return {
      [this](messages::acquire_lease x) { return on(x); },
      [this](messages::release_lease x) { return on(x); },
      [this](messages::describe) { return report(); },
      [this](messages::response_arrived& x) { on(x); },
      [this](messages::tick x) { on(x); },
  };
}

caf::result<messages::lease_acquired> election_state::on(messages::acquire_lease) {
  acquiring_ = self_->make_response_promise<messages::lease_acquired>();
  proceed();
  return *acquiring_;
}

caf::result<messages::lease_released> election_state::on(messages::release_lease) {
  releasing_ = self_->make_response_promise<messages::lease_released>();
  setup_.may_act->end();
  candidate_->release();
  proceed();
  return *releasing_;
}

void election_state::on(messages::response_arrived& x) {
  if (x.id != last_id_)
    return;
  auto& r = x.response;
  bool answered = r.failure == net::failure::none;
  if (!answered || r.status >= 300)
    setup_.counters->kube_failure(label_);
  candidate_->on_answer(r.status, answered ? r.body : r.detail, self_->clock().now());
  log_changes();
  if (candidate_->leads() && !releasing_) {
    setup_.may_act->extend(candidate_->leads_until());
    if (!leads_)
      start_leading();
  }
  proceed();
}

void election_state::on(messages::tick x) {
  if (timer_.fired(self_, x))
    proceed();
}

void election_state::proceed() {
  bool called = acquiring_ || releasing_;
  if (called && !over_)
    std::visit([this](const auto& x) { carry_out(x); }, candidate_->next(self_->clock().now(), setup_.wall_clock()));
}

void election_state::carry_out(const k8s::ask_for_lease& x) {
  label_ = label_of(x.what);
  setup_.counters->kube_request(label_);
  setup_.transport->send(to_http(setup_.origin, x.what), x.deadline,
                         [me = election_actor{self_}, id = ++last_id_](net::response r) {
                           caf::anon_send(me, messages::response_arrived{id, std::move(r)});
                         });
  proceed(); // starts the timer for the answer
}

void election_state::carry_out(const k8s::wait_for_lease& x) {
  auto now = self_->clock().now();
  if (x.until > now) // otherwise an answer is due and will arrive
    timer_.arm(self_, x.until - now);
}

void election_state::carry_out(const k8s::lease_lost& x) {
  over_ = true;
  leads_ = false;
  setup_.may_act->end();
  setup_.counters->leader(false);
  log::error("leadership-lost", "", "exiting: " + x.why, {{"identity", rules().identity}});
  setup_.leader_election.on_lost();
}

void election_state::carry_out(const k8s::lease_released&) {
  over_ = true;
  if (std::exchange(leads_, false)) {
    setup_.counters->leader(false);
    bool free = candidate_->seen()->spec.holder_identity->empty();
    log::info("lease-released", "",
              free ? "another operator may take the Lease now" : "cannot release the Lease; it will expire",
              {{"identity", rules().identity}});
  }
  releasing_->deliver(messages::lease_released{});
}

void election_state::start_leading() {
  leads_ = true;
  setup_.counters->leader(true);
  log::info("leading", "", "this operator holds the Lease and starts to act",
            {{"identity", rules().identity}, {"lease", k8s::to_string(rules().lease)}});
  acquiring_->deliver(messages::lease_acquired{});
}

void election_state::log_changes() {
  if (auto& why = candidate_->error(); logged_error_ != why) {
    logged_error_ = why;
    if (!why.empty())
      log::warn("lease-failed", "", why, {{"request", label_}, {"lease", k8s::to_string(rules().lease)}});
  }
  if (logged_leader_ == leader())
    return;
  logged_leader_ = leader();
  if (!logged_leader_.empty() && logged_leader_ != rules().identity)
    log::info("standing-by", "", "waiting for the Lease, which " + logged_leader_ + " holds",
              {{"identity", rules().identity}, {"lease", k8s::to_string(rules().lease)}});
}

/// Returns the last known holder of the Lease; empty if there is none.
std::string election_state::leader() const {
  auto& seen = candidate_->seen();
  return seen ? seen->spec.holder_identity.value_or("") : std::string{};
}

messages::election_report election_state::report() const {
  auto& seen = candidate_->seen();
  return {.leads = leads_,
          .identity = rules().identity,
          .leader = leader(),
          .since = seen ? seen->spec.acquire_time : std::nullopt,
          .transitions = seen ? seen->spec.lease_transitions.value_or(0) : 0,
          .trouble = candidate_->error(),
          .mailbox = mailbox_size(self_)};
}

} // namespace actors
