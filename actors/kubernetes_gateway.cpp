#include "actors/kubernetes_gateway.hpp"

#include <algorithm>

namespace actors {

namespace defaults = config::defaults;

namespace {

net::response not_sent(std::string why) {
  return {.failure = net::failure::expired, .detail = std::move(why)};
}

std::vector<std::string_view> segments_of(std::string_view target) {
  std::vector<std::string_view> all;
  target = target.substr(0, target.find('?'));
  while (!target.empty()) {
    auto end = target.find('/', 1);
    all.push_back(target.substr(1, end == std::string_view::npos ? end : end - 1));
    target = end == std::string_view::npos ? std::string_view{} : target.substr(end);
  }
  return all;
}

} // namespace

net::request to_http(const std::string& origin, const k8s::request& x) {
  net::request out{.origin = origin, .method = x.method, .target = x.target, .body = x.body};
  out.headers.emplace_back("Accept", "application/json");
  if (!x.content_type.empty())
    out.headers.emplace_back("Content-Type", x.content_type);
  return out;
}

std::string label_of(const k8s::request& x) {
  auto all = segments_of(x.target);
  // /api/v1/... or /apis/GROUP/VERSION/..., then namespaces/NS/KIND/NAME/SUBRESOURCE or KIND/NAME
  std::size_t at = !all.empty() && all[0] == "api" ? 2 : 3;
  if (at + 2 < all.size() && all[at] == "namespaces")
    at += 2;
  std::string label = x.method + " ";
  label += at < all.size() ? all[at] : std::string_view{"unknown"};
  if (at + 2 < all.size())
    (label += '/') += all[at + 2];
  return label;
}

kube_actor::behavior_type kubernetes_gateway(kube_actor::stateful_pointer<kubernetes_gateway_state> self,
                                             net::transport* transport, std::string origin,
                                             std::shared_ptr<metrics> counters,
                                             std::shared_ptr<const leadership> may_act) {
  exit_on_exception(self);
  return state_of(self).make_behavior(transport, std::move(origin), std::move(counters), std::move(may_act));
}

kube_actor::behavior_type kubernetes_gateway_state::make_behavior(net::transport* transport, std::string origin,
                                                                  std::shared_ptr<metrics> counters,
                                                                  std::shared_ptr<const leadership> may_act) {
  transport_ = transport;
  origin_ = std::move(origin);
  counters_ = std::move(counters);
  may_act_ = std::move(may_act);
  self_->set_exit_handler([this](caf::exit_msg& x) {
    fail_all();
    self_->quit(x.reason);
  });
  return {
      [this](messages::kube_request& x) { return on(x); },
      [this](messages::describe) { return report(); },
      [this](messages::response_arrived& x) { on(x); },
      [this](messages::tick x) { on(x); },
  };
}

caf::result<messages::answer> kubernetes_gateway_state::on(messages::kube_request& x) {
  auto promise = self_->make_response_promise<messages::answer>();
  waiting entry{std::move(x), promise, self_->clock().now()};
  if (entry.what.request.method == "GET") {
    send(std::move(entry));
    return promise;
  }
  auto lane = entry.what.lane;
  next_expiry_ = std::min(next_expiry_, entry.what.deadline);
  queue_.push(lane, std::move(entry));
  pump();
  return promise;
}

void kubernetes_gateway_state::pump() {
  expire();
  auto now = self_->clock().now();
  while (!queue_.empty() && flying_.size() < defaults::kubernetes_in_flight && bucket_.take(now))
    send(std::move(*queue_.pop()));
  if (!queue_.empty())
    timer_.arm(self_, std::max<net::clock::duration>(bucket_.wait(now), defaults::kubernetes_token_wait));
}

void kubernetes_gateway_state::send(waiting x) {
  auto now = self_->clock().now();
  auto queued = std::chrono::duration_cast<std::chrono::microseconds>(now - x.since);
  if (x.what.request.method != "GET" && !may_act_->may_act(now)) {
    x.promise.deliver(messages::answer{not_sent("not sent: this operator is not the leader"), queued});
    return;
  }
  auto id = ++last_id_;
  auto& entry = flying_.emplace(id, flying{label_of(x.what.request), x.promise, queued}).first->second;
  counters_->kube_request(entry.label);
  entry.request = transport_->send(to_http(origin_, x.what.request), x.what.deadline,
                                   [me = kube_actor{self_}, id](net::response r) {
                                     caf::anon_send(me, messages::response_arrived{id, std::move(r)});
                                   });
}

void kubernetes_gateway_state::on(messages::response_arrived& x) {
  auto node = flying_.extract(x.id);
  if (node.empty())
    return;
  auto& done = node.mapped();
  if (x.response.failure != net::failure::none || x.response.status >= 300)
    counters_->kube_failure(done.label);
  done.promise.deliver(messages::answer{std::move(x.response), done.queued});
  pump();
}

void kubernetes_gateway_state::on(messages::tick x) {
  if (timer_.fired(self_, x))
    pump();
}

void kubernetes_gateway_state::expire() {
  auto now = self_->clock().now();
  if (now < next_expiry_)
    return; // a long queue is searched only if something has expired
  next_expiry_ = net::clock::time_point::max();
  auto late = [&](const waiting& x) {
    if (x.what.deadline <= now)
      return true;
    next_expiry_ = std::min(next_expiry_, x.what.deadline);
    return false;
  };
  for (auto& x : queue_.remove_if(late))
    x.promise.deliver(messages::answer{
        not_sent("not sent: the rate limit for writes to the API server was exhausted until the deadline"),
        std::chrono::duration_cast<std::chrono::microseconds>(now - x.since)});
}

void kubernetes_gateway_state::fail_all() {
  for (auto& [id, x] : flying_) {
    transport_->cancel(x.request);
    x.promise.deliver(messages::answer{{.failure = net::failure::broken, .detail = "the operator is stopping"}});
  }
  flying_.clear();
  for (auto& x : queue_.remove_if([](auto&) { return true; }))
    x.promise.deliver(messages::answer{not_sent("not sent: the operator is stopping")});
}

messages::actor_report kubernetes_gateway_state::report() const {
  return {.name = name,
          .mailbox = mailbox_size(self_),
          .state = std::to_string(flying_.size()) + " in flight, " + std::to_string(queue_.size()) + " waiting"};
}

} // namespace actors
