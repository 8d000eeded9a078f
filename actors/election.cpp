#include "actors/election.hpp"

#include "actors/kubernetes_gateway.hpp"
#include "actors/random.hpp"
#include "config/log/log.hpp"

namespace actors {

namespace log = config::log;

election_actor::behavior_type election(election_actor::stateful_pointer<election_state> self, election_setup setup) {
  die_quietly(self);
  return state_of(self).make_behavior(std::move(setup));
}

election_actor::behavior_type election_state::make_behavior(election_setup setup) {
  setup_ = std::move(setup);
  random_.seed(setup_.seed);
  candidate_.emplace(rules(), [this] { return draw_unit(random_); });
  return {
      [this](messages::stand x) { return on(x); },
      [this](messages::release x) { return on(x); },
      [this](messages::describe) { return report(); },
      [this](messages::response_arrived& x) { on(x); },
      [this](messages::tick x) { on(x); },
  };
}

caf::result<messages::lead> election_state::on(messages::stand) {
  standing_ = self_->make_response_promise<messages::lead>();
  proceed();
  return *standing_;
}

caf::result<messages::released> election_state::on(messages::release) {
  leaving_ = self_->make_response_promise<messages::released>();
  setup_.may_act->end();
  candidate_->give_up();
  proceed();
  return *leaving_;
}

void election_state::on(messages::response_arrived& x) {
  if (x.id != last_id_)
    return;
  auto& r = x.response;
  bool answered = r.failure == net::failure::none;
  if (!answered || r.status >= 300)
    setup_.counters->kube_failure(label_);
  candidate_->on_answer(r.status, answered ? r.body : r.detail, self_->clock().now());
  tell_news();
  if (candidate_->leads() && !leaving_) {
    setup_.may_act->extend(candidate_->leads_until());
    if (!leads_)
      begin_to_lead();
  }
  proceed();
}

void election_state::on(messages::tick x) {
  if (timer_.fired(self_, x))
    proceed();
}

void election_state::proceed() {
  bool called = standing_ || leaving_;
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
  proceed(); // says how long to wait for the answer
}

void election_state::carry_out(const k8s::wait_for_lease& x) {
  auto now = self_->clock().now();
  if (x.until > now) // else an answer is due, and comes
    timer_.arm(self_, x.until - now);
}

void election_state::carry_out(const k8s::lease_lost& x) {
  over_ = true;
  leads_ = false;
  setup_.may_act->end();
  setup_.counters->leader(false);
  log::error("leadership-lost", "", x.why + "; this operator acts no more and ends", {{"identity", rules().identity}});
  setup_.candidacy.on_lost();
}

void election_state::carry_out(const k8s::lease_given_up&) {
  over_ = true;
  if (std::exchange(leads_, false)) {
    setup_.counters->leader(false);
    bool free = candidate_->seen()->spec.holder_identity->empty();
    log::info("lease-released", "", free ? "another operator may act now" : "it could not be given back and runs out",
              {{"identity", rules().identity}});
  }
  leaving_->deliver(messages::released{});
}

void election_state::begin_to_lead() {
  leads_ = true;
  setup_.counters->leader(true);
  log::info("leading", "", "this operator acts from now on",
            {{"identity", rules().identity}, {"lease", k8s::to_string(rules().lease)}});
  standing_->deliver(messages::lead{});
}

void election_state::tell_news() {
  if (auto& why = candidate_->trouble(); told_trouble_ != why) {
    told_trouble_ = why;
    if (!why.empty())
      log::warn("lease-failed", "", why, {{"request", label_}, {"lease", k8s::to_string(rules().lease)}});
  }
  if (told_leader_ == leader())
    return;
  told_leader_ = leader();
  if (!told_leader_.empty() && told_leader_ != rules().identity)
    log::info("standing-by", "", told_leader_ + " leads; this operator watches and waits",
              {{"identity", rules().identity}, {"lease", k8s::to_string(rules().lease)}});
}

/// The holder as it was last seen; empty if there is none.
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
          .trouble = candidate_->trouble(),
          .mailbox = mailbox_size(self_)};
}

} // namespace actors
