#include "local/model/cluster.hpp"
#include "local/server/certificate.hpp"
#include "local/server/counters.hpp"
#include "local/server/front.hpp"
#include "net/client.hpp"
#include "net/thread.hpp"

#include <gmock/gmock.h>

#include <future>
#include <memory>

namespace local::server {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

/// A cluster behind a real socket, and a client before it.
class front_test : public testing::Test {
public:
  net::thread io;
  net::client client{io, {}};
  model::moment now{std::chrono::sys_days{std::chrono::year{2026} / 1 / 1}};
  uint64_t seed = 1;
  model::cluster cluster{[this] { return seed = seed * 6364136223846793005u + 1; }, now};
  identity self = make_identity();
  std::unique_ptr<front> served;

  void SetUp() override {
    front_options options{.token = "secret", .certificate = self.certificate, .private_key = self.private_key};
    options.logs = [](const model::log_request& x) {
      return x.pod == "p" ? std::optional{"hello\n" + x.container} : std::nullopt;
    };
    served = std::make_unique<front>(io, client, cluster, [this] { return now; }, std::move(options));
    login("secret");
  }

  void login(const std::string& token) {
    client.configure(served->origin(),
                     {.tls = {.ca = self.certificate}, .authorization = [token](bool) { return "Bearer " + token; }});
  }

  net::response ask(std::string method, std::string target, std::string body = {}) {
    std::promise<net::response> answer;
    client.send({served->origin(),
                 std::move(method),
                 std::move(target),
                 {{"Content-Type", "application/json"}},
                 std::move(body)},
                net::clock::now() + 20s, [&](net::response x) { answer.set_value(std::move(x)); });
    return answer.get_future().get();
  }
};

TEST_F(front_test, serves_the_api_over_tls) {
  auto answer = ask("GET", "/api/v1/namespaces/default");
  EXPECT_EQ(answer.status, 200) << answer.detail;
  EXPECT_THAT(answer.body, HasSubstr(R"("name":"default")"));
}

TEST_F(front_test, lets_nobody_in_without_the_token) {
  login("guess");
  auto answer = ask("GET", "/api/v1/namespaces");
  EXPECT_EQ(answer.status, 401);
  EXPECT_THAT(answer.body, HasSubstr(R"("reason":"Unauthorized")"));
  EXPECT_EQ(ask("GET", "/readyz").status, 200);
}

TEST_F(front_test, streams_what_other_clients_do) {
  std::promise<std::string> line;
  auto stream = client.stream(
      {served->origin(), "GET", "/api/v1/namespaces/default/configmaps?watch=1&resourceVersion=1"},
      net::clock::now() + 20s, 20s, [&](std::string_view x) { line.set_value(std::string{x}); }, [](net::response) {});
  EXPECT_EQ(ask("POST", "/api/v1/namespaces/default/configmaps", R"({"metadata":{"name":"a"}})").status, 201);
  EXPECT_THAT(line.get_future().get(), HasSubstr(R"({"type":"ADDED")"));
  client.cancel(stream);
}

TEST_F(front_test, lets_controllers_act_after_a_request) {
  std::promise<void> seen;
  auto stream = client.stream(
      {served->origin(), "GET", "/api/v1/namespaces/n/serviceaccounts?watch=1&resourceVersion=1"},
      net::clock::now() + 20s, 20s, [&](std::string_view) { seen.set_value(); }, [](net::response) {});
  EXPECT_EQ(ask("POST", "/api/v1/namespaces", R"({"metadata":{"name":"n"}})").status, 201);
  seen.get_future().get();
  client.cancel(stream);
}

TEST_F(front_test, ends_watches_in_order_when_it_goes) {
  std::promise<net::response> end;
  std::promise<void> begun;
  client.stream(
      {served->origin(), "GET", "/api/v1/namespaces?watch=1"}, net::clock::now() + 20s, 20s,
      [&, first = true](std::string_view) mutable {
        if (std::exchange(first, false))
          begun.set_value();
      },
      [&](net::response x) { end.set_value(std::move(x)); });
  begun.get_future().get();
  served.reset();
  EXPECT_EQ(end.get_future().get().failure, net::failure::none);
}

TEST_F(front_test, hands_out_logs) {
  auto pod = R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})";
  ask("POST", "/api/v1/namespaces/default/pods", pod);
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/default/pods/p/log?container=c").status, 204);
  ask("POST", "/api/v1/namespaces/default/pods/p/binding", R"({"metadata":{"name":"p"},"target":{"name":"n"}})");
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/default/pods/p/log?container=c").body, "hello\nc");
  EXPECT_EQ(ask("GET", "/api/v1/namespaces/default/pods/q/log").status, 404);
}

TEST_F(front_test, passes_proxied_requests_on_to_the_pod) {
  net::server pod{io, {}, [](net::server_request x, std::shared_ptr<net::exchange> peer) {
                    peer->reply(202, {{"Content-Type", "text/plain"}}, x.method + " " + x.target + " " + x.body);
                  }};
  ask("POST", "/api/v1/namespaces/default/pods",
      R"({"metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}})");
  auto path = std::string{"/api/v1/namespaces/default/pods/p"};
  auto proxy = path + ":" + std::to_string(pod.port()) + "/proxy/jars/x/run?a=b";
  EXPECT_EQ(ask("POST", proxy, "{}").status, 400);
  std::promise<int> told;
  client.send({served->origin(),
               "PATCH",
               path + "/status",
               {{"Content-Type", "application/merge-patch+json"}},
               R"({"status":{"podIP":"127.0.0.1"}})"},
              net::clock::now() + 20s, [&](net::response x) { told.set_value(x.status); });
  EXPECT_EQ(told.get_future().get(), 200);
  auto answer = ask("POST", proxy, "{}");
  EXPECT_EQ(answer.status, 202);
  EXPECT_EQ(answer.body, "POST /jars/x/run?a=b {}");
}

TEST(counters, are_named_like_those_of_the_real_server) {
  counters x;
  x.count("GET", "/api/v1/namespaces/default/pods?watch=1", "kubectl/v1 (linux)", 200);
  x.count("PATCH", "/apis/flink.k8s.io/v1beta1/namespaces/default/flinkapplications/a/status", "flink-operator", 409);
  EXPECT_THAT(
      x.text(),
      HasSubstr(
          R"(apiserver_request_total{verb="WATCH",resource="pods",subresource="",client="kubectl",code="200"} 1)"));
  EXPECT_THAT(
      x.text(),
      HasSubstr(
          R"(apiserver_request_total{verb="PATCH",resource="flinkapplications",subresource="status",client="flink-operator",code="409"} 1)"));
}

TEST(certificate, is_new_each_time) {
  EXPECT_NE(make_identity().private_key, make_identity().private_key);
  EXPECT_NE(make_token(), make_token());
  EXPECT_EQ(to_base64("ab"), "YWI=");
}

} // namespace
} // namespace local::server
