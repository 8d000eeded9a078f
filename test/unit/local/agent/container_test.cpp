#include "local/agent/pods/container.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace local::agent;
using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using deed = container_deed;

const container_order start{deed::start, std::nullopt};
const container_order terminate_it{deed::terminate, std::nullopt};
const container_order kill_it{deed::kill, std::nullopt};

container_order ask(probe_kind x) {
  return {deed::ask, x};
}

probe_spec every(std::chrono::seconds period, int failures = 3) {
  return {.path = "/overview", .port = "8081", .period = period, .failure_threshold = failures};
}

class container_test : public testing::Test {
protected:
  container make(bool pullable = true, const container_history& history = {}, const timers& waits = {}) {
    pod owner;
    owner.name = "orders-1";
    owner.ns = "shop";
    owner.uid = "u";
    owner.restart_policy = policy;
    owner.grace = 30s;
    spec.name = "jobmanager";
    spec.image = "ledger:1";
    return container{owner, spec, pullable, history, waits, now};
  }

  void pass(std::chrono::milliseconds x) {
    now.steady += x;
    now.wall += x;
  }

  /// Starts `x` as soon as it asks for it.
  void run(container& x) {
    ASSERT_THAT(x.step(now), ElementsAre(start));
    x.on_started(now);
  }

  instant now{std::chrono::steady_clock::time_point{1000s}, local::model::moment{std::chrono::hours{1}}};
  container_spec spec;
  std::string policy = "Always";
};

TEST_F(container_test, starts_once_its_image_is_there) {
  auto x = make(true, {}, timers{.pull = 3s});
  EXPECT_THAT(x.step(now), IsEmpty());
  EXPECT_EQ(x.waiting_reason(), "ContainerCreating");
  pass(3s);
  EXPECT_THAT(x.step(now), ElementsAre(start));
  EXPECT_THAT(x.step(now), IsEmpty()) << "the order is given once";
  x.on_started(now);
  EXPECT_EQ(x.state(), container::state::running);
  EXPECT_TRUE(x.ready()) << "without a probe it is ready at once";
}

TEST_F(container_test, an_unknown_image_is_an_error_first_and_a_back_off_then) {
  auto x = make(false);
  x.step(now);
  EXPECT_EQ(x.waiting_reason(), "ErrImagePull");
  EXPECT_THAT(x.waiting_message(), HasSubstr("docker.io/library/ledger:1: not found"));
  pass(10s);
  x.step(now);
  EXPECT_EQ(x.waiting_reason(), "ImagePullBackOff");
  EXPECT_THAT(x.waiting_message(), HasSubstr("Back-off pulling image \"ledger:1\""));
  pass(10s);
  x.step(now);
  x.step(now);
  EXPECT_EQ(x.waiting_reason(), "ErrImagePull") << "it tries again";
  EXPECT_FALSE(x.ever_ran());
}

TEST_F(container_test, restarts_at_once_and_then_with_doubling_delays) {
  auto x = make();
  run(x);
  for (auto delay : {0s, 10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    x.on_exit(1, now);
    EXPECT_EQ(x.waiting_reason(), delay == 0s ? "ContainerCreating" : "CrashLoopBackOff");
    if (delay > 0s) {
      pass(delay - 1ms);
      EXPECT_THAT(x.step(now), IsEmpty()) << delay.count();
      pass(1ms);
    }
    run(x);
  }
  EXPECT_EQ(x.restarts(), 8);
  EXPECT_EQ(x.last_exit()->code, 1);
}

TEST_F(container_test, says_how_long_it_backs_off) {
  auto x = make();
  run(x);
  x.on_exit(1, now);
  run(x);
  x.on_exit(1, now);
  EXPECT_EQ(x.waiting_message(), "back-off 10s restarting failed container=jobmanager pod=orders-1_shop(u)");
}

TEST_F(container_test, a_long_calm_life_is_no_crash_loop) {
  auto x = make();
  run(x);
  x.on_exit(1, now);
  run(x);
  pass(10min);
  x.on_exit(1, now);
  EXPECT_THAT(x.step(now), ElementsAre(start));
}

TEST_F(container_test, a_process_that_cannot_be_started_crashes) {
  auto x = make();
  x.step(now);
  x.on_not_started("exec: no such file", now);
  EXPECT_EQ(x.last_exit()->reason, "StartError");
  EXPECT_EQ(x.last_exit()->message, "exec: no such file");
  EXPECT_THAT(x.step(now), ElementsAre(start));
}

TEST_F(container_test, the_restart_policy_decides_whether_it_starts_again) {
  struct row {
    const char* policy;
    int code;
    bool again;
  } rows[] = {{"Always", 0, true}, {"OnFailure", 0, false}, {"OnFailure", 1, true}, {"Never", 1, false}};
  for (auto& row : rows) {
    policy = row.policy;
    auto x = make();
    run(x);
    x.on_exit(row.code, now);
    EXPECT_EQ(x.state() != container::state::terminated, row.again) << row.policy << row.code;
  }
}

TEST_F(container_test, is_ready_while_its_readiness_probe_succeeds) {
  spec.readiness = every(5s, 2);
  auto x = make();
  run(x);
  EXPECT_FALSE(x.ready());
  EXPECT_THAT(x.step(now), ElementsAre(ask(probe_kind::readiness)));
  x.on_answer(probe_kind::readiness, true, now);
  EXPECT_TRUE(x.ready());
  for (bool still : {true, false}) {
    pass(5s);
    EXPECT_THAT(x.step(now), ElementsAre(ask(probe_kind::readiness)));
    x.on_answer(probe_kind::readiness, false, now);
    EXPECT_EQ(x.ready(), still);
  }
  EXPECT_THAT(x.step(now), IsEmpty()) << "readiness never kills";
}

TEST_F(container_test, other_probes_wait_for_the_startup_probe) {
  spec.startup = every(1s, 30);
  spec.readiness = every(5s);
  spec.liveness = every(5s);
  auto x = make();
  run(x);
  EXPECT_THAT(x.step(now), ElementsAre(ask(probe_kind::startup)));
  x.on_answer(probe_kind::startup, false, now);
  pass(1s);
  EXPECT_THAT(x.step(now), ElementsAre(ask(probe_kind::startup)));
  x.on_answer(probe_kind::startup, true, now);
  EXPECT_TRUE(x.started());
  EXPECT_FALSE(x.ready());
  EXPECT_THAT(x.step(now), ElementsAre(ask(probe_kind::readiness), ask(probe_kind::liveness)));
}

TEST_F(container_test, a_failed_liveness_probe_restarts_it) {
  spec.liveness = every(1s, 2);
  auto x = make();
  run(x);
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(x.step(now), ElementsAre(ask(probe_kind::liveness)));
    x.on_answer(probe_kind::liveness, false, now);
    pass(1s);
  }
  EXPECT_THAT(x.step(now), ElementsAre(terminate_it));
  EXPECT_THAT(x.step(now), IsEmpty());
  pass(30s);
  EXPECT_THAT(x.step(now), ElementsAre(kill_it));
  x.on_exit(137, now);
  EXPECT_THAT(x.step(now), ElementsAre(start));
}

TEST_F(container_test, stops_gently_and_kills_after_its_grace) {
  auto x = make();
  run(x);
  x.stop(5s, now);
  EXPECT_FALSE(x.ready());
  EXPECT_THAT(x.step(now), ElementsAre(terminate_it));
  pass(5s - 1ms);
  EXPECT_THAT(x.step(now), IsEmpty());
  pass(1ms);
  EXPECT_THAT(x.step(now), ElementsAre(kill_it));
  x.on_exit(143, now);
  EXPECT_EQ(x.state(), container::state::terminated);
  EXPECT_THAT(x.step(now), IsEmpty()) << "it stays ended";
}

TEST_F(container_test, less_grace_wins_while_it_is_ending) {
  auto x = make();
  run(x);
  x.stop(30s, now);
  x.step(now);
  x.stop(0s, now);
  EXPECT_THAT(x.step(now), ElementsAre(kill_it));
}

TEST_F(container_test, a_stop_between_order_and_start_is_not_lost) {
  auto x = make();
  x.step(now);
  x.stop(5s, now);
  x.on_started(now);
  EXPECT_THAT(x.step(now), ElementsAre(terminate_it));
}

TEST_F(container_test, one_that_never_ran_ends_at_once) {
  auto x = make(false);
  x.step(now);
  x.stop(30s, now);
  EXPECT_EQ(x.state(), container::state::terminated);
}

TEST_F(container_test, what_ran_under_an_earlier_agent_has_been_restarted) {
  auto x = make(true, {.restarts = 2, .running = true});
  EXPECT_EQ(x.restarts(), 3);
  EXPECT_EQ(x.last_exit()->code, 137);
}

TEST_F(container_test, an_answer_to_a_dead_process_changes_nothing) {
  spec.readiness = every(1s);
  auto x = make();
  run(x);
  x.step(now);
  x.on_exit(1, now);
  x.on_answer(probe_kind::readiness, true, now);
  run(x);
  EXPECT_FALSE(x.ready());
}

TEST(probe_test, asks_at_ticks_that_began_with_the_pod) {
  auto born = probe::clock::time_point{100s};
  probe x{every(10s), timers{}, born};
  x.start(born + 1s);
  EXPECT_TRUE(x.due(born + 1s)) << "the first tick was missed while nothing ran";
  x.answer(false);
  EXPECT_FALSE(x.due(born + 9s));
  EXPECT_TRUE(x.due(born + 10s)) << "and not 10 s after the first question";
}

TEST(probe_test, an_initial_delay_skips_ticks) {
  auto born = probe::clock::time_point{100s};
  auto spec = every(5s);
  spec.initial_delay = 10s;
  probe x{spec, timers{}, born};
  x.start(born + 1s);
  EXPECT_FALSE(x.due(born + 1s));
  EXPECT_FALSE(x.due(born + 10s)) << "only 9 s have passed since the start";
  EXPECT_TRUE(x.due(born + 15s));
}

TEST(probe_test, never_asks_twice_at_once) {
  auto born = probe::clock::time_point{100s};
  probe x{every(1s), timers{}, born};
  x.start(born);
  EXPECT_TRUE(x.due(born));
  EXPECT_FALSE(x.due(born + 5s));
  x.answer(true);
  EXPECT_TRUE(x.due(born + 5s));
}

TEST(probe_test, thresholds_count_answers_in_a_row) {
  auto born = probe::clock::time_point{100s};
  auto spec = every(1s, 2);
  spec.success_threshold = 2;
  probe x{spec, timers{}, born};
  x.start(born);
  std::vector<std::pair<bool, probe::verdict>> rows{{true, probe::verdict::unknown}, {false, probe::verdict::unknown},
                                                    {true, probe::verdict::unknown}, {true, probe::verdict::good},
                                                    {false, probe::verdict::good},   {false, probe::verdict::bad}};
  auto now = born;
  for (auto& [success, expected] : rows) {
    ASSERT_TRUE(x.due(now));
    x.answer(success);
    EXPECT_EQ(x.result(), expected);
    now += 1s;
  }
}

TEST(probe_test, fast_timers_wait_for_nothing) {
  auto born = probe::clock::time_point{100s};
  auto spec = every(10s);
  spec.initial_delay = 60s;
  probe x{spec, fast_timers(), born};
  x.start(born);
  EXPECT_TRUE(x.due(born + 100ms) || x.due(born + 200ms));
}

TEST(probe_test, fast_timers_are_as_patient_as_slow_ones) {
  auto born = probe::clock::time_point{100s};
  probe x{every(1s, 3), fast_timers(), born};
  x.start(born);
  auto now = born + 100ms;
  for (int i = 0; i < 29; ++i, now += 100ms) {
    ASSERT_TRUE(x.due(now));
    x.answer(false);
  }
  EXPECT_EQ(x.result(), probe::verdict::unknown);
  ASSERT_TRUE(x.due(now));
  x.answer(false);
  EXPECT_EQ(x.result(), probe::verdict::bad);
}

} // namespace
