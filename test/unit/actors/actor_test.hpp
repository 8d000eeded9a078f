// A fixture that runs our actors on virtual time over a network played by the test.
#pragma once

#include "actors/interfaces.hpp"
#include "actors/leadership.hpp"
#include "actors/metrics.hpp"
#include "test/unit/actors/fake_transport.hpp"
#include "test/unit/actors/virtual_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

namespace actors::test {

using namespace std::chrono_literals;

inline const std::string finalizer = R"("finalizers":["job.finalizers.flink.k8s.io"])";

/// Returns a FlinkApplication as the API server writes it.
inline std::string application_text(const std::string& name, const std::string& version,
                                    const std::string& status = "{}", const std::string& image = "image:1") {
  return R"({"apiVersion":"flink.k8s.io/v1beta1","kind":"FlinkApplication","metadata":{"name":")" + name
       + R"(","namespace":"ns","uid":"uid-)" + name + R"(","resourceVersion":")" + version + R"(","generation":1,)"
       + finalizer + R"(},"spec":{"image":")" + image + R"(","jarName":"job.jar","parallelism":1},"status":)" + status
       + "}";
}

class actor_test : public ::testing::Test {
protected:
  template <class... Ts>
  auto spawn(Ts&&... xs) {
    return system.spawn(std::forward<Ts>(xs)...);
  }

  void run() { system.run(); }
  void advance(std::chrono::nanoseconds d) { system.advance_to(system.now() + d); }

  template <class T, class Handle, class Message>
  auto ask(const Handle& whom, Message x) {
    return system.ask<T>(whom, std::move(x));
  }

  /// Answers a call and lets the actors take it in.
  template <class... Ts>
  bool answer(const std::string& part, Ts&&... xs) {
    bool found = net.answer(part, std::forward<Ts>(xs)...);
    run();
    return found;
  }

  bool fail(const std::string& part, net::failure x) {
    bool found = net.fail(part, x);
    run();
    return found;
  }

  bool send_line(const std::string& part, const std::string& line) {
    bool found = net.send_line(part, line);
    run();
    return found;
  }

  std::chrono::system_clock::time_point wall() {
    return std::chrono::system_clock::time_point{std::chrono::hours{500'000}}
         + std::chrono::duration_cast<std::chrono::system_clock::duration>(system.now().time_since_epoch());
  }

  // Outlive the actors, which call them while they end.
  fake_transport net;
  std::shared_ptr<metrics> counters = std::make_shared<metrics>();
  /// A test takes it away.
  std::shared_ptr<leadership> may_act = permanent_leadership();
  virtual_system system;
};

} // namespace actors::test
