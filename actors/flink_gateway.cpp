#include "actors/flink_gateway.hpp"

#include "config/defaults.hpp"

#include <algorithm>
#include <tuple>

namespace actors {

namespace defaults = config::defaults;

namespace {

net::response not_sent(std::string why) {
  return {.failure = net::failure::expired, .detail = std::move(why)};
}

/// Returns the label of a request in metrics: ids in its path become ":id", which bounds the number of labels.
std::string label_of(const flink::rest::request& x) {
  std::string out = x.method + " ";
  std::size_t part = 0;
  for (std::size_t at = 0; at < x.path.size() && x.path[at] == '/'; ++part) {
    auto end = std::min(x.path.find_first_of("/?", at + 1), x.path.size());
    out += part % 2 == 1 ? "/:id" : x.path.substr(at, end - at);
    at = end;
  }
  return out;
}

} // namespace

flink_actor::behavior_type flink_gateway(flink_actor::stateful_pointer<flink_gateway_state> self,
                                         net::transport* transport, job_manager_access access,
                                         std::shared_ptr<metrics> counters, std::shared_ptr<const leadership> may_act) {
  exit_on_exception(self);
  return state_of(self).make_behavior(transport, std::move(access), std::move(counters), std::move(may_act));
}

flink_actor::behavior_type flink_gateway_state::make_behavior(net::transport* transport, job_manager_access access,
                                                              std::shared_ptr<metrics> counters,
                                                              std::shared_ptr<const leadership> may_act) {
  transport_ = transport;
  access_ = std::move(access);
  counters_ = std::move(counters);
  may_act_ = std::move(may_act);
  self_->set_exit_handler([this](caf::exit_msg& x) {
    fail_all();
    self_->quit(x.reason);
  });
  return {
      [this](messages::flink_request& x) { return on(x); },
      [this](messages::describe) { return report(); },
      [this](messages::response_arrived& x) { on(x); },
      [this](messages::tick x) { on(x); },
  };
}

caf::result<messages::answer> flink_gateway_state::on(messages::flink_request& x) {
  auto promise = self_->make_response_promise<messages::answer>();
  auto now = self_->clock().now();
  auto key = x.to.pod_uid;
  auto& l = lanes_[key];
  l.to = x.to;
  if (now < l.closed_until) {
    promise.deliver(messages::answer{not_sent("not sent: the last " + std::to_string(l.timeouts)
                                              + " requests to JobManager " + x.to.pod + " timed out")});
    return promise;
  }
  auto deadline = x.deadline;
  l.queue.push_back({std::move(x), promise, now});
  pump(key);
  if (auto i = lanes_.find(key); i != lanes_.end() && !i->second.queue.empty())
    self_->delayed_send(self_, deadline - now, messages::tick{});
  return promise;
}

void flink_gateway_state::pump(const std::string& key) {
  auto& l = lanes_[key];
  auto now = self_->clock().now();
  while (!l.queue.empty() && (l.in_flight < defaults::flink_lane || l.queue.front().what.deadline <= now)) {
    auto next = std::move(l.queue.front());
    l.queue.pop_front();
    auto refuse = [&](std::string why) {
      next.promise.deliver(messages::answer{not_sent(std::move(why)),
                                            std::chrono::duration_cast<std::chrono::microseconds>(now - next.since)});
    };
    if (next.what.deadline <= now)
      refuse("not sent: earlier requests to " + next.what.to.pod + " took until the deadline");
    else if (next.what.request.method != "GET" && !may_act_->may_act(now))
      refuse("not sent: this operator is not the leader");
    else
      send(key, std::move(next));
  }
}

void flink_gateway_state::send(const std::string& key, waiting x) {
  ++lanes_[key].in_flight;
  auto id = ++last_id_;
  auto now = self_->clock().now();
  auto& entry = flying_
                    .emplace(id, flying{key, label_of(x.what.request), x.promise,
                                        std::chrono::duration_cast<std::chrono::microseconds>(now - x.since)})
                    .first->second;
  counters_->flink_request(entry.label);
  entry.request = transport_->send(to_http(access_, x.what.to, x.what.request), x.what.deadline,
                                   [me = flink_actor{self_}, id](net::response r) {
                                     caf::anon_send(me, messages::response_arrived{id, std::move(r)});
                                   });
}

void flink_gateway_state::on(messages::response_arrived& x) {
  auto node = flying_.extract(x.id);
  if (node.empty())
    return;
  auto& done = node.mapped();
  auto& l = lanes_[done.lane];
  --l.in_flight;
  update_breaker(l, x.response);
  if (x.response.failure != net::failure::none)
    counters_->flink_failure(done.label);
  done.promise.deliver(messages::answer{std::move(x.response), done.queued});
  pump(done.lane);
  forget_if_idle(done.lane);
}

void flink_gateway_state::update_breaker(lane& l, const net::response& x) {
  if (x.failure != net::failure::timed_out) {
    l.timeouts = 0;
    l.closed_until = {};
    return;
  }
  if (++l.timeouts < defaults::breaker_failures)
    return;
  auto pause = defaults::breaker_first * (1 << std::min(l.timeouts - defaults::breaker_failures, 8));
  l.closed_until = self_->clock().now() + std::min(pause, defaults::breaker_longest);
}

void flink_gateway_state::forget_if_idle(const std::string& key) {
  auto i = lanes_.find(key);
  if (i != lanes_.end() && i->second.in_flight == 0 && i->second.queue.empty() && i->second.timeouts == 0)
    lanes_.erase(i);
  // A pod that stopped answering before it was removed leaves an open breaker behind.
  auto long_ago = self_->clock().now() - defaults::breaker_remembered;
  std::erase_if(lanes_, [&](auto& x) {
    return x.second.in_flight == 0 && x.second.queue.empty() && x.second.timeouts > 0
        && x.second.closed_until < long_ago && x.second.closed_until != net::clock::time_point{};
  });
}

void flink_gateway_state::on(messages::tick) {
  std::vector<std::string> keys;
  for (auto& [key, l] : lanes_)
    if (!l.queue.empty())
      keys.push_back(key);
  for (auto& key : keys)
    pump(key);
}

void flink_gateway_state::fail_all() {
  for (auto& [id, x] : flying_) {
    transport_->cancel(x.request);
    x.promise.deliver(messages::answer{{.failure = net::failure::broken, .detail = "the operator is stopping"}});
  }
  flying_.clear();
  for (auto& [key, l] : lanes_)
    for (auto& x : l.queue)
      x.promise.deliver(messages::answer{not_sent("not sent: the operator is stopping")});
  lanes_.clear();
}

messages::actor_report flink_gateway_state::report() const {
  std::size_t queued = 0, open = 0;
  std::vector<messages::lane_report> lanes;
  for (auto& [key, l] : lanes_) {
    queued += l.queue.size();
    open += l.timeouts >= defaults::breaker_failures ? 1 : 0;
    lanes.push_back(report_of(l));
  }
  std::ranges::sort(lanes, {}, [](auto& x) { return std::tie(x.namespace_, x.pod); });
  return {.name = name,
          .mailbox = mailbox_size(self_),
          .state = std::to_string(flying_.size()) + " in flight, " + std::to_string(queued) + " waiting, "
                 + std::to_string(lanes_.size()) + " lanes, " + std::to_string(open) + " breakers open",
          .lanes = std::move(lanes)};
}

messages::lane_report flink_gateway_state::report_of(const lane& l) const {
  messages::lane_report out{.namespace_ = l.to.ns,
                            .pod = l.to.pod,
                            .service = l.to.service,
                            .in_flight = static_cast<int64_t>(l.in_flight),
                            .waiting = static_cast<int64_t>(l.queue.size()),
                            .timeouts = l.timeouts};
  if (auto left = l.closed_until - self_->clock().now(); left > left.zero())
    out.breaker_milliseconds = std::chrono::ceil<std::chrono::milliseconds>(left).count();
  return out;
}

} // namespace actors
