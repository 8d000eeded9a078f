// ELECTION before an API server that the test plays; the rules are k8s::candidate's and tested there.
#include "actors/election.hpp"
#include "actors/introspection.hpp"
#include "actors/operator.hpp"
#include "actors/operator_actors.hpp"
#include "k8s/time.hpp"
#include "test/unit/actors/actor_test.hpp"

#include <string>
#include <vector>

namespace actors::test {
namespace {

using testing::HasSubstr;

const std::string leases = "/apis/coordination.k8s.io/v1/namespaces/ops/leases";

std::string record(const std::string& holder, int version = 1) {
  return R"({"kind":"Lease","metadata":{"name":"l","namespace":"ops","resourceVersion":")" + std::to_string(version)
       + R"("},"spec":{"holderIdentity":")" + holder + R"(","leaseDurationSeconds":15,"renewTime":")"
       + std::to_string(version) + R"(","acquireTime":"2026-01-01T00:00:00.000000Z","leaseTransitions":2}})";
}

class election_actor_test : public actor_test {
protected:
  election_actor_test() { may_act->end(); }

  void stand() { won = ask<messages::lease_acquired>(me, messages::acquire_lease{}); }

  void win() {
    stand();
    answer("GET " + leases, 404);
    answer("POST " + leases, 201, record("me"));
  }

  bool acts() { return may_act->may_act(system.now()); }
  messages::election_report report() { return ask<messages::election_report>(me, messages::describe{})->value.value(); }
  std::string body_of(const std::string& part) { return net.find(part) ? net.find(part)->what.body : "none"; }

  int lost = 0;
  std::shared_ptr<promised<messages::lease_acquired>> won;
  election_actor me = spawn(
      election, election_setup{.transport = &net,
                               .origin = "http://api",
                               .leader_election = {{.identity = "me", .lease = {"ops", "l"}}, [this] { ++lost; }},
                               .may_act = may_act,
                               .counters = counters,
                               .wall_clock = [this] { return wall(); },
                               .seed = 1});
};

TEST_F(election_actor_test, asks_for_nothing_before_it_is_told_to_stand) {
  advance(1min);
  EXPECT_EQ(net.calls.size(), 0U);
  EXPECT_FALSE(acts());
}

TEST_F(election_actor_test, says_that_this_operator_leads_when_the_lease_is_written) {
  stand();
  answer("GET " + leases, 404);
  EXPECT_FALSE(won->came());
  EXPECT_FALSE(acts());
  answer("POST " + leases, 201, record("me"));
  EXPECT_TRUE(won->value);
  EXPECT_TRUE(acts());
  EXPECT_TRUE(report().leads);
}

TEST_F(election_actor_test, may_act_as_long_as_it_renews) {
  win();
  for (int i = 2; i < 30; ++i) {
    advance(2400ms);
    EXPECT_THAT(body_of("PATCH " + leases), HasSubstr("\"holderIdentity\":\"me\""));
    answer("PATCH " + leases, 200, record("me", i));
    EXPECT_TRUE(acts());
  }
  EXPECT_EQ(lost, 0);
}

TEST_F(election_actor_test, acts_no_more_and_ends_the_process_when_it_cannot_renew) {
  win();
  advance(9'999ms);
  EXPECT_TRUE(acts());
  EXPECT_EQ(lost, 0);
  advance(1ms);
  EXPECT_FALSE(acts());
  EXPECT_EQ(lost, 1);
  advance(1min);
  EXPECT_EQ(lost, 1);
}

TEST_F(election_actor_test, acts_no_more_after_a_pause_even_before_it_has_noticed) {
  win();
  system.sched.clock().current_time += 1min; // the process was frozen: nothing has run
  EXPECT_FALSE(acts());
}

TEST_F(election_actor_test, ends_the_process_when_another_holds_the_lease) {
  win();
  advance(2400ms);
  answer("PATCH " + leases, 409);
  advance(2400ms);
  answer("GET " + leases, 200, record("other", 7));
  EXPECT_EQ(lost, 1);
  EXPECT_FALSE(acts());
}

TEST_F(election_actor_test, stands_by_while_another_leads_and_takes_over_when_that_one_is_silent) {
  stand();
  answer("GET " + leases, 200, record("other"));
  for (int i = 0; i < 6; ++i) {
    advance(2400ms);
    EXPECT_TRUE(answer("GET " + leases, 200, record("other")));
    EXPECT_FALSE(acts());
  }
  EXPECT_EQ(report().leader, "other");
  advance(2400ms);
  answer("GET " + leases, 200, record("other"));
  EXPECT_TRUE(answer("PATCH " + leases, 200, record("me", 2)));
  EXPECT_TRUE(won->value);
}

TEST_F(election_actor_test, gives_the_lease_back_when_asked_and_acts_no_more_before_that) {
  win();
  auto released = ask<messages::lease_released>(me, messages::release_lease{});
  EXPECT_FALSE(acts());
  EXPECT_FALSE(released->came());
  EXPECT_THAT(body_of("PATCH " + leases), HasSubstr("\"holderIdentity\":\"\""));
  answer("PATCH " + leases, 200, record("", 2));
  EXPECT_TRUE(released->value);
  advance(1min);
  EXPECT_EQ(net.open(), 0U);
  EXPECT_EQ(lost, 0);
}

TEST_F(election_actor_test, waits_for_the_renewal_under_way_before_it_gives_the_lease_back) {
  win();
  advance(2400ms);
  auto released = ask<messages::lease_released>(me, messages::release_lease{});
  answer("PATCH " + leases, 200, record("me", 2));
  EXPECT_FALSE(acts());
  EXPECT_THAT(body_of("PATCH " + leases), HasSubstr("\"resourceVersion\":\"2\""));
  answer("PATCH " + leases, 200, record("", 3));
  EXPECT_TRUE(released->value);
}

TEST_F(election_actor_test, has_nothing_to_give_back_if_it_never_led) {
  EXPECT_TRUE(ask<messages::lease_released>(me, messages::release_lease{})->value);
  EXPECT_EQ(net.calls.size(), 0U);
}

TEST_F(election_actor_test, a_lease_that_cannot_be_given_back_does_not_hold_up_the_end) {
  win();
  auto released = ask<messages::lease_released>(me, messages::release_lease{});
  fail("PATCH " + leases, net::failure::unreachable);
  EXPECT_TRUE(released->value);
}

TEST_F(election_actor_test, counts_its_requests) {
  win();
  advance(2400ms);
  answer("PATCH " + leases, 409);
  EXPECT_THAT(counters->text(), HasSubstr("flink_operator_kube_requests_total{request=\"PATCH leases\"} 1"));
  EXPECT_THAT(counters->text(), HasSubstr("flink_operator_kube_failures_total{request=\"PATCH leases\"} 1"));
  EXPECT_THAT(counters->text(), HasSubstr("\nflink_operator_leader 1\n"));
}

TEST_F(election_actor_test, tells_why_it_cannot_look_at_the_lease) {
  stand();
  answer("GET " + leases, 403, R"({"kind":"Status","code":403,"message":"leases is forbidden"})");
  EXPECT_EQ(report().trouble, "403: leases is forbidden");
  EXPECT_TRUE(answer("GET " + leases, 404) || (advance(2400ms), answer("GET " + leases, 404)));
  EXPECT_EQ(report().trouble, "");
}

// -- the whole operator ------------------------------------------------------------------------------------------

/// Applications that were decided, by the operators of one test.
std::vector<std::string> decided;

flink::decision note(const flink::situation& x) {
  decided.push_back(x.app.metadata.name);
  return {.next = x.app.status, .requeue_after = 1h, .waiting = {}};
}

class elected_operator_test : public actor_test {
protected:
  elected_operator_test() {
    decided.clear();
    all = spawn_operator_actors(
        system.sys, {.transport = &net,
                     .api_origin = "http://api",
                     .application = {.decide = note, .wall_clock = [this] { return wall(); }, .counters = counters},
                     .leader_election = leader_election{{.identity = "me", .lease = {"ops", "l"}}, [] {}}});
    system.end_later(all.root);
    for (auto& x : all.watches)
      system.end_later(x);
    system.end_later(all.flink);
    system.end_later(all.kube);
    system.end_later(all.election);
    pages = spawn(introspection, introspection_setup{all.root, all.kube, all.flink, all.election, {}, counters});
    run();
  }

  /// Answers the lists: one application, and nothing else.
  void synchronize() {
    answer("GET /apis/flink.k8s.io/v1beta1/flinkapplications?limit", 200, list(application_text("a", "1")));
    for (auto* kind :
         {"/apis/apps/v1/deployments?", "/api/v1/pods?", "/api/v1/services?", "/apis/networking.k8s.io/v1/ingresses?"})
      EXPECT_TRUE(answer(std::string{"GET "} + kind, 200, list("")));
  }

  static std::string list(const std::string& items) {
    return R"({"kind":"List","metadata":{"resourceVersion":"10"},"items":[)" + items + "]}";
  }

  std::pair<int, std::string> page(const std::string& path, const std::string& accept = "*/*") {
    auto out = std::make_shared<std::pair<int, std::string>>(0, "");
    caf::anon_send(pages, messages::page_request{path, accept, [out](int status, std::string, std::string body) {
                                                   *out = {status, body};
                                                 }});
    advance(3s);
    return *out;
  }

  auto write() {
    return ask<messages::answer>(
        all.kube,
        messages::kube_request{"ns/a", k8s::merge_patch(k8s::deployments, {"ns", "a"}, "{}"), system.now() + 9s});
  }

  operator_actors all;
  introspection_actor pages;
};

TEST_F(elected_operator_test, asks_for_the_lease_only_after_every_kind_was_listed) {
  advance(1s);
  EXPECT_EQ(net.count(leases), 0U);
  synchronize();
  EXPECT_EQ(net.count("GET " + leases), 1U);
}

TEST_F(elected_operator_test, a_standby_is_ready_and_decides_nothing) {
  synchronize();
  answer("GET " + leases, 200, record("other"));
  EXPECT_EQ(page("/readyz").first, 200);
  EXPECT_TRUE(decided.empty());
  EXPECT_THAT(page("/metrics").second, HasSubstr("\nflink_operator_leader 0\n"));
  EXPECT_THAT(page("/metrics").second, HasSubstr("\nflink_operator_applications 1\n"));
}

TEST_F(elected_operator_test, decides_from_the_moment_it_leads) {
  synchronize();
  answer("GET " + leases, 200, record(""));
  EXPECT_TRUE(decided.empty());
  answer("PATCH " + leases, 200, record("me", 2));
  EXPECT_THAT(decided, testing::ElementsAre("a"));
}

TEST_F(elected_operator_test, a_standby_sends_nothing_that_changes_anything) {
  synchronize();
  answer("GET " + leases, 200, record("other"));
  auto a = write();
  ASSERT_TRUE(a->value);
  EXPECT_EQ(a->value->response.failure, net::failure::expired);
  EXPECT_EQ(a->value->response.detail, "not sent: this operator is not the leader");
  auto order = ask<messages::answer>(all.flink, messages::flink_request{{"ns", "s", "p", "127.0.0.1", "u", 8081},
                                                                        {.method = "PATCH", .path = "/jobs/1"},
                                                                        system.now() + 9s});
  ASSERT_TRUE(order->value);
  EXPECT_EQ(order->value->response.failure, net::failure::expired);
  EXPECT_EQ(net.count("PATCH"), 0U);
}

TEST_F(elected_operator_test, tells_who_leads) {
  synchronize();
  answer("GET " + leases, 200, record("other"));
  EXPECT_THAT(page("/").second, HasSubstr(R"("election":{"leads":false,"identity":"me","leader":"other",)"));
  EXPECT_THAT(page("/").second, HasSubstr(R"("step":"standby")"));
  EXPECT_THAT(page("/", "text/html").second, HasSubstr("<b>other</b> has been the leader"));
}

} // namespace
} // namespace actors::test
