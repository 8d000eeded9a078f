#include "k8s/finalizer.hpp"
#include "k8s/json/text.hpp"
#include "k8s/requests.hpp"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using k8s::request;

TEST(requests, are_spelled_as_the_api_server_wants_them) {
  struct row {
    request got;
    std::string method;
    std::string target;
    std::string content_type;
    std::string body;
  };
  k8s::object_key key{"ns", "a"};
  auto manager = std::string{"fieldManager=flink-operator"};
  for (auto& x : std::initializer_list<row>{
           {k8s::list(k8s::pods, {}), "GET", "/api/v1/pods?limit=500", "", ""},
           {k8s::list(k8s::deployments, {"ns", "flink-app,x!=y z", ""}, "to+ken/="), "GET",
            "/apis/apps/v1/namespaces/ns/deployments?labelSelector=flink-app%2Cx%21%3Dy%20z&limit=500"
            "&continue=to%2Bken%2F%3D",
            "", ""},
           {k8s::watch(k8s::flink_applications, {}, "17", 250s), "GET",
            "/apis/flink.k8s.io/v1beta1/flinkapplications?watch=1&allowWatchBookmarks=true&resourceVersion=17"
            "&timeoutSeconds=250",
            "", ""},
           {k8s::get(k8s::leases, key), "GET", "/apis/coordination.k8s.io/v1/namespaces/ns/leases/a", "", ""},
           {k8s::get(k8s::namespaces, {"ignored", "x"}), "GET", "/api/v1/namespaces/x", "", ""},
           {k8s::get(k8s::pods, {"n/s", "a?b#ü"}), "GET", "/api/v1/namespaces/n%2Fs/pods/a%3Fb%23%C3%BC", "", ""},
           {k8s::create(k8s::services, "ns", "{}"), "POST", "/api/v1/namespaces/ns/services?" + manager,
            "application/json", "{}"},
           {k8s::dry_run_create(k8s::pods, "ns", "{}"), "POST", "/api/v1/namespaces/ns/pods?dryRun=All&" + manager,
            "application/json", "{}"},
           {k8s::replace(k8s::leases, key, "{}"), "PUT",
            "/apis/coordination.k8s.io/v1/namespaces/ns/leases/a?" + manager, "application/json", "{}"},
           {k8s::merge_patch(k8s::deployments, key, "{}"), "PATCH",
            "/apis/apps/v1/namespaces/ns/deployments/a?" + manager, "application/merge-patch+json", "{}"},
           {k8s::json_patch(k8s::ingresses, key, "[]"), "PATCH",
            "/apis/networking.k8s.io/v1/namespaces/ns/ingresses/a?" + manager, "application/json-patch+json", "[]"},
           {k8s::patch_status(k8s::flink_applications, key, "{}"), "PATCH",
            "/apis/flink.k8s.io/v1beta1/namespaces/ns/flinkapplications/a/status?" + manager,
            "application/merge-patch+json", "{}"},
           {k8s::remove(k8s::pods, key, {}), "DELETE", "/api/v1/namespaces/ns/pods/a", "application/json",
            R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Background"})"},
           {k8s::remove(k8s::pods, key, {"u\"", k8s::propagation::Orphan, 0}), "DELETE", "/api/v1/namespaces/ns/pods/a",
            "application/json",
            R"({"apiVersion":"v1","kind":"DeleteOptions","propagationPolicy":"Orphan",)"
            R"("preconditions":{"uid":"u\""},"gracePeriodSeconds":0})"},
       }) {
    EXPECT_EQ(x.got.method, x.method) << x.target;
    EXPECT_EQ(x.got.target, x.target);
    EXPECT_EQ(x.got.content_type, x.content_type) << x.target;
    EXPECT_EQ(x.got.body, x.body) << x.target;
  }
}

TEST(requests, know_the_version_of_a_type) {
  EXPECT_EQ(api_version(k8s::pods), "v1");
  EXPECT_EQ(api_version(k8s::deployments), "apps/v1");
}

struct finalizer : testing::Test {
  k8s::object_meta meta;
  finalizer() {
    meta.uid = "u";
    meta.resource_version = "7";
  }
};

TEST_F(finalizer, is_put_on_an_object_without_any_only_in_the_version_that_was_read) {
  EXPECT_EQ(k8s::add_finalizer(meta, "f"), R"([{"op":"test","path":"/metadata/uid","value":"u"},)"
                                           R"({"op":"test","path":"/metadata/resourceVersion","value":"7"},)"
                                           R"({"op":"add","path":"/metadata/finalizers","value":["f"]}])");
}

TEST_F(finalizer, is_put_behind_others_only_if_they_are_unchanged) {
  meta.finalizers = {"x", "y"};
  EXPECT_EQ(k8s::add_finalizer(meta, "f"), R"([{"op":"test","path":"/metadata/uid","value":"u"},)"
                                           R"({"op":"test","path":"/metadata/finalizers","value":["x","y"]},)"
                                           R"({"op":"add","path":"/metadata/finalizers/-","value":"f"}])");
}

TEST_F(finalizer, is_taken_off_only_from_where_it_was) {
  meta.finalizers = {"x", "f", "y"};
  EXPECT_EQ(k8s::remove_finalizer(meta, "f"), R"([{"op":"test","path":"/metadata/uid","value":"u"},)"
                                              R"({"op":"test","path":"/metadata/finalizers/1","value":"f"},)"
                                              R"({"op":"remove","path":"/metadata/finalizers/1"}])");
}

TEST_F(finalizer, needs_no_patch_when_all_is_as_it_should_be) {
  EXPECT_EQ(k8s::remove_finalizer(meta, "f"), std::nullopt);
  meta.finalizers = {"f"};
  EXPECT_EQ(k8s::add_finalizer(meta, "f"), std::nullopt);
}

TEST_F(finalizer, is_not_put_on_an_object_that_is_being_deleted) {
  meta.deletion_timestamp = "2026-01-01T00:00:00Z";
  EXPECT_EQ(k8s::add_finalizer(meta, "f"), std::nullopt);
}

} // namespace
