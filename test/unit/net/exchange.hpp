// Asking and waiting, for tests on ordinary threads.
#pragma once

#include "net/client.hpp"
#include "net/server.hpp"
#include "net/thread.hpp"

#include <future>
#include <string>
#include <vector>

namespace test {

using namespace std::chrono_literals;

/// Beyond any test; a request that needs it has failed.
constexpr auto long_enough = 30s;
/// For requests that nobody answers.
constexpr auto moment = 50ms;

inline net::clock::time_point in(net::clock::duration x) {
  return net::clock::now() + x;
}

/// Asks and waits for the answer.
inline net::response ask(net::transport& via, net::request x, net::clock::duration timeout = long_enough) {
  auto answer = std::make_shared<std::promise<net::response>>();
  auto out = answer->get_future();
  via.send(std::move(x), in(timeout), [answer](net::response r) { answer->set_value(std::move(r)); });
  return out.get();
}

/// What a stream brought.
struct streamed {
  std::vector<std::string> lines;
  net::response end;
};

/// Streams and waits for the end.
inline streamed stream(net::transport& via, net::request x, net::clock::duration idle = long_enough,
                       net::clock::duration timeout = long_enough) {
  auto lines = std::make_shared<std::vector<std::string>>();
  auto end = std::make_shared<std::promise<net::response>>();
  auto future = end->get_future();
  via.stream(
      std::move(x), in(timeout), idle, [lines](std::string_view line) { lines->emplace_back(line); },
      [end](net::response r) { end->set_value(std::move(r)); });
  auto last = future.get();
  return {std::move(*lines), std::move(last)};
}

/// Runs everything queued on the thread before now.
inline void settle(net::thread& io) {
  std::promise<void> done;
  io.post([&] { done.set_value(); });
  done.get_future().wait();
}

/// Makes a request to `origin`, by default GET /.
inline net::request get(std::string origin, std::string target = "/") {
  return {.origin = std::move(origin), .target = std::move(target)};
}

inline net::request post(std::string origin, std::string body) {
  return {.origin = std::move(origin), .method = "POST", .body = std::move(body)};
}

} // namespace test
