#include "actors/gateway_requests.hpp"
#include "actors/interfaces.hpp"
#include "test/unit/actors/virtual_system.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace actors::test {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

/// A gateway that answers when the test asks for it.
struct gateway_state {
  static constexpr const char* name = "gateway";
  explicit gateway_state(kube_actor::pointer) {}
};

using promises = std::map<std::string, caf::typed_response_promise<messages::answer>>;

kube_actor::behavior_type gateway(kube_actor::stateful_pointer<gateway_state> self, promises* open) {
  return {
      [self, open](messages::kube_request& x) -> caf::result<messages::answer> {
        return (*open)[x.lane] = self->make_response_promise<messages::answer>();
      },
      [](messages::describe) { return messages::actor_report{}; },
      // Stands for the answer's coming.
      [open](messages::response_arrived& x) {
        for (auto& [lane, promise] : *open)
          if (x.response.detail == lane)
            promise.deliver(messages::answer{x.response});
      },
      [](messages::tick) {},
  };
}

/// Asks for the test; a tick of generation 0 makes it ask.
struct asker_state {
  static constexpr const char* name = "asker";
  explicit asker_state(caf::event_based_actor*) {}
  gateway_requests all{2};
};

class questions_test : public testing::Test {
protected:
  caf::actor make_asker() {
    return system.spawn([this](caf::stateful_actor<asker_state>* self) -> caf::behavior {
      for (auto& [lane, timeout] : asked)
        state_of(self).all.ask(
            self, kube, timeout, messages::kube_request{lane, {}, {}}, [this, lane](const messages::answer& a) {
              diary.push_back(lane + ": "
                              + (a.response.failure == net::failure::none ? "answered" : a.response.detail));
            });
      return {[self](messages::tick x) { state_of(self).all.on(self, x); }};
    });
  }

  void answer(const std::string& lane) {
    caf::anon_send(kube, messages::response_arrived{0, {.status = 200, .detail = lane}});
    system.run();
  }

  void advance(std::chrono::nanoseconds x) { system.advance_to(system.now() + x); }

  std::vector<std::pair<std::string, std::chrono::seconds>> asked{{"a", 10s}, {"b", 5s}};
  std::vector<std::string> diary;
  promises open;
  virtual_system system;
  kube_actor kube = system.spawn(gateway, &open);
};

TEST_F(questions_test, each_gets_the_gateway_s_answer) {
  make_asker();
  system.run();
  EXPECT_THAT(diary, IsEmpty());
  answer("b");
  answer("a");
  EXPECT_THAT(diary, ElementsAre("b: answered", "a: answered"));
  advance(1h);
  EXPECT_EQ(diary.size(), 2U);
}

TEST_F(questions_test, one_without_an_answer_is_told_so_in_its_time_and_an_answer_after_it_is_ignored) {
  make_asker();
  system.run();
  advance(4s);
  EXPECT_THAT(diary, IsEmpty());
  advance(1s);
  EXPECT_THAT(diary, ElementsAre("b: no answer from the gateway before the timeout"));
  answer("b");
  EXPECT_EQ(diary.size(), 1U);
  advance(5s);
  EXPECT_THAT(diary, ElementsAre("b: no answer from the gateway before the timeout",
                                 "a: no answer from the gateway before the timeout"));
}

TEST_F(questions_test, a_gateway_that_is_gone_is_an_answer_at_once) {
  caf::anon_send_exit(kube, caf::exit_reason::kill);
  system.run();
  make_asker();
  system.run();
  EXPECT_EQ(diary.size(), 2U);
}

} // namespace
} // namespace actors::test
