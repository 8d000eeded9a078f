#include "actors/kubernetes_gateway.hpp"
#include "test/unit/actors/actor_test.hpp"

#include <string>
#include <vector>

namespace actors::test {
namespace {

class kubernetes_gateway_test : public actor_test {
protected:
  auto send(const std::string& lane, const k8s::request& x, std::chrono::seconds timeout = 15s) {
    return ask<messages::answer>(gateway, messages::kube_request{lane, x, system.now() + timeout});
  }

  auto write(const std::string& lane, const std::string& name, std::chrono::seconds timeout = 15s) {
    return send(lane, k8s::create(k8s::pods, "ns", name), timeout);
  }

  /// Answers every open call.
  void answer_all() {
    while (net.find("/") != nullptr)
      answer("/", 200);
  }

  kube_actor gateway = spawn(kubernetes_gateway, &net, std::string{"http://api"}, counters, may_act);
};

TEST_F(kubernetes_gateway_test, brings_the_answer_back) {
  auto a = write("ns/a", "{}");
  ASSERT_FALSE(a->came());
  ASSERT_TRUE(answer("POST /api/v1/namespaces/ns/pods", 201, "made"));
  ASSERT_TRUE(a->value);
  EXPECT_EQ(a->value->response.status, 201);
  EXPECT_EQ(a->value->response.body, "made");
}

TEST_F(kubernetes_gateway_test, hands_the_deadline_to_the_transport) {
  write("ns/a", "{}", 7s);
  EXPECT_EQ(net.calls.at(0).deadline, system.now() + 7s);
}

TEST_F(kubernetes_gateway_test, tells_a_request_that_was_sent_from_one_that_was_not) {
  std::vector<std::shared_ptr<promised<messages::answer>>> all;
  for (std::size_t i = 0; i < config::defaults::kubernetes_in_flight + 1; ++i)
    all.push_back(write("ns/a", "{}"));
  fail("POST", net::failure::timed_out); // the first; its place is taken by the last
  ASSERT_TRUE(all.front()->value);
  EXPECT_TRUE(net::effect_unknown(all.front()->value->response.failure));
  auto late = write("ns/a", "{}", 3s);
  advance(4s);
  ASSERT_TRUE(late->value);
  EXPECT_EQ(late->value->response.failure, net::failure::expired);
  EXPECT_THAT(late->value->response.detail, testing::HasSubstr("rate limit for writes"));
  EXPECT_EQ(late->value->queued, 3s);
}

TEST_F(kubernetes_gateway_test, lets_applications_take_turns) {
  for (std::size_t i = 0; i < config::defaults::kubernetes_in_flight + 20; ++i)
    write("ns/greedy", "greedy");
  write("ns/modest", "modest");
  answer("POST", 201);
  answer("POST", 201);
  EXPECT_TRUE(std::any_of(net.calls.begin(), net.calls.end(), [](auto& x) { return x.what.body == "modest"; }));
}

TEST_F(kubernetes_gateway_test, writes_a_burst_and_then_a_steady_rate) {
  auto burst = static_cast<std::size_t>(config::defaults::kubernetes_write_burst);
  for (std::size_t i = 0; i < burst + 100; ++i)
    write("ns/a", "{}", 60s);
  answer_all();
  EXPECT_EQ(net.calls.size(), burst);
  advance(1s);
  answer_all();
  auto rate = config::defaults::kubernetes_writes_per_second;
  EXPECT_NEAR(static_cast<double>(net.calls.size() - burst), rate, rate / 2);
  for (int i = 0; i < 8; ++i) {
    advance(1s);
    answer_all();
  }
  EXPECT_EQ(net.calls.size(), burst + 100);
}

TEST_F(kubernetes_gateway_test, lets_reads_pass_waiting_writes) {
  for (std::size_t i = 0; i < config::defaults::kubernetes_in_flight + 20; ++i)
    write("ns/a", "{}");
  auto a = send("ns/a", k8s::get(k8s::pods, {"ns", "p"}));
  ASSERT_TRUE(answer("GET /api/v1/namespaces/ns/pods/p", 200));
  EXPECT_TRUE(a->value);
}

TEST_F(kubernetes_gateway_test, takes_an_answer_that_comes_twice_once) {
  auto a = write("ns/a", "{}");
  auto done = net.calls.at(0).done;
  answer("POST", 201);
  done({.status = 500});
  run();
  EXPECT_EQ(a->value->response.status, 201);
}

TEST_F(kubernetes_gateway_test, fails_every_promise_when_it_ends) {
  std::vector<std::shared_ptr<promised<messages::answer>>> all;
  for (std::size_t i = 0; i < config::defaults::kubernetes_in_flight + 1; ++i)
    all.push_back(write("ns/a", "{}"));
  caf::anon_send_exit(gateway, caf::exit_reason::user_shutdown);
  run();
  for (auto& x : all)
    ASSERT_TRUE(x->value);
  EXPECT_TRUE(net::effect_unknown(all.front()->value->response.failure));
  EXPECT_EQ(all.back()->value->response.failure, net::failure::expired);
  EXPECT_TRUE(net.calls.front().cancelled);
}

TEST_F(kubernetes_gateway_test, counts_what_waits_and_what_flies) {
  for (std::size_t i = 0; i < config::defaults::kubernetes_in_flight + 3; ++i)
    write("ns/a", "{}");
  auto a = ask<messages::actor_report>(gateway, messages::describe{});
  EXPECT_EQ(a->value.value().state, "32 in flight, 3 waiting");
}

TEST_F(kubernetes_gateway_test, counts_refused_requests_as_failures) {
  write("ns/a", "{}");
  answer("POST", 409);
  EXPECT_THAT(counters->text(), testing::ContainsRegex("fail[a-z_]*\\{[^}]*POST pods[^}]*\\} 1"));
}

TEST(kubernetes_label_of, names_verb_kind_and_part_without_names_of_objects) {
  struct row {
    k8s::request request;
    std::string label;
  };
  k8s::object_key key{"ns", "x"};
  for (auto& x : std::vector<row>{
           {k8s::get(k8s::pods, key), "GET pods"},
           {k8s::get(k8s::namespaces, {"", "ns"}), "GET namespaces"},
           {k8s::list(k8s::deployments, {}), "GET deployments"},
           {k8s::list(k8s::pods, {.ns = "ns", .label_selector = "a"}), "GET pods"},
           {k8s::patch_status(k8s::flink_applications, key, "{}"), "PATCH flinkapplications/status"},
           {k8s::remove(k8s::services, key, {}), "DELETE services"},
           {{.method = "GET", .target = "/"}, "GET unknown"},
           {{.method = "GET", .target = ""}, "GET unknown"},
       })
    EXPECT_EQ(label_of(x.request), x.label) << x.request.target;
}

TEST(kubernetes_to_http, keeps_target_and_body_and_names_the_content_only_where_there_is_some) {
  auto patch = to_http("https://api:1", k8s::patch_status(k8s::flink_applications, {"ns", "x"}, "{}"));
  EXPECT_EQ(patch.origin, "https://api:1");
  EXPECT_EQ(patch.method, "PATCH");
  EXPECT_EQ(patch.body, "{}");
  EXPECT_EQ(net::find_header(patch.headers, "content-type"), "application/merge-patch+json");
  EXPECT_EQ(net::find_header(to_http("", k8s::get(k8s::pods, {"ns", "x"})).headers, "content-type"), "");
}

} // namespace
} // namespace actors::test
