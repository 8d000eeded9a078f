#include "k8s/failure.hpp"

#include <gtest/gtest.h>

#include <ostream>
#include <set>
#include <string_view>

namespace k8s {

void PrintTo(failure_class x, std::ostream* out);

void PrintTo(failure_class x, std::ostream* out) {
  *out << to_string(x);
}

namespace {

using testing::ValuesIn;
using enum failure_class;

struct answer {
  const char* name;
  int status;
  const char* body;
  failure_class kind;
  const char* message;
  friend void PrintTo(const answer& x, std::ostream* out) { *out << x.name; }
};

const answer refusals[] = {
    {"an object that exists", 409,
     R"({"kind":"Status","message":"deployments.apps \"a\" already exists","reason":"AlreadyExists","details":{"name":"a"},"code":409})",
     duplicate, "deployments.apps \"a\" already exists"},
    {"an old resourceVersion", 409,
     R"({"kind":"Status","message":"Operation cannot be fulfilled","reason":"Conflict","details":{"name":"a"},"code":409})",
     conflict, "Operation cannot be fulfilled"},
    {"a conflict without words", 409, "", conflict, "HTTP status 409"},
    {"an object that is not there", 404,
     R"({"kind":"Status","message":"pods \"a\" not found","reason":"NotFound","details":{"name":"a","kind":"pods"},"code":404})",
     gone, "pods \"a\" not found"},
    {"a resource that is not served says nothing about objects", 404, "404 page not found\n", transient,
     "404 page not found"},
    {"a resource that the server cannot find says nothing about objects", 404,
     R"({"kind":"Status","message":"the server could not find the requested resource","reason":"NotFound","details":{},"code":404})",
     transient, "the server could not find the requested resource"},
    {"a missing right", 403,
     R"({"kind":"Status","message":"deployments.apps is forbidden: User \"system:serviceaccount:f:o\" cannot create resource \"deployments\" in API group \"apps\" in the namespace \"f\"","reason":"Forbidden","code":403})",
     forbidden,
     "deployments.apps is forbidden: User \"system:serviceaccount:f:o\" cannot create resource \"deployments\" in API "
     "group \"apps\" in the namespace \"f\""},
    {"a quota", 403,
     R"({"kind":"Status","message":"pods \"a\" is forbidden: exceeded quota: q, requested: cpu=4, used: cpu=1, limited: cpu=4","reason":"Forbidden","code":403})",
     rejected, "pods \"a\" is forbidden: exceeded quota: q, requested: cpu=4, used: cpu=1, limited: cpu=4"},
    {"a pod that PodSecurity refuses", 403,
     R"({"kind":"Status","message":"pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true","reason":"Forbidden","code":403})",
     rejected, "pods \"a\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true"},
    {"a webhook that says no", 403,
     R"({"kind":"Status","message":"admission webhook \"p.example.com\" denied the request: no","reason":"Forbidden","code":403})",
     rejected, "admission webhook \"p.example.com\" denied the request: no"},
    {"a webhook that does not answer", 500,
     R"({"kind":"Status","message":"Internal error occurred: failed calling webhook \"p\": context deadline exceeded","reason":"InternalError","code":500})",
     transient, "Internal error occurred: failed calling webhook \"p\": context deadline exceeded"},
    {"a 403 that is no Status", 403, "<html><title>Blocked</title></html>", forbidden, "Blocked"},
    {"an expired token", 401, R"({"kind":"Status","message":"Unauthorized","reason":"Unauthorized","code":401})",
     forbidden, "Unauthorized"},
    {"an object that breaks its schema", 422,
     R"({"kind":"Status","message":"Deployment.apps \"a\" is invalid: spec.x: Required value","reason":"Invalid","code":422})",
     rejected, "Deployment.apps \"a\" is invalid: spec.x: Required value"},
    {"a Service of an API server that is ending", 422,
     R"({"kind":"Status","message":"Service \"a\" is invalid: spec.clusterIPs: Invalid value: [\"\"]: failed to allocate IP: Post \"https://[::1]:6443/apis/networking.k8s.io/v1/ipaddresses\": connection refused","reason":"Invalid","code":422})",
     transient,
     "Service \"a\" is invalid: spec.clusterIPs: Invalid value: [\"\"]: failed to allocate IP: Post "
     "\"https://[::1]:6443/apis/networking.k8s.io/v1/ipaddresses\": connection refused"},
    {"a body that does not decode", 400,
     R"({"kind":"Status","message":"quantities must match the regular expression","reason":"BadRequest","code":400})",
     rejected, "quantities must match the regular expression"},
    {"storage that is being initialised", 429,
     R"({"kind":"Status","message":"storage is (re)initializing","reason":"TooManyRequests","code":429})", transient,
     "storage is (re)initializing"},
    {"a compacted version", 410,
     R"({"kind":"Status","message":"too old resource version","reason":"Expired","code":410})", conflict,
     "too old resource version"},
    {"an overloaded server", 503, "", transient, "HTTP status 503"},
    {"a request that took too long to arrive", 408, "", transient, "HTTP status 408"},
    {"a redirect that nobody expects", 302, "", transient, "HTTP status 302"},
    {"a policy that speaks of a user", 403,
     R"({"kind":"Status","message":"denied: User \"x\" is on holiday","reason":"Forbidden","code":403})", rejected,
     "denied: User \"x\" is on holiday"},
    {"an address before a colon stays whole", 502, "\n 10.96.0.1: connection refused\nsecond line", transient,
     "10.96.0.1: connection refused"},
    {"a Status of wrong types", 500, R"({"reason":5,"message":{"a":1},"details":[]})", transient, "HTTP status 500"},
    {"a Status that is a list", 500, "[1]", transient, "HTTP status 500"},
};

class api_server_answer : public testing::TestWithParam<answer> {};

TEST_P(api_server_answer, is_understood) {
  auto& x = GetParam();
  EXPECT_EQ(classify(x.status, x.body), (failure{.kind = x.kind, .status = x.status, .message = x.message}));
}

INSTANTIATE_TEST_SUITE_P(kubernetes, api_server_answer, ValuesIn(refusals));

TEST(failure_class_names, differ) {
  std::set<std::string_view> names;
  for (auto x : {not_sent, unknown, transient, rejected, conflict, duplicate, gone, forbidden, malformed})
    names.insert(to_string(x));
  EXPECT_EQ(names.size(), 9u);
}

TEST(retryable, is_what_may_be_sent_again_in_an_unchanged_world) {
  for (auto x : {not_sent, transient, malformed})
    EXPECT_TRUE(retryable(x)) << to_string(x);
  for (auto x : {unknown, rejected, conflict, duplicate, gone, forbidden})
    EXPECT_FALSE(retryable(x)) << to_string(x);
}

} // namespace
} // namespace k8s
