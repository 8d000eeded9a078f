// The network as the adversary's own: every request, answer and watch line of the operator passes through its hands.
// A crash of the operator discards answers, but not requests that are on their way.
#pragma once

#include "test/simulation/world/world.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace simulation {

/// Where the API server is.
constexpr auto api_origin = "http://api";

class network;

/// The transport of one incarnation of the operator; what it has asked for and not heard of is lost with it.
class wire : public net::transport {
public:
  explicit wire(network& through) : through_{through} {}
  ~wire() override { cut(); }

  net::request_id send(net::request x, net::clock::time_point deadline, on_response done) override;
  net::request_id stream(net::request x, net::clock::time_point deadline, net::clock::duration idle, on_line line,
                         on_response done) override;
  void cancel(net::request_id id) override;

  /// Nothing comes in or goes out any more.
  void cut();

private:
  friend class network;

  struct exchange {
    net::request what;
    on_response done;
    on_line line;
    bool open = true;
    /// Of a stream: its deadline is met.
    bool header_came = false;
    /// The JobManager's process to which the connection was made.
    std::string process;
  };
  using exchange_ptr = std::shared_ptr<exchange>;

  exchange_ptr add(exchange x);

  network& through_;
  bool cut_ = false;
  net::request_id last_ = 0;
  std::map<net::request_id, exchange_ptr> exchanges_;
};

class network {
public:
  network(world& outside, choices& adversary, timeline& events)
      : outside_{outside}, adversary_{adversary}, events_{events} {}

  /// Hands new lines of the watches over; to be called when the world has changed.
  void pump();
  /// When a watch has something to say even if nothing changes.
  std::optional<time_point> due() const;
  /// Ends some watch in the middle.
  void cut_a_watch();

  /// Requests that reached the API server and changed something, by verb and path, events left out.
  std::map<std::string, uint64_t> writes;
  /// A Deployment was scaled by a request that nobody waited for any more.
  bool scaled_late = false;
  /// Is told of every order to a JobManager as it is sent.
  std::function<void(const std::string& ip, const net::request&)> on_order;
  /// The same for what is asked of the API server, questions left out.
  std::function<void(const net::request&)> on_write;
  /// Takes a line of the trace; may be empty.
  std::function<void(const std::string&)> trace;

private:
  friend class wire;
  using exchange_ptr = wire::exchange_ptr;

  /// What becomes of one request.
  enum class fate { fair, lost, answer_lost, refused, error_after_effect, error_before_effect, doubled };

  struct live_stream {
    exchange_ptr with;
    std::shared_ptr<local::model::watch> lines;
    time_point last_delivery;
    bool ended = false;
  };

  void carry(const exchange_ptr& x, time_point deadline);
  fate draw_fate();
  milliseconds latency();
  void arrive(const exchange_ptr& x, fate how);
  void arrive_at_api(const exchange_ptr& x, fate how);
  void arrive_at_job_manager(const exchange_ptr& x, fate how);
  void open_stream(const exchange_ptr& x, local::model::answer opened);
  void answer(const exchange_ptr& x, net::response r, fate how);
  void finish(const exchange_ptr& x, net::response r);
  void deliver(live_stream& x, std::function<void()> what);
  void say(const exchange_ptr& x, const std::string& what);

  world& outside_;
  choices& adversary_;
  timeline& events_;
  std::vector<live_stream> streams_;
  uint64_t pumped_version_ = 0;
};

} // namespace simulation
