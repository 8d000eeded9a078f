// The seam between actors and the network: requests out, answers and lines in.
// Promises: `done` runs exactly once for every request that was not cancelled,
// at the latest when its deadline has passed. Knows neither Kubernetes nor Flink;
// the simulation implements it without a socket.
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

/// Names one request of one transport; never reused.
using request_id = uint64_t;

/// Header fields in the order in which they are sent or were received.
using header_fields = std::vector<std::pair<std::string, std::string>>;

/// What is asked of whom.
struct request {
  /// Scheme, host and port, e.g. "https://10.0.0.1:6443" or "http://[::1]:8081".
  /// Connections are pooled by it, and the client's trust and credentials are chosen by it.
  std::string origin;
  std::string method = "GET";
  /// Path and query as they go on the wire, already percent-encoded.
  std::string target = "/";
  header_fields headers;
  std::string body;
};

/// Why there is no HTTP answer.
enum class failure {
  /// There is one.
  none,
  /// The deadline had passed before anything was sent: the other side never heard of it.
  expired,
  /// No connection could be made (refused, unreachable, name unknown, TLS refused): never sent.
  unreachable,
  /// Sent, at least in part, and no complete answer came before the deadline: the effect is unknown.
  timed_out,
  /// Sent, at least in part, and the connection broke: the effect is unknown.
  broken,
  /// The answer is not HTTP or larger than allowed: the effect is unknown.
  malformed,
};

/// Returns whether the other side may have received the request although no answer says so.
constexpr bool effect_unknown(failure x) {
  return x == failure::timed_out || x == failure::broken || x == failure::malformed;
}

/// What came back.
struct response {
  net::failure failure = net::failure::none;
  /// HTTP status code; 0 if `failure` is set.
  int status = 0;
  header_fields headers;
  std::string body;
  /// Words for people: what went wrong, in which step, e.g. "connect to 127.0.0.1:1: Connection refused".
  std::string detail;
};

/// Returns the value of the first header field `name` (any case), or an empty text.
std::string_view find_header(const header_fields& fields, std::string_view name);

/// Carries requests to other processes.
class transport {
public:
  using on_response = std::function<void(response)>;
  using on_line = std::function<void(std::string_view)>;

  virtual ~transport() = default;

  /// Sends `x`. `done` runs on the transport's own thread, never inside this call.
  virtual request_id send(request x, clock::time_point deadline, on_response done) = 0;

  /// Sends `x` and hands over each line of a 2xx answer's body without its line feed, as it
  /// arrives. `done` ends the stream: with `failure::none` and the HTTP status if the other side
  /// ended it in order. Any other status comes as `response` with its body, without lines.
  /// `deadline` bounds the time until the header has arrived, `idle` the silence between two reads after that.
  virtual request_id stream(request x, clock::time_point deadline, clock::duration idle, on_line line, on_response done)
      = 0;

  /// Forgets a request: neither `line` nor `done` run once this has returned on the transport's own
  /// thread; called from another thread, a callback that is already running may still finish.
  virtual void cancel(request_id id) = 0;
};

} // namespace net
