// A network that the test controls: it sees every request and supplies the answer.
#pragma once

#include "net/transport.hpp"

#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace actors::test {

class fake_transport : public net::transport {
public:
  struct call {
    net::request_id id = 0;
    net::request what;
    net::clock::time_point deadline;
    /// Silence that ends a stream.
    net::clock::duration idle{};
    on_line line;
    on_response done;
    bool streaming = false;
    /// Neither answered nor cancelled.
    bool open = true;
    bool cancelled = false;
    /// "GET /path?query"
    std::string text() const { return what.method + " " + what.target; }
  };

  net::request_id send(net::request x, net::clock::time_point deadline, on_response done) override {
    return add({.what = std::move(x), .deadline = deadline, .done = std::move(done)});
  }

  net::request_id stream(net::request x, net::clock::time_point deadline, net::clock::duration idle, on_line line,
                         on_response done) override {
    return add({.what = std::move(x),
                .deadline = deadline,
                .idle = idle,
                .line = std::move(line),
                .done = std::move(done),
                .streaming = true});
  }

  void cancel(net::request_id id) override {
    auto& x = calls.at(id - 1);
    x.cancelled = x.open;
    x.open = false;
  }

  /// Everything that was ever asked, oldest first.
  std::deque<call> calls;

  /// The oldest open call whose text holds `part`, or null.
  call* find(const std::string& part) {
    for (auto& x : calls)
      if (x.open && x.text().find(part) != std::string::npos)
        return &x;
    return nullptr;
  }

  std::size_t open() const {
    std::size_t n = 0;
    for (auto& x : calls)
      n += x.open ? 1 : 0;
    return n;
  }

  std::size_t count(const std::string& part) const {
    std::size_t n = 0;
    for (auto& x : calls)
      n += x.text().find(part) != std::string::npos ? 1 : 0;
    return n;
  }

  /// Answers the oldest open call whose text holds `part`; returns whether there was one.
  bool answer(const std::string& part, net::response x) {
    auto* c = find(part);
    if (!c)
      return false;
    c->open = false;
    c->done(std::move(x));
    return true;
  }

  bool answer(const std::string& part, int status, std::string body = "{}") {
    return answer(part, net::response{.status = status, .body = std::move(body)});
  }

  bool fail(const std::string& part, net::failure x) {
    return answer(part, net::response{.failure = x, .detail = "played"});
  }

  bool send_line(const std::string& part, const std::string& line) {
    auto* c = find(part);
    if (!c || !c->streaming)
      return false;
    c->line(line);
    return true;
  }

private:
  net::request_id add(call x) {
    x.id = calls.size() + 1;
    calls.push_back(std::move(x));
    return calls.back().id;
  }
};

} // namespace actors::test
