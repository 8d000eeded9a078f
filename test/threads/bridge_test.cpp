// The bridge between the network's thread and the actors' threads: questions go over it from many actors at once, and
// answers, lines, cancellations and ends come back.
#include "actors/flink_gateway.hpp"
#include "actors/kubernetes_gateway.hpp"
#include "actors/kubernetes_watch.hpp"
#include "net/client.hpp"
#include "test/threads/world.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <memory>
#include <vector>

namespace threads {
namespace {

constexpr int askers = 8;
constexpr int questions = 100;

/// Counted by the network's thread and by the actors'. Without the atomic it is the mistake that the sanitizer has to
/// find, in a program that is the same in all else.
#ifdef RACY
using tally = int;
#else
using tally = std::atomic<int>;
#endif

/// Counts the answers on the thread on which they arrive.
class counting_transport : public net::transport {
public:
  counting_transport(net::transport& below, tally& arrived) : below_{below}, arrived_{arrived} {}

  net::request_id send(net::request x, net::clock::time_point deadline, on_response done) override {
    return below_.send(std::move(x), deadline, [this, done = std::move(done)](net::response r) {
      ++arrived_;
      done(std::move(r));
    });
  }

  net::request_id stream(net::request x, net::clock::time_point deadline, net::clock::duration idle, on_line line,
                         on_response done) override {
    return below_.stream(std::move(x), deadline, idle, std::move(line), std::move(done));
  }

  void cancel(net::request_id id) override { below_.cancel(id); }

private:
  net::transport& below_;
  tally& arrived_;
};

/// Asks `whom` all its questions at once, counts down for each answer and ends after the last.
template <class Gateway, class Ask>
void ask_all(caf::event_based_actor* self, const Gateway& whom, const Ask& ask, tally* taken, std::latch* done) {
  for (int i = 0; i < questions; ++i)
    self->request(whom, 30s, ask(i))
        .then(
            [=](const messages::answer&) {
              ++*taken;
              done->count_down();
            },
            [=](const caf::error&) { done->count_down(); });
}

class bridge : public ::testing::Test {
protected:
  static caf::actor_system_config& configured(caf::actor_system_config& cfg) {
    actors::configure(cfg, 2);
    return cfg;
  }

  net::clock::time_point in(net::clock::duration x) const { return net::clock::now() + x; }

  /// Asks from many actors, and waits until each of them has heard of each of its questions.
  template <class Gateway, class Ask, class Meanwhile>
  void ask_from_many(const Gateway& whom, const Ask& ask, const Meanwhile& meanwhile) {
    std::latch done{askers * questions};
    for (int i = 0; i < askers; ++i)
      sys.spawn([=, this, &done](caf::event_based_actor* self) { ask_all(self, whom, ask, &count, &done); });
    meanwhile();
    done.wait();
  }

  static messages::kube_request to_kubernetes(int i, bool silent, net::clock::time_point deadline) {
    k8s::object_key key{"ns", silent ? world::silence : "p" + std::to_string(i)};
    // Few writes: more than the burst would wait for the budget.
    auto request = i % 4 != 0 ? k8s::get(k8s::pods, key) : k8s::merge_patch(k8s::pods, key, "{}");
    return {"ns/" + std::to_string(i % 4), std::move(request), deadline};
  }

  static messages::flink_request to_flink(int i, bool silent, net::clock::time_point deadline) {
    auto pod = (silent ? world::silence : "pod") + std::to_string(i % 4);
    return {{.ns = "ns", .service = "s", .pod = pod, .pod_uid = pod}, flink::rest::get_jobs(), deadline};
  }

  actors::kube_actor kube() {
    return sys.spawn(actors::kubernetes_gateway, &wire, there.origin(), counters, actors::permanent_leadership());
  }

  actors::flink_actor flink() {
    return sys.spawn(actors::flink_gateway, &wire,
                     actors::job_manager_access{.url_template = there.origin() + "/{namespace}/{pod}"}, counters,
                     actors::permanent_leadership());
  }

  template <class Handle>
  void end(const Handle& x) {
    caf::anon_send_exit(x, caf::exit_reason::user_shutdown);
  }

  // In the order in which main() has them: actors end before the network does.
  tally count = 0;
  world there;
  net::thread io;
  net::client client{io, {}};
  counting_transport wire{client, count};
  std::shared_ptr<actors::metrics> counters = std::make_shared<actors::metrics>();
  caf::actor_system_config cfg;
  caf::actor_system sys{configured(cfg)};
};

TEST_F(bridge, kube_brings_every_answer_back) {
  auto gateway = kube();
  ask_from_many(gateway, [this](int i) { return to_kubernetes(i, false, in(30s)); }, [] {});
  end(gateway);
  EXPECT_EQ(count, 2 * askers * questions);
}

TEST_F(bridge, flink_brings_every_answer_back) {
  auto gateway = flink();
  ask_from_many(gateway, [this](int i) { return to_flink(i, false, in(30s)); }, [] {});
  end(gateway);
  EXPECT_EQ(count, 2 * askers * questions);
}

TEST_F(bridge, deadlines_answer_what_nobody_else_answers) {
  auto kubernetes = kube();
  auto flinks = flink();
  ask_from_many(
      kubernetes, [this](int i) { return to_kubernetes(i, i % 8 == 0, in(i % 8 == 0 ? 100ms : 30s)); }, [] {});
  ask_from_many(flinks, [this](int i) { return to_flink(i, i % 4 == 0, in(i % 4 == 0 ? 100ms : 30s)); }, [] {});
  end(kubernetes);
  end(flinks);
}

TEST_F(bridge, gateways_that_end_with_requests_in_flight_cancel_them_and_answer) {
  auto kubernetes = kube();
  ask_from_many(kubernetes, [this](int i) { return to_kubernetes(i, i % 2 == 0, in(30s)); }, [&] { end(kubernetes); });
  auto flinks = flink();
  ask_from_many(flinks, [this](int i) { return to_flink(i, i % 2 == 0, in(30s)); }, [&] { end(flinks); });
}

TEST_F(bridge, watches_tell_what_many_streams_bring_and_end_in_the_middle_of_one) {
  // Shared: news may come until the actor has ended, which is not waited for.
  auto enough = std::make_shared<std::latch>(100);
  auto news = [enough](const messages::application_news&) {
    if (!enough->try_wait())
      enough->count_down();
  };
  auto root = sys.spawn([news](actors::operator_actor::pointer) -> actors::operator_actor::behavior_type {
    return {
        news,
        [](const messages::object_news&) {},
        [](const messages::kind_synced&) {},
        [](const messages::restart&) {},
        [](messages::describe) { return messages::operator_report{}; },
        [](const messages::describe_application&) { return messages::application_report{}; },
    };
  });
  auto watches = actors::spawn_watches(sys, root, {&wire, there.origin(), "", counters, 1});
  enough->wait();
  for (auto& x : watches)
    end(x);
  end(root);
}

} // namespace
} // namespace threads
