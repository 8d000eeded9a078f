#include "local/agent/process/image_map.hpp"

#include <gtest/gtest.h>

namespace {

using local::agent::image_map;
using local::agent::matches;

TEST(image_map, first_matching_rule_counts) {
  image_map x;
  ASSERT_EQ(x.add("ledger:2.*=flink-2.2.1,jar=/jars/a.jar,jar=/jars/b.jar"), std::nullopt);
  ASSERT_EQ(x.add("ledger:*=flink-1.20.5"), std::nullopt);
  ASSERT_EQ(x.add("busybox=pause"), std::nullopt);
  EXPECT_EQ(x.find("ledger:2.0")->flink, "flink-2.2.1");
  EXPECT_EQ(x.find("ledger:2.0")->jars, (std::vector<std::string>{"/jars/a.jar", "/jars/b.jar"}));
  EXPECT_EQ(x.find("ledger:1")->flink, "flink-1.20.5");
  EXPECT_TRUE(x.find("busybox")->pause);
}

TEST(image_map, an_image_without_a_rule_cannot_be_pulled) {
  image_map x;
  ASSERT_EQ(x.add("ledger:*=flink-1.20.5"), std::nullopt);
  EXPECT_EQ(x.find("other:1"), nullptr);
}

TEST(image_map, a_rule_of_another_form_is_refused_by_name) {
  for (auto* rule : {"", "ledger", "=flink", "ledger:*=", "a=flink,lib=/x", "a=flink,jar="}) {
    image_map x;
    auto problem = x.add(rule);
    ASSERT_TRUE(problem) << rule;
    EXPECT_NE(problem->find(rule), std::string::npos) << *problem;
  }
}

TEST(image_map, wildcards_match_as_in_a_shell) {
  struct row {
    const char* pattern;
    const char* text;
    bool match;
  } rows[] = {
      {"*", "", true},
      {"a", "a", true},
      {"a", "b", false},
      {"a*", "abc", true},
      {"*c", "abc", true},
      {"a*c", "abcbc", true},
      {"a*c", "abcb", false},
      {"a?c", "abc", true},
      {"a?c", "ac", false},
      {"a**b", "ab", true},
      {"", "a", false},
      {"*:1", "r.io:5/x:1", true},
      {"*a*a*a*b", "aaaaaaaaaaaaaaaaaaaa", false},
  };
  for (auto& x : rows)
    EXPECT_EQ(matches(x.pattern, x.text), x.match) << x.pattern << " " << x.text;
}

TEST(image_map, a_folder_tells_its_flink_version) {
  EXPECT_EQ(local::agent::flink_version("/cache/flink-1.20.5"), "1.20.5");
  EXPECT_EQ(local::agent::flink_version("/opt/flink-2.2.1/"), "2.2.1");
  EXPECT_EQ(local::agent::flink_version("/opt/flink"), "");
}

} // namespace
