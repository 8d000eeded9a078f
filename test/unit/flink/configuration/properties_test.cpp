#include "flink/configuration/properties.hpp"

#include <gtest/gtest.h>

namespace flink {
namespace {

TEST(properties, are_lines_without_comments_or_duplicates) {
  properties all{{"a", "1"}};
  read_lines("# no comment\n\na: 2\nurl : s3://x:1\nnonsense\n: y\na: 3", all);
  EXPECT_EQ(properties_text(all), "a: 3\nurl: s3://x:1\n");
}

TEST(properties, find_keys_that_cannot_stand_beside_each_other) {
  using clash = std::optional<std::pair<std::string, std::string>>;
  EXPECT_EQ(prefix_clash({{"a.b", "1"}, {"a.b-c", "1"}, {"a.b.c", "1"}}), clash({"a.b", "a.b.c"}));
  EXPECT_EQ(prefix_clash({{"a.b", "1"}, {"a.bc", "1"}, {"a.b-c.d", "1"}}), std::nullopt);
}

struct tag {
  const char* image;
  const char* version;
  std::optional<flink::version> line;
};

class flink_version : public testing::TestWithParam<tag> {};

TEST_P(flink_version, comes_from_the_spec_or_from_an_official_image) {
  auto& x = GetParam();
  spec s;
  s.image = x.image;
  s.flink_version = x.version;
  EXPECT_EQ(version_of(s), x.line);
}

INSTANTIATE_TEST_SUITE_P(properties, flink_version,
                         testing::Values(tag{"flink:1.20.5-java17", "", version{1, 20}},
                                         tag{"flink:2.2", "1.9", version{1, 9}},
                                         tag{"docker.io/library/flink:2.2@sha256:1", "", version{2, 2}},
                                         tag{"mirror.example.org:5000/apache/flink:1.13", "", version{1, 13}},
                                         tag{"my-flink:1.13", "", std::nullopt}, tag{"flink", "", std::nullopt},
                                         tag{"flink:latest", "", std::nullopt}, tag{"", "", std::nullopt},
                                         tag{"mirror:5000/flink", "", std::nullopt},
                                         tag{"flink:2.2", "x", std::nullopt}));

} // namespace
} // namespace flink
