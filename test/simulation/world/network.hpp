// The network, controlled by the adversary: every request, answer and watch line of the operator passes through it. A
// crash of the operator discards answers, but not requests in flight.
#pragma once

#include "test/simulation/world/world.hpp"

#include <map>
#include <memory>
#include <set>
#include <string>

namespace simulation {

/// The address of the API server.
constexpr auto api_origin = "http://api";

class network;

/// The transport of one operator process; its open requests get no answer after the process ends.
class wire : public net::transport {
public:
  explicit wire(network& through) : through_{through} {}
  ~wire() override { cut(); }

  net::request_id send(net::request x, net::clock::time_point deadline, on_response done) override;
  net::request_id stream(net::request x, net::clock::time_point deadline, net::clock::duration idle, on_line line,
                         on_response done) override;
  void cancel(net::request_id id) override;

  /// Stops all traffic.
  void cut();

private:
  friend class network;

  struct exchange {
    net::request what;
    on_response done;
    on_line line;
    bool open = true;
    /// For a stream: the header came before the deadline.
    bool header_came = false;
    /// The JobManager process at the other end of the connection.
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
  network(world& world, choices& adversary, timeline& events) : world_{world}, adversary_{adversary}, events_{events} {}

  /// Delivers new lines of the watches. Call it when the world has changed.
  void pump();
  /// Returns when the next watch line is due without a change (bookmark or end).
  std::optional<time_point> due() const;
  /// Breaks one watch.
  void cut_a_watch();

  /// Successful writes to the API server by verb and path, without events.
  std::map<std::string, uint64_t> writes;
  /// A request scaled a Deployment after the operator had stopped waiting for it.
  bool scaled_late = false;
  /// Receives every command to a JobManager when it is sent.
  std::function<void(const std::string& ip, const net::request&)> on_command;
  /// Receives every write to the API server when it is sent.
  std::function<void(const net::request&)> on_write;
  /// Receives the lines of the trace; may be empty.
  std::function<void(const std::string&)> trace;

private:
  friend class wire;
  using exchange_ptr = wire::exchange_ptr;

  /// What happens to a request.
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
  void log(const exchange_ptr& x, const std::string& what);

  world& world_;
  choices& adversary_;
  timeline& events_;
  std::vector<live_stream> streams_;
  uint64_t pumped_version_ = 0;
};

} // namespace simulation
