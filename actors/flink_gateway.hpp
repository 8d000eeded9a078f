// FLINK: sends requests to JobManagers, with a queue (lane) and a circuit breaker per pod.
// Promises an answer to every request, at the latest at its deadline. Does not retry and does not read the answers.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/job_manager_access.hpp"
#include "actors/leadership.hpp"
#include "actors/metrics.hpp"

#include <deque>
#include <memory>
#include <unordered_map>

namespace actors {

/// State of FLINK. Each JobManager pod has a lane with two requests in flight and a breaker that opens after repeated
/// timeouts, so that a hung JobManager does not slow down others. Commands are sent only by the leader.
class flink_gateway_state {
public:
  static constexpr const char* name = "flink-gateway";

  explicit flink_gateway_state(flink_actor::pointer self) : self_{self} {}

  flink_actor::behavior_type make_behavior(net::transport* transport, job_manager_access access,
                                           std::shared_ptr<metrics> counters,
                                           std::shared_ptr<const leadership> may_act);

private:
  struct waiting {
    messages::flink_request what;
    caf::typed_response_promise<messages::answer> promise;
    net::clock::time_point since;
  };

  struct flying {
    std::string lane;
    std::string label;
    caf::typed_response_promise<messages::answer> promise;
    std::chrono::microseconds queued{0};
    net::request_id request = 0;
  };

  struct lane {
    messages::job_manager_address to;
    std::deque<waiting> queue;
    std::size_t in_flight = 0;
    int32_t timeouts = 0;
    net::clock::time_point closed_until{};
  };

  caf::result<messages::answer> on(messages::flink_request& x);
  void on(messages::response_arrived& x);
  void on(messages::tick x);

  void pump(const std::string& key);
  void send(const std::string& key, waiting x);
  void update_breaker(lane& l, const net::response& x);
  void forget_if_idle(const std::string& key);
  void fail_all();
  messages::actor_report report() const;
  messages::lane_report report_of(const lane& l) const;

  flink_actor::pointer self_;
  net::transport* transport_ = nullptr;
  job_manager_access access_;
  std::shared_ptr<metrics> counters_;
  std::shared_ptr<const leadership> may_act_;
  std::unordered_map<std::string, lane> lanes_;
  std::unordered_map<uint64_t, flying> flying_;
  uint64_t last_id_ = 0;
};

flink_actor::behavior_type flink_gateway(flink_actor::stateful_pointer<flink_gateway_state> self,
                                         net::transport* transport, job_manager_access access,
                                         std::shared_ptr<metrics> counters, std::shared_ptr<const leadership> may_act);

} // namespace actors
