#include "flink/admission/decode.hpp"
#include "flink/admission/rules.hpp"
#include "flink/admission/validate.hpp"
#include "flink/resource/version.hpp"
#include "k8s/json/text.hpp"
#include "test/unit/flink/admission/bad_resources.hpp"

#include <gtest/gtest.h>

namespace {

flink::application changed(std::string_view patch) {
  std::vector<json::field_error> errors;
  auto result = flink::decode_application(json::apply_merge_patch(good_resource(), patch), errors);
  EXPECT_TRUE(errors.empty()) << json::to_string(errors.front());
  return result;
}

std::string text_of(const std::vector<json::field_error>& all) {
  std::string out;
  for (auto& x : all)
    out += json::to_string(x) + '\n';
  return out;
}

// test/data/bad_resources.yaml has the specs that are refused; these must not be.
class harmless : public testing::TestWithParam<const char*> {};

TEST_P(harmless, is_not_refused) {
  auto errors = flink::validate(changed(GetParam()));
  EXPECT_TRUE(errors.empty()) << text_of(errors);
}

INSTANTIATE_TEST_SUITE_P(
    table, harmless,
    testing::Values(
        // The longest name, and the label with the application's own name, which some tools set.
        R"({"metadata":{"name":"abcdefghij-abcdefghij-abcdefghij-abcdefghij-abcdefghij"}})",
        R"({"metadata":{"labels":{"flink-app":"good","app.kubernetes.io/name":"x"}}})",
        // Options that the Go operator replaced silently.
        R"({"spec":{"flinkConfig":{"jobmanager.rpc.address":"x","rest.port":1,"kubernetes.cluster-id":"x"}}})",
        // Old names of options, which the renderer replaces.
        R"({"spec":{"flinkConfig":{"restart-strategy":"fixed-delay","restart-strategy.fixed-delay.attempts":3}}})",
        // A parent and its child, in a Flink with a flat configuration.
        R"({"spec":{"flinkVersion":"1.18","flinkConfig":{"a.b":1,"a.b.c":2}}})",
        R"({"spec":{"flinkConfig":{"a.b":1,"a.b-c":2}}})", R"({"spec":{"flinkConfig":{"high-availability":"NONE"}}})",
        R"({"spec":{"flinkConfig":{"high-availability.type":"org.example.Factory"}}})",
        R"({"spec":{"flinkVersion":"1.9","taskManagerConfig":{"offHeapMemoryFraction":0.5}}})",
        R"({"spec":{"flinkVersion":null,"taskManagerConfig":{"systemMemoryFraction":0.5}}})",
        R"({"spec":{"programArgs":"","programArgsList":["--a","b c"]}})",
        R"({"spec":{"programArgs":"--sql 'select 1'\n\t--b","programArgsList":[]}})",
        R"({"spec":{"rpcPort":6124,"queryPort":6123}})",
        R"({"spec":{"deploymentMode":"Single"},"status":{"deployHash":"0badcafe","deploymentMode":"Dual"}})",
        R"({"spec":{"deploymentMode":"BlueGreen"},"status":{"deployHash":"0badcafe","deploymentMode":"BlueGreen"}})",
        R"({"spec":{"deploymentMode":"BlueGreen"},"status":{"phase":"ClusterStarting","deploymentMode":"Dual"}})",
        R"({"spec":{"taskManagerConfig":{"resources":{"limits":{"nvidia.com/gpu":2,"cpu":0.5,"memory":"1e9"}}}}})",
        R"({"spec":{"taskManagerConfig":{"resources":{"requests":{"cpu":"500m"},"limits":{"cpu":0.5}}}}})",
        R"({"spec":{"jobManagerConfig":{"envConfig":{"env":[{"name":"A"},{"name":"my.var","value":""}]}}}})",
        R"({"spec":{"ingress":{"host":"*.example.org","className":"nginx","tlsSecretName":"a"}}})",
        R"({"spec":{"volumeMounts":[{"name":"injected","mountPath":"/x"}]}})"));

TEST(a_warning, names_an_option_that_the_operator_replaces) {
  auto warnings = flink::warnings(changed(R"({"spec":{"flinkConfig":{"taskmanager.numberOfTaskSlots":4}}})"));
  ASSERT_EQ(warnings.size(), 1U) << text_of(warnings);
  EXPECT_EQ(warnings[0].field, "spec.flinkConfig.taskmanager.numberOfTaskSlots");
  EXPECT_EQ(warnings[0].problem,
            "\"4\" has no effect, because the operator sets this option: use taskManagerConfig.taskSlots");
}

TEST(a_warning, names_fields_without_effect) {
  auto warnings = flink::warnings(changed(R"({"spec":{"tearDownVersionHash":"0badcafe",
      "savepointInfo":{"savepointLocation":"s3://a"},"flinkConfig":{"state.savepoints.dir":null}}})"));
  EXPECT_EQ(warnings.size(), 3U) << text_of(warnings);
}

TEST(in_quotes, shows_what_cannot_be_seen_and_cuts_what_is_long) {
  using flink::check::in_quotes;
  EXPECT_EQ(in_quotes("a b"), R"("a b")");
  EXPECT_EQ(in_quotes("a\n\x7f"), R"("a\x0a\x7f")");
  EXPECT_EQ(in_quotes(std::string(41, 'x')), '"' + std::string(40, 'x') + "...\"");
  // 39 bytes and half an umlaut.
  EXPECT_EQ(in_quotes(std::string(39, 'x') + "\xc3\xa4y"), '"' + std::string(39, 'x') + "...\"");
}

TEST(version, is_read_from_what_people_write) {
  using flink::parse_version;
  using flink::version;
  EXPECT_EQ(parse_version("1.20"), (version{1, 20}));
  EXPECT_EQ(parse_version("v1.11.3"), (version{1, 11}));
  EXPECT_EQ(parse_version("2.2-SNAPSHOT"), (version{2, 2}));
  EXPECT_EQ(parse_version("1.20-java17"), (version{1, 20}));
  EXPECT_EQ(parse_version("v2_2"), (version{2, 2}));
  EXPECT_EQ(parse_version("v1_20"), (version{1, 20}));
  for (auto text : {"", "v", "1", "1.", "latest", "1.x", "1.20x", "-1.2", "1.-2", "99999999999.1"})
    EXPECT_EQ(parse_version(text), std::nullopt) << text;
}

} // namespace
