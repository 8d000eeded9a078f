#include "k8s/json/codec.hpp"

#include <gmock/gmock.h>

namespace {

enum class colour { Red, Green };
BOOST_DESCRIBE_ENUM(colour, Red, Green)

struct leaf {
  std::optional<int32_t> task_slots;
  std::vector<json::raw> env;
  bool operator==(const leaf&) const = default;
};
BOOST_DESCRIBE_STRUCT(leaf, (), (task_slots, env))

struct tree {
  std::string namespace_;
  bool on = false;
  double fraction = 0;
  int32_t small = 0;
  int64_t large = 0;
  std::optional<colour> paint;
  std::optional<json::raw> resources;
  std::map<std::string, std::variant<std::string, double, bool>> config;
  std::vector<std::string> names;
  std::optional<leaf> leaf_config;
  std::vector<leaf> leaves;
  std::optional<std::string> job_id;
  bool operator==(const tree&) const = default;
};
BOOST_DESCRIBE_STRUCT(tree, (),
                      (namespace_, on, fraction, small, large, paint, resources, config, names, leaf_config, leaves,
                       job_id))

constexpr std::string_view wire_name(const tree*, std::string_view member) {
  return member == "job_id" ? "jobID" : "";
}

tree parse_good(std::string_view text) {
  std::vector<json::field_error> errors;
  auto x = json::parse<tree>(text, errors);
  EXPECT_THAT(errors, testing::IsEmpty()) << text;
  return x;
}

std::vector<std::string> errors_of(std::string_view text) {
  std::vector<json::field_error> errors;
  json::parse<tree>(text, errors);
  std::vector<std::string> out;
  for (auto& x : errors)
    out.push_back(to_string(x));
  return out;
}

using testing::ElementsAre;

TEST(json, reads_what_it_wrote) {
  std::string text = R"({"namespace":"a\"b\n","on":true,"fraction":0.1,"small":-2147483648,)"
                     R"("large":9223372036854775807,"paint":"Green","resources":{"limits":{"cpu":1.50}},)"
                     R"("config":{"a":1,"b":"x","c":true,"d":0.25},"names":["x","ü"],"leafConfig":{"taskSlots":2},)"
                     R"("leaves":[{"env":[{"name":"A"}]},{}],"jobID":"7"})";
  EXPECT_EQ(json::write(parse_good(text)), text);
}

TEST(json, omits_what_is_absent_and_writes_plain_members_always) {
  EXPECT_EQ(json::write(tree{}), R"({"namespace":"","on":false,"fraction":0,"small":0,"large":0})");
}

TEST(json, takes_null_for_absent_everywhere) {
  auto text = R"({"namespace":null,"on":null,"fraction":null,"small":null,"large":null,"paint":null,"resources":null,
                  "config":{"a":null},"names":[null],"leafConfig":{"taskSlots":null,"env":null},"leaves":[null]})";
  tree expected;
  expected.leaf_config.emplace();
  EXPECT_EQ(parse_good(text), expected);
  EXPECT_EQ(parse_good("null"), tree{});
}

TEST(json, reports_each_mistake_with_its_full_path_and_reads_every_other_field) {
  std::vector<json::field_error> errors;
  auto x = json::parse<tree>(R"({"small":2147483648,"on":"yes","leafConfig":{"taskSlots":"two","env":3},"large":1.5,
    "names":["a",5,"b"],"config":{"k":[1],"l":"ok"},"leaves":[{"taskSlots":[]},7],"paint":"Blue","namespace":"n"})",
                             errors);
  std::vector<std::string> text;
  for (auto& y : errors)
    text.push_back(to_string(y));
  EXPECT_THAT(text,
              ElementsAre("small: must be a 32-bit integer, not 2147483648", "on: must be true or false, not \"yes\"",
                          "leafConfig.taskSlots: must be a 32-bit integer, not \"two\"",
                          "leafConfig.env: must be a list, not 3", "large: must be a 64-bit integer, not 1.5",
                          "names[1]: must be a string, not 5", "config.k: must be a string, number or boolean, not [1]",
                          "leaves[0].taskSlots: must be a 32-bit integer, not []",
                          "leaves[1]: must be an object, not 7", "paint: must be one of Red, Green, not \"Blue\""));
  tree expected;
  expected.namespace_ = "n";
  expected.names = {"a", "b"};
  expected.config = {{"l", std::string{"ok"}}};
  expected.leaf_config.emplace();
  expected.leaves.resize(1);
  EXPECT_EQ(x, expected);
}

TEST(json, names_a_number_that_no_type_can_hold_and_reads_the_rest) {
  EXPECT_THAT(errors_of(R"({"small":99999999999999999999})"),
              ElementsAre("small: must be a 32-bit integer, not 99999999999999999999"));
  EXPECT_THAT(errors_of(R"({"fraction":1e400,"names":["a"]})"), ElementsAre("fraction: must be a number, not 1e400"));
  EXPECT_EQ(parse_good(R"({"unknown":1e400,"names":["a"]})").names, std::vector<std::string>{"a"});
  EXPECT_EQ(parse_good(R"({"resources":{"x":1e400}})").resources->text, R"({"x":1e400})");
}

TEST(json, refuses_a_config_number_that_would_change) {
  EXPECT_THAT(errors_of(R"({"config":{"k":9007199254740993}})"),
              ElementsAre("config.k: must be a number of at most 15 digits (write a longer one as a string), "
                          "not 9007199254740993"));
}

TEST(json, takes_an_integer_spelled_with_a_fraction_of_zero) {
  EXPECT_EQ(parse_good(R"({"small":4.0})").small, 4);
  EXPECT_EQ(parse_good(R"({"small":4e2})").small, 400);
}

TEST(json, cuts_long_values_in_errors_between_characters) {
  auto text = errors_of(R"({"on":")" + std::string(35, 'x') + "üüüüü" + R"("})");
  EXPECT_THAT(text, ElementsAre("on: must be true or false, not \"" + std::string(35, 'x') + "..."));
}

TEST(json, keeps_raw_parts_as_they_are_spelled) {
  EXPECT_EQ(parse_good("{\"resources\": {\"a\" : 1.0,\t\"b c\":[1e3, 0.10, \"x  y\"]}}").resources->text,
            R"({"a":1.0,"b c":[1e3,0.10,"x  y"]})");
}

TEST(json, lets_the_last_of_equal_keys_win) {
  EXPECT_EQ(parse_good(R"({"names":["a","b"],"names":["c"]})").names, std::vector<std::string>{"c"});
}

TEST(json, survives_texts_that_are_no_json) {
  auto bomb = std::string(100'000, '[');
  for (std::string text : {"", " ", "{", "}", "{]", "[1,]", "{\"a\"}", "{\"a\":}", "{\"on\":tru}", "nul", "\"\\ud800\"",
                           "{\"namespace\":\"\xff\"}", "{\"namespace\":\"\x01\"}", "{} {}", "01", "\"abc"}) {
    EXPECT_THAT(errors_of(text), ElementsAre(testing::StartsWith("not JSON: "))) << text;
    json::canonical(text);
    json::minify(text);
    json::merge_diff(text, "{}");
    json::apply_merge_patch("{}", text);
  }
  EXPECT_THAT(errors_of(bomb), ElementsAre(testing::StartsWith("not JSON: ")));
  json::canonical(bomb);
  json::merge_diff("[]", bomb);
  EXPECT_THAT(errors_of("{\"x\":" + bomb + "1e400"), ElementsAre(testing::StartsWith("not JSON: ")));
}

TEST(json, reads_large_strings) {
  auto text = std::string(1 << 20, 'x');
  EXPECT_EQ(parse_good("{\"namespace\":\"" + text + "\"}").namespace_, text);
}

} // namespace
