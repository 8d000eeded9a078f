#include "actors/timer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace {

using namespace std::chrono_literals;
using actors::timer;

/// Stands for an actor: remembers what it has sent itself.
struct fake_self {
  struct sent {
    timer::clock::time_point at;
    messages::tick what;
  };

  fake_self& clock() { return *this; }
  timer::clock::time_point now() const { return now_; }

  void delayed_send(fake_self*, std::chrono::nanoseconds delay, messages::tick x) {
    ticks.push_back({now_ + delay, x});
  }

  /// Lets a tick arrive when its time has come.
  bool deliver(timer& x, std::size_t i) {
    now_ = ticks[i].at;
    return x.fired(this, ticks[i].what);
  }

  timer::clock::time_point now_{1h};
  std::vector<sent> ticks;
};

TEST(timer, fires_once_after_its_delay) {
  fake_self self;
  timer x;
  x.arm(&self, 5s);
  ASSERT_EQ(self.ticks.size(), 1U);
  EXPECT_TRUE(self.deliver(x, 0));
  EXPECT_FALSE(x.fired(&self, self.ticks[0].what));
}

TEST(timer, a_later_alarm_uses_the_tick_that_is_under_way) {
  fake_self self;
  timer x;
  x.arm(&self, 5s);
  x.arm(&self, 10s);
  EXPECT_EQ(self.ticks.size(), 1U);
  EXPECT_FALSE(self.deliver(x, 0)) << "too early";
  ASSERT_EQ(self.ticks.size(), 2U);
  EXPECT_EQ(self.ticks[1].at - self.ticks[0].at, 5s);
  EXPECT_TRUE(self.deliver(x, 1));
}

TEST(timer, an_earlier_alarm_does_not_wait_for_it) {
  fake_self self;
  timer x;
  x.arm(&self, 10s);
  x.arm(&self, 1s);
  ASSERT_EQ(self.ticks.size(), 2U);
  EXPECT_TRUE(self.deliver(x, 1));
  EXPECT_FALSE(self.deliver(x, 0)) << "stale";
}

TEST(timer, a_disarmed_one_stays_silent_and_can_be_armed_again) {
  fake_self self;
  timer x;
  x.arm(&self, 5s);
  x.disarm();
  x.arm(&self, 20s);
  x.disarm();
  EXPECT_FALSE(self.deliver(x, 0));
  EXPECT_EQ(self.ticks.size(), 1U);
  x.arm(&self, 1s);
  EXPECT_TRUE(self.deliver(x, 1));
}

TEST(timer, several_of_one_actor_do_not_take_each_other_s_ticks) {
  fake_self self;
  timer one{1}, two{2};
  one.arm(&self, 1s);
  two.arm(&self, 2s);
  EXPECT_FALSE(two.fired(&self, self.ticks[0].what));
  EXPECT_TRUE(self.deliver(one, 0));
  EXPECT_TRUE(self.deliver(two, 1));
}

} // namespace
