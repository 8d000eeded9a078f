// Rules that test/data/bad_resources.yaml does not cover: for each the smallest spec that breaks it, and similar specs
// that do not.
#include "flink/admission/decode.hpp"
#include "flink/admission/validate.hpp"
#include "k8s/json/text.hpp"
#include "test/unit/flink/admission/bad_resources.hpp"

#include <gmock/gmock.h>

#include <ostream>

namespace flink {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

application with(const std::string& spec) {
  std::vector<json::field_error> errors;
  auto x = decode_application(json::apply_merge_patch(good_resource(), R"({"spec":)" + spec + "}"), errors);
  EXPECT_THAT(errors, IsEmpty()) << spec;
  return x;
}

auto says(const std::string& field, const std::string& words) {
  return Contains(AllOf(Field(&json::field_error::field, field), Field(&json::field_error::problem, HasSubstr(words))));
}

struct broken_rule {
  const char* spec;
  const char* field;
  const char* words;
  friend void PrintTo(const broken_rule& x, std::ostream* out) { *out << x.spec; }
};

const broken_rule broken_rules[] = {
    // environment
    {R"({"jobManagerConfig":{"envConfig":{"env":["A"]}}})", "spec.jobManagerConfig.envConfig.env[0]", "object"},
    {R"({"jobManagerConfig":{"envConfig":{"env":[{"value":"x"}]}}})", "spec.jobManagerConfig.envConfig.env[0].name",
     "is missing"},
    {R"({"jobManagerConfig":{"envConfig":{"env":[{"name":7}]}}})", "spec.jobManagerConfig.envConfig.env[0].name",
     "must be a non-empty string"},
    {R"({"jobManagerConfig":{"envConfig":{"env":[{"name":""}]}}})", "spec.jobManagerConfig.envConfig.env[0].name",
     "must be a non-empty string"},
    {R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"A=B"}]}}})", "spec.jobManagerConfig.envConfig.env[0].name",
     "remove equals signs"},
    {R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"A\nB"}]}}})", "spec.jobManagerConfig.envConfig.env[0].name",
     "control characters"},
    {R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"A","value":"a\u0000b"}]}}})",
     "spec.jobManagerConfig.envConfig.env[0].value", "zero byte"},
    {R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"A","value":"a","valueFrom":{"fieldRef":{}}}]}}})",
     "spec.jobManagerConfig.envConfig.env[0].valueFrom", "conflicts with value"},
    {R"({"jobManagerConfig":{"envConfig":{"envFrom":[{}]}}})", "spec.jobManagerConfig.envConfig.envFrom[0]",
     "has no source"},
    // placement
    {R"({"jobManagerConfig":{"nodeSelector":"spot"}})", "spec.jobManagerConfig.nodeSelector", "object"},
    {R"({"jobManagerConfig":{"affinity":"spread"}})", "spec.jobManagerConfig.affinity", "object"},
    {R"({"jobManagerConfig":{"podTemplate":{"status":{}}}})", "spec.jobManagerConfig.podTemplate",
     "is not a field of a pod template"},
    {R"({"jobManagerConfig":{"podTemplate":{"metadata":{"labels":{"mine":"x","flink-app":"x"}}}}})",
     "spec.jobManagerConfig.podTemplate.metadata.labels", "is reserved"},
    // volumes
    {R"({"volumes":["state"]})", "spec.volumes[0]", "object"},
    {R"({"volumes":[{"emptyDir":{}}]})", "spec.volumes[0].name", "is missing"},
    {R"({"volumes":[{"name":"My_Volume"}]})", "spec.volumes[0].name", "must be the name of a volume"},
    {R"({"volumeMounts":["/data"]})", "spec.volumeMounts[0]", "object"},
    // resources
    {R"({"taskManagerConfig":{"resources":{"requests":{"cpu":"2"},"limits":{"cpu":"1"}}}})",
     "spec.taskManagerConfig.resources.requests.cpu", "is more than limits.cpu"},
    // options of Flink
    {R"({"flinkConfig":{"a b":1}})", "spec.flinkConfig", "must be the name of an option"},
    {R"({"flinkConfig":{"a":1e300}})", "spec.flinkConfig.a", "too large for a JSON number"},
    {R"({"flinkConfig":{"high-availability.type":"zookeeper","high-availability.storageDir":"file:///ha"}})",
     "spec.flinkConfig.high-availability.type", "high-availability.zookeeper.quorum"},
    {R"({"flinkConfig":{"high-availability":"kubernetes"}})", "spec.flinkConfig.high-availability",
     "high-availability.storageDir"},
    // the job
    {R"({"programArgsList":["--a","b\u0000c"]})", "spec.programArgsList[1]", "zero byte"},
    {R"({"savepointInfo":{"savepointLocation":"s3://a b"}})", "spec.savepointInfo.savepointLocation",
     "must not contain white space"},
    // names
    {R"({"jobManagerConfig":{"ports":[{"name":"a--b","port":9000}]}})", "spec.jobManagerConfig.ports[0].name",
     "must be a port name"},
    {R"({"jobManagerConfig":{"ports":[{"name":"1234","port":9000}]}})", "spec.jobManagerConfig.ports[0].name",
     "with at least one letter"},
    {R"({"jobManagerConfig":{"ports":[{"name":"sixteen-letters-","port":9000}]}})",
     "spec.jobManagerConfig.ports[0].name", "at most 15"},
    {R"({"jobManagerConfig":{"ports":[{"name":"a-very-long-name","port":9000}]}})",
     "spec.jobManagerConfig.ports[0].name", "at most 15"},
    {R"({"ingress":{"tlsSecretName":"A"}})", "spec.ingress.tlsSecretName",
     "is not a valid name of a Kubernetes object"},
    {R"({"ingress":{"host":"a..b"}})", "spec.ingress.host", "must be a host name"},
};

class broken : public testing::TestWithParam<broken_rule> {};

TEST_P(broken, is_named_with_its_field) {
  EXPECT_THAT(validate(with(GetParam().spec)), says(GetParam().field, GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(rules, broken, testing::ValuesIn(broken_rules));

class kept : public testing::TestWithParam<const char*> {};

TEST_P(kept, is_not_refused) {
  EXPECT_THAT(validate(with(GetParam())), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    rules, kept,
    testing::Values(
        R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"A","value":null,"valueFrom":{"fieldRef":{}}}]}}})",
        R"({"jobManagerConfig":{"envConfig":{"env":[{"name":"A","value":"a","valueFrom":null}]}}})",
        R"({"jobManagerConfig":{"envConfig":{"envFrom":[{"secretRef":{"name":"s"}}]}}})",
        R"({"jobManagerConfig":{"affinity":{"nodeAffinity":{}}}})",
        R"({"jobManagerConfig":{"podTemplate":{"apiVersion":"v1","kind":"Pod","metadata":{},"spec":{}}}})",
        R"({"taskManagerConfig":{"resources":{"requests":null,"limits":null}}})",
        R"({"taskManagerConfig":{"resources":{"requests":{"cpu":"1"},"limits":{"memory":"1Gi"}}}})",
        R"({"taskManagerConfig":{"resources":{"requests":{"cpu":"1"},"limits":{"cpu":"1000m"}}}})",
        R"({"flinkConfig":{"a":-9007199254740991}})",
        R"({"flinkConfig":{"high-availability.type":"zookeeper","high-availability.storageDir":"file:///ha",
                                       "high-availability.zookeeper.quorum":"zk:2181"}})",
        R"({"savepointInfo":{"savepointLocation":"s3://a"}})", R"({"ingress":{"className":"nginx"}})",
        R"({"ingress":{"host":""}})"));

// -- warnings ----------------------------------------------------------------------------------------------------

TEST(a_warning, names_in_place_in_blue_green) {
  EXPECT_THAT(warnings(with(R"({"deploymentMode":"BlueGreen","scaleMode":"InPlace"})")),
              says("spec.scaleMode", "scales by deploying a new version"));
  EXPECT_THAT(warnings(with(R"({"deploymentMode":"BlueGreen","tearDownVersionHash":"0badcafe"})")), IsEmpty());
}

TEST(a_warning, names_the_right_that_high_availability_needs) {
  std::string config
      = R"("flinkConfig":{"high-availability.type":"kubernetes","high-availability.storageDir":"file:///ha"})";
  EXPECT_THAT(warnings(with("{" + config + "}")),
              says("spec.flinkConfig.high-availability.type", "set serviceAccountName"));
  EXPECT_THAT(warnings(with("{" + config + R"(,"serviceAccountName":"flink"})")), IsEmpty());
}

TEST(a_warning, ignores_empty_fields) {
  EXPECT_THAT(warnings(with(R"({"tearDownVersionHash":"","savepointInfo":{"savepointLocation":""}})")), IsEmpty());
  EXPECT_THAT(warnings(with(R"({"savepointInfo":{}})")), IsEmpty());
}

} // namespace
} // namespace flink
