#include "local/model/kinds/schema.hpp"
#include "test/unit/local/world.hpp"

#include <gmock/gmock.h>

#include <fstream>
#include <sstream>

namespace local::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

struct bad_spec {
  const char* why;
  std::string spec;
  /// Field and reason of the one cause.
  const char* field;
  const char* reason;
};

class bad_custom_resource : public testing::TestWithParam<bad_spec> {};

TEST_P(bad_custom_resource, is_refused_with_the_field_and_the_reason) {
  sea x;
  auto answer = x.post(ships, ship("s", GetParam().spec));
  ASSERT_EQ(answer.status, 422) << model::json::serialize(answer.body);
  EXPECT_EQ(answer.text("reason"), "Invalid");
  auto& causes = answer.body.at("details").at("causes").get_array();
  ASSERT_EQ(causes.size(), 1u) << model::json::serialize(answer.body);
  EXPECT_EQ(model::text_at(causes[0], "field"), GetParam().field);
  EXPECT_EQ(model::text_at(causes[0], "reason"), GetParam().reason);
}

INSTANTIATE_TEST_SUITE_P(
    rows, bad_custom_resource,
    testing::Values(
        bad_spec{"a missing field", R"({})", "spec.port", "FieldValueRequired"},
        bad_spec{"a number for a text", R"({"port":7})", "spec.port", "FieldValueTypeInvalid"},
        bad_spec{"null where null is not allowed", R"({"port":null})", "spec.port", "FieldValueTypeInvalid"},
        bad_spec{"an unknown word", R"({"port":"rio","rig":"gaff"})", "spec.rig", "FieldValueNotSupported"},
        bad_spec{"too long", R"({"port":"portoalegre"})", "spec.port", "FieldValueTooLong"},
        bad_spec{"too short", R"({"port":"p"})", "spec.port", "FieldValueInvalid"},
        bad_spec{"the wrong form", R"({"port":"Rio"})", "spec.port", "FieldValueInvalid"},
        bad_spec{"a fraction", R"({"port":"rio","masts":1.5})", "spec.masts", "FieldValueTypeInvalid"},
        bad_spec{"too much", R"({"port":"rio","masts":6})", "spec.masts", "FieldValueInvalid"},
        bad_spec{"too little", R"({"port":"rio","masts":-1})", "spec.masts", "FieldValueInvalid"},
        bad_spec{"nothing where something is asked", R"({"port":"rio","tons":0})", "spec.tons", "FieldValueInvalid"},
        bad_spec{"a word for a boolean", R"({"port":"rio","afloat":"yes"})", "spec.afloat", "FieldValueTypeInvalid"},
        bad_spec{"too many", R"({"port":"rio","ports":["a","b","c"]})", "spec.ports", "FieldValueTooMany"},
        bad_spec{"twice the same", R"({"port":"rio","ports":["a","a"]})", "spec.ports[1]", "FieldValueDuplicate"},
        bad_spec{"a list of the wrong things", R"({"port":"rio","ports":["a",1]})", "spec.ports[1]",
                 "FieldValueTypeInvalid"},
        bad_spec{"a map of the wrong things", R"({"port":"rio","cargo":{"tea":1}})", "spec.cargo.tea",
                 "FieldValueTypeInvalid"},
        bad_spec{"a list for number or text", R"({"port":"rio","load":[]})", "spec.load", "FieldValueTypeInvalid"}));

TEST(schema, refuses_an_integer_beyond_32_bits_also_without_a_maximum) {
  auto schema = model::json::parse(R"({"type":"object","properties":{"n":{"type":"integer","format":"int32"}}})");
  auto causes = model::check(schema, {{"n", 2147483648}});
  ASSERT_EQ(causes.size(), 1u);
  EXPECT_EQ(causes[0].field, "n");
  EXPECT_THAT(model::check(schema, {{"n", 2147483647}}), IsEmpty());
}

TEST(schema, names_every_fault_at_once) {
  sea x;
  auto answer = x.post(ships, ship("s", R"({"rig":"gaff","masts":9})"));
  EXPECT_EQ(answer.body.at("details").at("causes").get_array().size(), 3u);
  EXPECT_THAT(answer.text("message"), HasSubstr("spec.port: Required value"));
  EXPECT_THAT(answer.text("message"),
              HasSubstr(R"(spec.rig: Unsupported value: "gaff": supported values: "square", "lateen")"));
}

TEST(schema, fills_in_defaults_and_takes_null_for_a_default) {
  sea x;
  EXPECT_EQ(x.post(ships, ship("a", R"({"port":"rio"})")).integer("spec.masts"), 1);
  EXPECT_EQ(x.post(ships, ship("b", R"({"port":"rio","masts":null})")).integer("spec.masts"), 1);
  auto kept = x.post(ships, ship("c", R"({"port":"rio","motto":null})"));
  EXPECT_TRUE(kept.body.at("spec").at("motto").is_null());
}

TEST(schema, drops_unknown_fields_with_a_warning_but_keeps_free_parts) {
  sea x;
  auto answer = x.post(ships, ship("s", R"({"port":"rio","prot":1,"free":{"a":{"b":1}},"any":[1,"x"]})"));
  EXPECT_EQ(answer.status, 201);
  EXPECT_THAT(answer.warnings, ElementsAre(R"(unknown field "spec.prot")"));
  EXPECT_EQ(model::find(answer.body, "spec.prot"), nullptr);
  EXPECT_EQ(answer.integer("spec.free.a.b"), 1);
  EXPECT_EQ(answer.body.at("spec").at("any").get_array().size(), 2u);
}

TEST(schema, refuses_unknown_fields_if_the_client_asks_to) {
  sea x;
  auto answer = x.post(std::string{ships} + "?fieldValidation=Strict", ship("s", R"({"port":"rio","prot":1})"));
  EXPECT_EQ(answer.status, 400);
  EXPECT_THAT(answer.text("message"), HasSubstr(R"(strict decoding error: unknown field "spec.prot")"));
  EXPECT_THAT(x.post(std::string{ships} + "?fieldValidation=Ignore", ship("s", R"({"port":"rio","prot":1})")).warnings,
              IsEmpty());
}

struct bad_builtin {
  const char* path;
  std::string body;
  int status;
  const char* said;
};

class bad_object : public testing::TestWithParam<bad_builtin> {};

TEST_P(bad_object, is_refused_in_the_words_of_the_real_server) {
  world x;
  auto answer = x.post(GetParam().path, GetParam().body);
  EXPECT_EQ(answer.status, GetParam().status) << model::json::serialize(answer.body);
  EXPECT_THAT(answer.text("message"), HasSubstr(GetParam().said));
}

std::string pod(const std::string& spec) {
  return R"({"metadata":{"name":"p"},"spec":)" + spec + "}";
}

INSTANTIATE_TEST_SUITE_P(
    rows, bad_object,
    testing::Values(
        bad_builtin{pods, "{", 400, "json parse error"}, bad_builtin{pods, "[]", 400, "not a JSON object"},
        bad_builtin{pods, R"({"metadata":"x"})", 400, "metadata must be an object"},
        bad_builtin{pods, R"({"kind":"Service","apiVersion":"v1"})", 400, "unrecognized"},
        bad_builtin{pods, pod("{}"), 422, "spec.containers: Required value"},
        bad_builtin{pods, pod(R"({"containers":[{"name":"c"}]})"), 422, "spec.containers[0].image: Required value"},
        bad_builtin{pods, pod(R"({"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1x"}}}]})"), 400,
                    "quantities must match"},
        bad_builtin{
            pods,
            pod(R"({"containers":[{"name":"c","image":"i","resources":{"limits":{"cpu":"1"},"requests":{"cpu":"2"}}}]})"),
            422, "must be less than or equal to cpu limit"},
        bad_builtin{pods,
                    pod(R"({"containers":[{"name":"c","image":"i","volumeMounts":[{"name":"v","mountPath":"/v"}]}]})"),
                    422, R"(spec.containers[0].volumeMounts[0].name: Not found: "v")"},
        bad_builtin{pods,
                    pod(R"({"containers":[{"name":"c","image":"i"}],"tolerations":[{"key":"k","operator":"Is"}]})"),
                    422, R"(spec.tolerations[0].operator: Unsupported value: "Is")"},
        bad_builtin{pods, pod(R"({"containers":[{"name":"c","image":"i"}],"serviceAccountName":"nobody"})"), 403,
                    R"(serviceaccount "nobody" not found)"},
        bad_builtin{pods, pod(R"({"containers":[{"name":"c","image":"i"}],"priorityClassName":"top"})"), 403,
                    "no PriorityClass with name top was found"},
        bad_builtin{config_maps, config_map("Upper"), 422, "a lowercase RFC 1123 subdomain"},
        bad_builtin{config_maps, config_map("a", R"("labels":{"x":"not good"})"), 422, "metadata.labels"},
        bad_builtin{config_maps, config_map(std::string(254, 'a')), 422, "metadata.name"},
        bad_builtin{services, R"({"metadata":{"name":"s"},"spec":{}})", 422, "spec.ports: Required value"},
        bad_builtin{services, R"({"metadata":{"name":"s"},"spec":{"ports":[{"port":70000}]}})", 422,
                    "between 1 and 65535"},
        bad_builtin{
            deployments,
            R"({"metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"c"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}})",
            422, "`selector` does not match template `labels`"},
        bad_builtin{deployments, deployment("d", -1), 422, "spec.replicas: Invalid value: -1"}));

} // namespace
} // namespace local::test
