#include "actors/flink_gateway.hpp"
#include "config/defaults.hpp"
#include "test/unit/actors/actor_test.hpp"

#include <string>
#include <vector>

namespace actors::test {
namespace {

class flink_gateway_test : public actor_test {
protected:
  auto send(const std::string& pod, const std::string& path = "/overview", std::chrono::milliseconds timeout = 5s) {
    messages::job_manager_address to{
        .ns = "ns", .service = "s", .pod = pod, .pod_ip = pod, .pod_uid = "uid-" + pod, .port = 8081};
    return ask<messages::answer>(gateway,
                                 messages::flink_request{to, {.method = "GET", .path = path}, system.now() + timeout});
  }

  std::string state() { return ask<messages::actor_report>(gateway, messages::describe{})->value.value().state; }

  /// Lets questions to a pod time out, one after the other.
  void hang(const std::string& pod, int times) {
    for (int i = 0; i < times; ++i) {
      send(pod);
      fail("/overview", net::failure::timed_out);
    }
  }

  flink_actor gateway = spawn(flink_gateway, &net, job_manager_access{}, counters, may_act);
};

TEST_F(flink_gateway_test, has_two_requests_per_pod_in_flight) {
  for (auto* path : {"/1", "/2", "/3"})
    send("a", path);
  EXPECT_EQ(net.calls.size(), 2U);
  answer("/1", 200);
  EXPECT_EQ(net.count("/3"), 1U);
}

TEST_F(flink_gateway_test, answers_what_waits_too_long_without_sending_it) {
  for (auto* path : {"/1", "/2"})
    send("a", path, 60s);
  auto a = send("a", "/3", 5s);
  advance(4s);
  EXPECT_FALSE(a->came());
  advance(1s);
  ASSERT_TRUE(a->value);
  EXPECT_EQ(a->value->response.failure, net::failure::expired);
  EXPECT_EQ(a->value->queued, 5s);
  EXPECT_EQ(net.count("/3"), 0U);
}

TEST_F(flink_gateway_test, refuses_at_once_after_three_time_outs_in_a_row) {
  hang("a", config::defaults::breaker_failures);
  auto a = send("a");
  ASSERT_TRUE(a->value);
  EXPECT_EQ(a->value->response.failure, net::failure::expired);
  EXPECT_THAT(a->value->response.detail, testing::HasSubstr("the last 3 requests to JobManager"));
  EXPECT_EQ(net.open(), 0U);
  EXPECT_THAT(state(), testing::HasSubstr("1 breakers open"));
}

TEST_F(flink_gateway_test, tries_again_after_the_pause_and_closes_on_an_answer) {
  hang("a", config::defaults::breaker_failures);
  advance(config::defaults::breaker_first);
  auto a = send("a");
  ASSERT_TRUE(answer("/overview", 200));
  EXPECT_EQ(a->value->response.status, 200);
  hang("a", 1); // one time-out after that does not close it
  EXPECT_FALSE(send("a")->came());
  EXPECT_THAT(state(), testing::HasSubstr("0 breakers open"));
}

TEST_F(flink_gateway_test, pauses_longer_while_nothing_answers) {
  hang("a", config::defaults::breaker_failures);
  advance(config::defaults::breaker_first);
  hang("a", 1);
  advance(config::defaults::breaker_first);
  EXPECT_TRUE(send("a")->came());
  advance(config::defaults::breaker_first);
  EXPECT_FALSE(send("a")->came());
}

TEST_F(flink_gateway_test, sees_no_hang_in_a_refused_connection) {
  for (int i = 0; i < 5; ++i) {
    send("a");
    fail("/overview", net::failure::unreachable);
  }
  EXPECT_FALSE(send("a")->came());
}

TEST_F(flink_gateway_test, does_not_let_one_hung_job_manager_delay_another) {
  for (int i = 0; i < 10; ++i)
    send("hung", "/hung");
  auto a = send("well", "/well");
  ASSERT_TRUE(answer("/well", 200));
  EXPECT_TRUE(a->value);
}

TEST_F(flink_gateway_test, gives_the_successor_of_a_hung_pod_a_fresh_start) {
  hang("a", config::defaults::breaker_failures);
  EXPECT_FALSE(send("b")->came());
}

TEST_F(flink_gateway_test, forgets_lanes_that_are_not_used) {
  send("a");
  answer("/overview", 200);
  EXPECT_THAT(state(), testing::HasSubstr("0 lanes"));
  hang("b", config::defaults::breaker_failures);
  EXPECT_THAT(state(), testing::HasSubstr("1 lanes"));
  advance(12 * config::defaults::breaker_longest);
  send("a");
  answer("/overview", 200);
  EXPECT_THAT(state(), testing::HasSubstr("0 lanes"));
}

TEST_F(flink_gateway_test, fails_every_promise_when_it_ends) {
  std::vector<std::shared_ptr<promised<messages::answer>>> all{send("a"), send("a"), send("a"), send("b")};
  caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
  run();
  for (auto& x : all)
    ASSERT_TRUE(x->value);
  EXPECT_EQ(all.at(0)->value->response.failure, net::failure::broken);
  EXPECT_EQ(all.at(2)->value->response.failure, net::failure::expired);
  EXPECT_TRUE(net.calls.at(0).cancelled);
}

TEST_F(flink_gateway_test, keeps_ids_out_of_the_metrics) {
  send("a", "/jobs/0123456789abcdef0123456789abcdef/savepoints/77?x=1");
  auto text = counters->text();
  EXPECT_THAT(text, testing::HasSubstr("GET /jobs/:id/savepoints/:id"));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("0123456789abcdef")));
}

// -- job_manager_access -----------------------------------------------------------------------------------

struct access_row {
  job_manager_access access;
  std::string pod_ip;
  std::string origin;
  std::string target;
};

TEST(job_manager_access, reaches_a_pod_by_address_proxy_or_template) {
  for (auto& x : std::vector<access_row>{
           {{}, "10.0.0.7", "http://10.0.0.7:8081", "/jobs?a=b"},
           {{}, "fd00::7", "http://[fd00::7]:8081", "/jobs?a=b"},
           {{.proxy_origin = "https://api:6443"},
            "10.0.0.7",
            "https://api:6443",
            "/api/v1/namespaces/ns/pods/p:8081/proxy/jobs?a=b"},
           {{.url_template = "http://gate:80/{namespace}/{service}"}, "10.0.0.7", "http://gate:80", "/ns/s/jobs?a=b"},
           {{.url_template = "http://gate/{pod}/{podIP}/{port}/"},
            "1.2.3.4",
            "http://gate",
            "/p/1.2.3.4/8081/jobs?a=b"},
           {{.url_template = "http://{podIP}:{port}"}, "1.2.3.4", "http://1.2.3.4:8081", "/jobs?a=b"},
       }) {
    messages::job_manager_address to{"ns", "s", "p", x.pod_ip, "uid", 8081};
    auto out = to_http(x.access, to, {.method = "GET", .path = "/jobs?a=b"});
    EXPECT_EQ(out.origin, x.origin);
    EXPECT_EQ(out.target, x.target);
  }
}

TEST(job_manager_access, checks_templates_before_they_are_used) {
  struct row {
    std::string text;
    bool good;
  };
  for (auto& x : std::vector<row>{{"http://gate/{namespace}/{service}", true},
                                  {"https://{podIP}:{port}", true},
                                  {"", false},
                                  {"gate/{pod}", false},
                                  {"ftp://gate/{pod}", false},
                                  {"http://gate/{cluster}", false},
                                  {"http://gate/{pod", false},
                                  {"http://gate/ {pod}", false},
                                  {"http://gate/{pod}?x=1", false},
                                  {"http://gate/{pod}#x", false}})
    EXPECT_EQ(!check_url_template(x.text), x.good) << x.text;
}

} // namespace
} // namespace actors::test
