#include "k8s/objects.hpp"
#include "k8s/reflector.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using k8s::call_failed;
using k8s::pause_over;
using k8s::pod;
using k8s::watch_closed;
using k8s::watch_type;
using uut_type = k8s::reflector<pod>;
using page = k8s::list_page<pod>;
using event = k8s::watch_event<pod>;

std::shared_ptr<const pod> object(std::string name, std::string version, std::string uid = "") {
  pod x;
  x.head.key = {"ns", name};
  x.head.uid = uid.empty() ? "uid-" + name : uid;
  x.head.resource_version = version;
  return std::make_shared<const pod>(x);
}

/// Writes outputs the way a person would.
std::string show(const uut_type::outputs& xs) {
  struct visitor {
    std::string operator()(const k8s::do_list& x) const { return "list(" + x.continue_token + ")"; }
    std::string operator()(const k8s::do_watch& x) const {
      return "watch(" + x.resource_version + "," + std::to_string(x.timeout.count()) + ")";
    }
    std::string operator()(const k8s::do_wait& x) const { return "wait(" + std::to_string(x.delay.count()) + ")"; }
    std::string operator()(const k8s::reload_credentials&) const { return "reload"; }
    std::string operator()(const k8s::upserted<pod>& x) const {
      auto version = x.object->head.resource_version;
      return "+" + x.object->head.key.name + (x.previous ? x.previous->head.resource_version + ">" + version : version);
    }
    std::string operator()(const k8s::removed<pod>& x) const {
      return "-" + x.object->head.key.name + x.object->head.resource_version;
    }
    std::string operator()(const k8s::synced&) const { return "synced"; }
  };
  std::string out;
  for (auto& x : xs)
    out += (out.empty() ? "" : " ") + std::visit(visitor{}, x);
  return out;
}

event happened(watch_type type, std::shared_ptr<const pod> x) {
  auto version = x->head.resource_version;
  return {type, std::move(x), version};
}

struct reflector : testing::Test {
  double random = 0;
  uut_type uut{[this] { return random; }};
  uut_type::clock::time_point now{1h};

  std::string step(uut_type::input x) { return show(uut.step(x, now)); }

  void sync(std::vector<std::shared_ptr<const pod>> items = {}) {
    uut.start();
    step(page{std::move(items), "10", ""});
  }
};

TEST_F(reflector, lists_all_pages_then_watches_from_the_lists_version) {
  EXPECT_EQ(show(uut.start()), "list()");
  EXPECT_EQ(step(page{{object("a", "1")}, "10", "more"}), "list(more)");
  EXPECT_TRUE(uut.objects().empty());
  EXPECT_FALSE(uut.has_synced());
  EXPECT_EQ(step(page{{object("b", "2")}, "10", ""}), "+a1 +b2 synced watch(10,240)");
  EXPECT_EQ(uut.objects().size(), 2U);
  EXPECT_TRUE(uut.has_synced());
}

TEST_F(reflector, resumes_from_the_last_version_of_any_event) {
  sync();
  EXPECT_EQ(step(happened(watch_type::added, object("a", "11"))), "+a11");
  EXPECT_EQ(step(watch_closed{}), "watch(11,240)");
  EXPECT_EQ(step(happened(watch_type::modified, object("a", "12"))), "+a11>12");
  EXPECT_EQ(step(happened(watch_type::deleted, object("a", "13"))), "-a13");
  EXPECT_EQ(step(watch_closed{}), "watch(13,240)");
  EXPECT_EQ(step(event{watch_type::bookmark, nullptr, "15"}), "");
  EXPECT_EQ(step(watch_closed{}), "watch(15,240)");
}

TEST_F(reflector, keeps_the_version_when_a_watch_is_refused_or_lost) {
  for (auto code : {0, 403, 429, 500, 503}) {
    uut = uut_type{[] { return 0.0; }};
    sync();
    EXPECT_EQ(step(call_failed{code, {}}), "wait(800)") << code;
    EXPECT_EQ(step(pause_over{}), "watch(10,10)") << code;
  }
}

TEST_F(reflector, relists_when_the_version_is_gone_and_tells_of_deletions_it_slept_through) {
  sync({object("a", "1"), object("b", "2"), object("c", "3")});
  EXPECT_EQ(step(call_failed{410, {}}), "wait(800)");
  EXPECT_EQ(step(pause_over{}), "list()");
  EXPECT_EQ(step(page{{object("a", "1"), object("c", "9")}, "20", ""}), "-b2 +c3>9 synced watch(20,10)");
}

TEST_F(reflector, starts_the_list_over_when_a_later_page_is_refused) {
  for (auto code : {410, 500, 0}) {
    uut = uut_type{[] { return 0.0; }};
    uut.start();
    step(page{{object("a", "1")}, "10", "more"});
    EXPECT_EQ(step(call_failed{code, {}}), "wait(800)");
    EXPECT_EQ(step(pause_over{}), "list()");
    EXPECT_EQ(step(page{{object("b", "1")}, "12", ""}), "+b1 synced watch(12,10)");
  }
}

TEST_F(reflector, survives_a_first_list_that_is_refused_as_one_right_after_the_crd) {
  uut.start();
  EXPECT_EQ(step(call_failed{429, 1s}), "wait(1000)");
  EXPECT_EQ(step(pause_over{}), "list()");
  // The watch opened now may stay silent for ever: it is a short one.
  EXPECT_EQ(step(page{{}, "10", ""}), "synced watch(10,10)");
  now += 10s;
  EXPECT_EQ(step(watch_closed{}), "watch(10,240)");
}

TEST_F(reflector, honours_retry_after_within_reason) {
  sync();
  EXPECT_EQ(step(call_failed{429, 5s}), "wait(5000)");
  step(pause_over{});
  EXPECT_EQ(step(call_failed{429, 1s}), "wait(1600)");
  step(pause_over{});
  EXPECT_EQ(step(call_failed{503, 24h}), "wait(60000)");
}

TEST_F(reflector, reloads_the_credentials_once_and_then_backs_off) {
  uut.start();
  EXPECT_EQ(step(call_failed{401, {}}), "reload list()");
  EXPECT_EQ(step(call_failed{401, {}}), "wait(800)");
  step(pause_over{});
  EXPECT_EQ(step(page{{}, "10", ""}), "synced watch(10,10)");
  EXPECT_EQ(step(call_failed{401, {}}), "reload watch(10,240)");
  EXPECT_EQ(step(call_failed{401, {}}), "wait(1600)");
  step(pause_over{});
  now += 1min;
  step(watch_closed{});
  EXPECT_EQ(step(call_failed{401, {}}), "reload watch(10,240)");
}

TEST_F(reflector, takes_a_watch_that_ends_at_once_without_an_event_for_a_failure) {
  sync();
  now += 999ms;
  EXPECT_EQ(step(watch_closed{}), "wait(800)");
  EXPECT_EQ(step(pause_over{}), "watch(10,240)");
  now += 1s;
  EXPECT_EQ(step(watch_closed{}), "watch(10,240)");
  step(event{watch_type::bookmark, nullptr, "11"});
  EXPECT_EQ(step(watch_closed{}), "watch(11,240)");
}

TEST_F(reflector, relists_when_there_is_no_version_to_resume_from) {
  sync({object("a", "1")});
  EXPECT_EQ(step(event{watch_type::modified, object("a", ""), ""}), "wait(800)");
  EXPECT_EQ(step(pause_over{}), "list()");
  EXPECT_EQ(step(page{{object("a", "2")}, "", ""}), "wait(1600)");
  EXPECT_EQ(step(pause_over{}), "list()");
}

TEST_F(reflector, tells_a_successor_of_the_same_name_as_removal_and_arrival) {
  sync({object("a", "1", "first"), object("b", "2", "first")});
  EXPECT_EQ(step(happened(watch_type::added, object("a", "11", "second"))), "-a1 +a11");
  step(call_failed{410, {}});
  step(pause_over{});
  EXPECT_EQ(step(page{{object("a", "11", "second"), object("b", "12", "second")}, "20", ""}),
            "-b2 +b12 synced watch(20,10)");
}

TEST_F(reflector, does_not_remove_a_successor_because_its_predecessor_is_gone) {
  sync({object("a", "1", "second")});
  EXPECT_EQ(step(happened(watch_type::deleted, object("a", "11", "first"))), "");
  EXPECT_EQ(uut.objects().size(), 1U);
}

TEST_F(reflector, does_not_tell_a_known_version_again) {
  sync({object("a", "1")});
  EXPECT_EQ(step(happened(watch_type::added, object("a", "1"))), "");
  EXPECT_EQ(step(happened(watch_type::deleted, object("never-seen", "2"))), "");
}

TEST_F(reflector, spreads_the_ends_of_watches) {
  random = 0.999;
  uut.start();
  EXPECT_EQ(step(page{{}, "10", ""}), "synced watch(10,289)");
}

TEST_F(reflector, ignores_what_it_did_not_ask_for) {
  EXPECT_EQ(step(page{{object("a", "1")}, "10", ""}), "");
  sync();
  EXPECT_EQ(step(page{{object("a", "1")}, "99", ""}), "");
  EXPECT_EQ(step(pause_over{}), "");
  step(call_failed{500, {}});
  EXPECT_EQ(step(watch_closed{}), "");
  EXPECT_EQ(step(call_failed{500, {}}), "");
  EXPECT_EQ(step(happened(watch_type::added, object("b", "12"))), "");
  EXPECT_EQ(step(pause_over{}), "watch(10,10)");
}

TEST(backoff, doubles_to_its_longest_and_calms_down) {
  k8s::backoff uut{[] { return 0.0; }};
  k8s::backoff::clock::time_point now{1h};
  for (auto expected : {800ms, 1600ms, 3200ms, 6400ms, 12800ms, 25600ms, 30000ms, 30000ms})
    EXPECT_EQ(uut.next(now), expected);
  now += 2min;
  EXPECT_EQ(uut.next(now), 30000ms);
  now += 2min + 1ms;
  EXPECT_EQ(uut.next(now), 800ms);
  uut.reset();
  EXPECT_EQ(uut.next(now), 800ms);
}

TEST(backoff, draws_its_jitter_from_the_given_source) {
  k8s::backoff uut{[] { return 0.5; }, {.first = 1000ms, .longest = 3000ms, .jitter = 0.2}};
  EXPECT_EQ(uut.next({}), 1100ms);
  EXPECT_EQ(uut.next({}), 2200ms);
  EXPECT_EQ(uut.next({}), 3300ms);
}

} // namespace
