// The interface between actors and the network: requests out, answers and lines in. Knows neither Kubernetes nor Flink.
// Promises that `done` runs exactly once for every request that is not cancelled, at the latest at its deadline.
// net/client.hpp implements it with sockets, the simulation without.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace net {

using clock = std::chrono::steady_clock;

/// Identifies one request of one transport; never reused.
using request_id = uint64_t;

/// Header fields in the order of sending or receiving.
using header_fields = std::vector<std::pair<std::string, std::string>>;

/// An HTTP request and its destination.
struct request {
  /// Scheme, host and port, e.g. "https://10.0.0.1:6443" or "http://[::1]:8081". It selects the pool of connections,
  /// the trusted certificates and the credentials.
  std::string origin;
  std::string method = "GET";
  /// Path and query, percent-encoded.
  std::string target = "/";
  header_fields headers;
  std::string body;
};

/// Why there is no HTTP answer.
enum class failure {
  /// There is an answer.
  none,
  /// The deadline passed before anything was sent. The server has not received the request.
  expired,
  /// No connection (refused, unreachable, unknown name, TLS failure). The server has not received the request.
  unreachable,
  /// Sent at least in part, but no complete answer before the deadline. The effect is unknown.
  timed_out,
  /// Sent at least in part, but the connection broke. The effect is unknown.
  broken,
  /// The answer is not HTTP or too large. The effect is unknown.
  malformed,
};

/// Returns true if the server may have received the request although there is no answer.
constexpr bool effect_unknown(failure x) {
  return x == failure::timed_out || x == failure::broken || x == failure::malformed;
}

/// An HTTP answer, or the reason why there is none.
struct response {
  net::failure failure = net::failure::none;
  /// HTTP status code; 0 if `failure` is set.
  int status = 0;
  header_fields headers;
  std::string body;
  /// Description of the failure for people, e.g. "connect to 127.0.0.1:1: Connection refused".
  std::string detail;
};

/// Returns the value of the first header field `name`, ignoring case; empty if there is none.
std::string_view find_header(const header_fields& fields, std::string_view name);

/// Sends requests to other processes.
class transport {
public:
  using on_response = std::function<void(response)>;
  using on_line = std::function<void(std::string_view)>;

  virtual ~transport() = default;

  /// Sends `x`. `done` runs on the transport's own thread, never inside this call.
  virtual request_id send(request x, clock::time_point deadline, on_response done) = 0;

  /// Sends `x` and passes each line of a 2xx answer's body to `line`, without its line feed, as it arrives. `done` ends
  /// the stream; its failure is `none` if the server ended it normally. An answer with another status is passed to
  /// `done` with its body. `deadline` limits the time until the header has arrived, `idle` the silence between two
  /// reads after that.
  virtual request_id stream(request x, clock::time_point deadline, clock::duration idle, on_line line, on_response done)
      = 0;

  /// Cancels a request. Neither `line` nor `done` runs after this returns on the transport's thread. If it is called
  /// from another thread, a callback that is already running may still finish.
  virtual void cancel(request_id id) = 0;
};

} // namespace net
