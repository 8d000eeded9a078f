// Leader election: how a candidate acquires, keeps, loses and releases the Lease. On virtual time.
#include "k8s/lease.hpp"

#include <gmock/gmock.h>

#include <deque>

namespace k8s {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::Not;

using time_point = candidate::clock::time_point;

const object_key key{"ops", "flink-operator"};
const auto path = std::string{"/apis/coordination.k8s.io/v1/namespaces/ops/leases"};

TEST(lease, is_read_with_what_the_election_needs) {
  auto x = read_lease(R"({"kind":"Lease","apiVersion":"coordination.k8s.io/v1","metadata":{"name":"a","namespace":"ns",
    "resourceVersion":"7","labels":{"x":"y"}},"spec":{"holderIdentity":"one","leaseDurationSeconds":15,
    "acquireTime":"2026-01-01T00:00:00.000001Z","renewTime":"2026-01-01T00:00:02.123456Z","leaseTransitions":3,
    "strategy":"OldestEmulationVersion"}})");
  EXPECT_EQ(x, (lease{{"a", "ns", "7"}, {"one", 15, "2026-01-01T00:00:00.000001Z", "2026-01-01T00:00:02.123456Z", 3}}));
}

TEST(lease, may_lack_every_field) {
  EXPECT_EQ(read_lease(R"({"kind":"Lease"})"), lease{});
  EXPECT_EQ(read_lease(R"({"kind":"Lease","spec":{"holderIdentity":null,"leaseDurationSeconds":"long"}})"), lease{});
}

TEST(lease, is_nothing_else) {
  for (auto* text : {"", "{", "{}", R"({"kind":"Status","code":404})", "<html>"})
    EXPECT_EQ(read_lease(text), std::nullopt) << text;
}

TEST(lease, is_created_by_its_name_and_changed_by_its_version) {
  lease_spec spec{"one", 15, "2026-01-01T00:00:00.000000Z", "2026-01-01T00:00:00.000000Z", 0};
  auto made = create_lease(key, spec);
  EXPECT_EQ(made.method, "POST");
  EXPECT_THAT(made.target, HasSubstr(path + "?"));
  EXPECT_EQ(made.body, R"({"apiVersion":"coordination.k8s.io/v1","kind":"Lease","metadata":{"name":"flink-operator",)"
                       R"("namespace":"ops"},"spec":{"holderIdentity":"one","leaseDurationSeconds":15,)"
                       R"("acquireTime":"2026-01-01T00:00:00.000000Z","renewTime":"2026-01-01T00:00:00.000000Z",)"
                       R"("leaseTransitions":0}})");
  auto changed = update_lease({{"flink-operator", "ops", "7"}, {}}, spec);
  EXPECT_EQ(changed.method, "PATCH");
  EXPECT_THAT(changed.target, HasSubstr(path + "/flink-operator?"));
  EXPECT_THAT(changed.body, HasSubstr(R"("resourceVersion":"7"},"spec":{"holderIdentity":"one",)"));
}

/// One candidate before an API server that the test plays.
class election_test : public testing::Test {
protected:
  /// Returns what comes next: "GET", "POST", "PATCH", "wait", "lost: why", "given up".
  std::string next() {
    auto step = me.next(now, wall);
    if (auto* x = std::get_if<ask_for_lease>(&step)) {
      request = x->what;
      deadline = x->deadline;
      return x->what.method;
    }
    if (auto* x = std::get_if<wait_for_lease>(&step)) {
      until = x->until;
      return "wait";
    }
    auto* lost = std::get_if<lease_lost>(&step);
    return lost ? "lost: " + lost->why : "given up";
  }

  /// A record with its version.
  static std::string record(const std::string& holder, int version, int duration = 15, int transitions = 4) {
    auto v = std::to_string(version);
    return R"({"kind":"Lease","metadata":{"name":"flink-operator","namespace":"ops","resourceVersion":")" + v
         + R"("},"spec":{"holderIdentity":")" + holder + R"(","leaseDurationSeconds":)" + std::to_string(duration)
         + R"(,"acquireTime":"2026-01-01T00:00:00.000000Z","renewTime":"t)" + v + R"(","leaseTransitions":)"
         + std::to_string(transitions) + "}}";
  }

  void answer(int status, const std::string& body = "") { me.on_answer(status, body, now); }

  /// Moves on to when the candidate wants to be asked again.
  void wait() {
    EXPECT_EQ(next(), "wait");
    now = until;
  }

  /// Wins a Lease that nobody has had.
  void win() {
    EXPECT_EQ(next(), "GET");
    answer(404);
    EXPECT_EQ(next(), "POST");
    answer(201, record("me", 1));
    EXPECT_TRUE(me.leads());
  }

  candidate me{{.identity = "me", .lease = key}, [this] { return luck; }};
  double luck = 0;
  time_point now{1h};
  wall_time wall{};
  k8s::request request;
  time_point deadline, until;
};

TEST_F(election_test, creates_a_lease_that_nobody_has_had) {
  win();
  EXPECT_THAT(request.body, HasSubstr(R"("holderIdentity":"me","leaseDurationSeconds":15,)"));
  EXPECT_THAT(request.body, HasSubstr(R"("leaseTransitions":0)"));
}

TEST_F(election_test, has_not_won_before_the_write_is_acknowledged) {
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "POST");
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(next(), "wait");
  answer(0);
  EXPECT_FALSE(me.leads());
}

TEST_F(election_test, takes_a_lease_that_was_given_back_at_once) {
  EXPECT_EQ(next(), "GET");
  answer(200, record("", 8, 1));
  EXPECT_EQ(next(), "PATCH");
  EXPECT_THAT(request.body, HasSubstr(R"("resourceVersion":"8")"));
  EXPECT_THAT(request.body, HasSubstr(R"("leaseTransitions":5)"));
  answer(200, record("me", 9));
  EXPECT_TRUE(me.leads());
}

TEST_F(election_test, loses_the_race_for_a_new_lease_without_harm) {
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "POST");
  answer(409);
  wait();
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(next(), "wait");
}

TEST_F(election_test, looks_at_anothers_lease_once_in_a_period_with_its_jitter) {
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  EXPECT_EQ(next(), "wait");
  EXPECT_EQ(until - now, 2s);
  wait();
  EXPECT_EQ(next(), "GET");
  luck = 0.999999;
  answer(200, record("other", 2));
  EXPECT_EQ(next(), "wait");
  EXPECT_GT(until - now, 2390ms);
  EXPECT_LE(until - now, 2400ms);
}

/// Looks at another's Lease, which shows the versions that `version` gives, until it may be taken; returns how long.
template <class Version>
std::chrono::nanoseconds time_until_taken(candidate& me, time_point begin, Version version, const std::string& text) {
  auto now = begin;
  for (int i = 0; i < 1000; ++i) {
    auto step = me.next(now, {});
    if (auto* x = std::get_if<wait_for_lease>(&step)) {
      now = x->until;
      continue;
    }
    if (std::get<ask_for_lease>(step).what.method == "PATCH")
      return now - begin;
    auto body = text;
    body.replace(body.find("VERSION"), 7, version(now - begin));
    me.on_answer(200, body, now);
  }
  return 0s;
}

TEST_F(election_test, takes_anothers_lease_when_it_has_seen_no_change_for_its_duration) {
  auto text = record("other", 1);
  text.replace(text.find("t1"), 2, "VERSION");
  auto renewed_for_a_minute
      = [](std::chrono::nanoseconds age) { return std::to_string(std::min(age, 60'000'000'000ns).count()); };
  auto taken = time_until_taken(me, now, renewed_for_a_minute, text);
  EXPECT_GE(taken, 75s);
  EXPECT_LE(taken, 77s);
}

TEST_F(election_test, waits_as_long_as_the_holder_was_promised) {
  auto text = record("other", 1, 40);
  text.replace(text.find("t1"), 2, "VERSION");
  auto dead = [](auto) { return "long ago"; };
  EXPECT_GE(time_until_taken(me, now, dead, text), 40s);
}

TEST_F(election_test, does_not_believe_the_times_in_the_record) {
  // Its clock may be years behind; what counts is how long we have looked at it.
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  now += 14'999ms;
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  EXPECT_EQ(next(), "wait");
}

TEST_F(election_test, a_label_is_no_sign_of_life) {
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  now += 14s;
  EXPECT_EQ(next(), "GET");
  auto touched = record("other", 1);
  touched.replace(touched.find(R"(Version":"1")"), 12, R"(Version":"2")");
  answer(200, touched);
  now += 2s;
  EXPECT_EQ(next(), "GET");
  answer(200, touched);
  EXPECT_EQ(next(), "PATCH");
  EXPECT_THAT(request.body, HasSubstr(R"("resourceVersion":"2")"));
}

TEST_F(election_test, waits_out_a_lease_that_was_deleted_under_its_holder) {
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  wait();
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "wait");
  now += 13s;
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "POST");
}

TEST_F(election_test, recognises_its_own_lease_when_the_answer_was_lost) {
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "POST");
  now += 5s;
  answer(0);
  EXPECT_EQ(next(), "GET"); // the period is over
  answer(200, record("me", 1, 15, 0));
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(next(), "PATCH");
  EXPECT_THAT(request.body, HasSubstr(R"("leaseTransitions":0)"));
  answer(200, record("me", 2));
  EXPECT_TRUE(me.leads());
}

TEST_F(election_test, renews_with_one_request_per_period_and_keeps_since_when_it_leads) {
  win();
  for (int version = 1; version < 20; ++version) {
    wait();
    wall += 2s;
    EXPECT_EQ(next(), "PATCH");
    EXPECT_THAT(request.body, HasSubstr(R"("resourceVersion":")" + std::to_string(version) + '"'));
    EXPECT_THAT(request.body, HasSubstr(R"("acquireTime":"2026-01-01T00:00:00.000000Z")"));
    EXPECT_THAT(request.body, HasSubstr(R"("renewTime":")" + format_micro_time(wall) + '"'));
    EXPECT_THAT(request.body, HasSubstr(R"("leaseTransitions":4)"));
    EXPECT_EQ(deadline - now, 5s);
    answer(200, record("me", version + 1));
    EXPECT_EQ(me.leads_until() - now, 10s);
  }
}

TEST_F(election_test, reads_after_a_conflict_and_renews_what_is_still_its_own) {
  win();
  wait();
  EXPECT_EQ(next(), "PATCH");
  answer(409);
  EXPECT_TRUE(me.leads());
  wait();
  EXPECT_EQ(next(), "GET");
  answer(200, record("me", 7));
  EXPECT_EQ(next(), "PATCH");
  EXPECT_THAT(request.body, HasSubstr(R"("resourceVersion":"7")"));
}

TEST_F(election_test, creates_its_lease_again_when_somebody_has_deleted_it) {
  win();
  wait();
  EXPECT_EQ(next(), "PATCH");
  answer(404);
  wait();
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "POST");
  answer(201, record("me", 1));
  EXPECT_TRUE(me.leads());
}

TEST_F(election_test, a_leader_that_sees_anothers_name_has_lost) {
  win();
  wait();
  EXPECT_EQ(next(), "PATCH");
  answer(409);
  wait();
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 9));
  EXPECT_EQ(next(), "lost: the Lease was taken by other");
}

TEST_F(election_test, a_leader_that_cannot_renew_has_lost_at_the_deadline_and_tries_until_then) {
  win();
  auto end = now + 10s;
  int tries = 0;
  std::string step;
  while (!(step = next()).starts_with("lost")) {
    if (step == "wait") {
      now = until;
      continue;
    }
    ++tries;
    EXPECT_LE(deadline, end);
    now = deadline;
    answer(0);
  }
  EXPECT_EQ(step, "lost: the Lease was not renewed for 10 s: no answer");
  EXPECT_EQ(now, end);
  EXPECT_EQ(tries, 2);
}

TEST_F(election_test, a_rejection_is_reported_with_the_message_of_the_api_server) {
  EXPECT_EQ(next(), "GET");
  answer(403, R"({"kind":"Status","code":403,"reason":"Forbidden","message":"leases is forbidden"})");
  EXPECT_EQ(me.error(), "403: leases is forbidden");
  wait();
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  EXPECT_EQ(me.error(), "");
}

TEST_F(election_test, a_candidate_that_was_paused_for_long_has_lost_before_it_does_anything) {
  win();
  now += 1h;
  EXPECT_THAT(next(), HasSubstr("lost: the Lease was not renewed for 3600 s"));
}

TEST_F(election_test, the_deadline_counts_from_the_sending_of_the_renewal) {
  win();
  wait();
  EXPECT_EQ(next(), "PATCH");
  auto sent = now;
  now += 4s;
  answer(200, record("me", 2));
  EXPECT_EQ(me.leads_until(), sent + 10s);
}

TEST_F(election_test, an_acknowledgement_that_cannot_be_read_makes_no_leader) {
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "POST");
  answer(201, "<html>");
  EXPECT_FALSE(me.leads());
  wait();
  EXPECT_EQ(next(), "GET");
}

TEST_F(election_test, gives_its_lease_back_so_that_the_next_may_take_it) {
  win();
  now += 1s;
  me.release();
  EXPECT_EQ(next(), "PATCH");
  EXPECT_THAT(request.body, HasSubstr(R"("holderIdentity":"","leaseDurationSeconds":1,)"));
  EXPECT_THAT(request.body, HasSubstr(R"("resourceVersion":"1")"));
  answer(200, record("", 2, 1));
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(next(), "given up");
}

TEST_F(election_test, gives_back_what_it_wins_while_it_gives_up) {
  EXPECT_EQ(next(), "GET");
  answer(404);
  EXPECT_EQ(next(), "POST");
  me.release();
  EXPECT_EQ(next(), "wait");
  answer(201, record("me", 1));
  EXPECT_EQ(next(), "PATCH");
  EXPECT_THAT(request.body, HasSubstr(R"("holderIdentity":"")"));
}

TEST_F(election_test, leaves_anothers_lease_alone_when_it_gives_up) {
  EXPECT_EQ(next(), "GET");
  answer(200, record("other", 1));
  me.release();
  EXPECT_EQ(next(), "given up");
}

TEST_F(election_test, a_lease_that_cannot_be_given_back_is_tried_once) {
  win();
  me.release();
  EXPECT_EQ(next(), "PATCH");
  answer(0);
  EXPECT_EQ(next(), "given up");
}

TEST_F(election_test, an_answer_to_nothing_is_passed_over) {
  answer(200, record("me", 1));
  EXPECT_FALSE(me.leads());
  EXPECT_EQ(me.seen(), std::nullopt);
}

} // namespace
} // namespace k8s
