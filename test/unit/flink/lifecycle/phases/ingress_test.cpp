// The Ingress follows spec.ingress and the operator's template without a deploy.
#include "flink/observation/apply_reply.hpp"
#include "flink/render/render.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string wanted(const scene& s) {
  return ingress_hash(s.app, {.id = "c0"}, s.settings.render);
}

/// A job runs, and its Ingress has the host of the spec.
scene running_with_ingress() {
  auto s = scene::running();
  s.app.spec.ingress.emplace().host = "one.example.org";
  auto head = s.head("app", "", "");
  head.labels[std::string{labels::ingress_hash}] = wanted(s);
  s.seen.objects.ingresses["app"] = std::make_shared<k8s::ingress>(k8s::ingress{.head = head});
  return s.decide();
}

std::string body_of(const scene& s, const action& x) {
  return std::get<api_server_request>(request_for(x, s.app, s.seen, s.settings.render)).request.body;
}

TEST(decide_ingress, one_that_is_as_asked_is_left_alone) {
  auto s = running_with_ingress();
  EXPECT_THAT(s.acts(), Not(Contains(HasSubstr("ingress"))));
}

TEST(decide_ingress, another_host_is_carried_into_it_without_a_deploy) {
  auto s = running_with_ingress();
  s.app.spec.ingress->host = "two.example.org";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  action update = update_ingress{"c0", wanted(s)};
  ASSERT_TRUE(s.does(update));
  EXPECT_THAT(body_of(s, update),
              AllOf(HasSubstr("two.example.org"), HasSubstr(R"("tls":null)"), HasSubstr(wanted(s))));
}

TEST(decide_ingress, a_secret_for_its_certificate_too) {
  auto s = running_with_ingress();
  s.app.spec.ingress->tls_secret_name = "certificate";
  s.decide();
  EXPECT_THAT(body_of(s, update_ingress{"c0", wanted(s)}), HasSubstr(R"("secretName":"certificate")"));
}

TEST(decide_ingress, one_that_nobody_asks_for_any_more_is_deleted) {
  auto s = running_with_ingress();
  s.app.spec.ingress.reset();
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete Ingress app")));
}

TEST(decide_ingress, one_of_another_operator_is_left_as_it_is) {
  auto s = running_with_ingress();
  auto x = *s.seen.objects.ingresses.at("app");
  x.head.labels.erase(std::string{labels::ingress_hash});
  s.seen.objects.ingresses["app"] = std::make_shared<k8s::ingress>(x);
  s.app.spec.ingress->host = "two.example.org";
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(HasSubstr("ingress"))));
}

TEST(decide_ingress, it_waits_for_the_deploy_if_that_is_wanted_too) {
  auto s = running_with_ingress();
  s.app.spec.ingress->host = "two.example.org";
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_THAT(s.acts(), Not(Contains(HasSubstr("ingress"))));
}

TEST(decide_ingress, what_the_api_server_refuses_is_told) {
  auto s = running_with_ingress();
  s.app.spec.ingress->host = "not a host";
  s.failed(update_ingress{"c0", wanted(s)}, failure_class::rejected, "spec.rules[0].host: Invalid value").decide();
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True IngressRefused"), HasSubstr("Invalid value")));
}

} // namespace
} // namespace flink
