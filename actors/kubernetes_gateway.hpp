// KUBE: sends single requests to the API server; writes share one rate limit that is fair over applications.
// Promises an answer to every request, at the latest at its deadline. Does not retry; watches and the Lease bypass it.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/leadership.hpp"
#include "actors/metrics.hpp"
#include "actors/timer.hpp"
#include "config/defaults.hpp"
#include "k8s/token_bucket.hpp"

#include <memory>
#include <unordered_map>

namespace actors {

/// State of KUBE. Writes take turns by application and share one token bucket; reads are sent at once. Only the leader
/// writes.
class kubernetes_gateway_state {
public:
  static constexpr const char* name = "kubernetes-gateway";

  explicit kubernetes_gateway_state(kube_actor::pointer self) : self_{self} {}

  kube_actor::behavior_type make_behavior(net::transport* transport, std::string origin,
                                          std::shared_ptr<metrics> counters, std::shared_ptr<const leadership> may_act);

private:
  struct waiting {
    messages::kube_request what;
    caf::typed_response_promise<messages::answer> promise;
    net::clock::time_point since;
  };

  struct flying {
    std::string label;
    caf::typed_response_promise<messages::answer> promise;
    std::chrono::microseconds queued{0};
    net::request_id request = 0;
  };

  caf::result<messages::answer> on(messages::kube_request& x);
  void on(messages::response_arrived& x);
  void on(messages::tick x);

  void pump();
  void send(waiting x);
  void expire();
  void fail_all();
  messages::actor_report report() const;

  kube_actor::pointer self_;
  net::transport* transport_ = nullptr;
  std::string origin_;
  std::shared_ptr<metrics> counters_;
  std::shared_ptr<const leadership> may_act_;
  k8s::token_bucket bucket_{config::defaults::kubernetes_writes_per_second, config::defaults::kubernetes_write_burst};
  k8s::fair_queue<waiting> queue_;
  std::unordered_map<uint64_t, flying> flying_;
  /// Earliest deadline in the queue, or an earlier time.
  net::clock::time_point next_expiry_ = net::clock::time_point::max();
  uint64_t last_id_ = 0;
  timer timer_;
};

kube_actor::behavior_type kubernetes_gateway(kube_actor::stateful_pointer<kubernetes_gateway_state> self,
                                             net::transport* transport, std::string origin,
                                             std::shared_ptr<metrics> counters,
                                             std::shared_ptr<const leadership> may_act);

/// Returns the HTTP request that carries `x` to the API server.
net::request to_http(const std::string& origin, const k8s::request& x);

/// Returns the label of a request in metrics: verb and kind, e.g. "PATCH flinkapplications/status".
std::string label_of(const k8s::request& x);

} // namespace actors
