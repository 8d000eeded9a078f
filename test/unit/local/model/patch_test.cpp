#include "local/model/api/patch.hpp"

#include <gtest/gtest.h>

#include <string>

namespace local::model {
namespace {

struct row {
  const char* what;
  std::string before;
  std::string patch;
  /// Empty if the patch is refused.
  std::string after;
};

json::value read(const std::string& text) {
  return json::parse(text);
}

class json_patch_row : public testing::TestWithParam<row> {};

TEST_P(json_patch_row, does_what_rfc_6902_says) {
  auto patched = json_patch(read(GetParam().before), read(GetParam().patch));
  if (GetParam().after.empty())
    EXPECT_TRUE(failed(patched)) << GetParam().what;
  else
    EXPECT_EQ(std::get<json::value>(patched), read(GetParam().after)) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    rows, json_patch_row,
    testing::Values(
        row{"add", R"({"a":1})", R"([{"op":"add","path":"/b","value":2}])", R"({"a":1,"b":2})"},
        row{"insert", R"({"a":[1,3]})", R"([{"op":"add","path":"/a/1","value":2}])", R"({"a":[1,2,3]})"},
        row{"append", R"({"a":[1]})", R"([{"op":"add","path":"/a/-","value":2}])", R"({"a":[1,2]})"},
        row{"beyond the end", R"({"a":[1]})", R"([{"op":"add","path":"/a/5","value":2}])", ""},
        row{"replace", R"({"a":1})", R"([{"op":"replace","path":"/a","value":2}])", R"({"a":2})"},
        row{"replace nothing", R"({"a":1})", R"([{"op":"replace","path":"/b","value":2}])", ""},
        row{"remove", R"({"a":[1,2]})", R"([{"op":"remove","path":"/a/0"}])", R"({"a":[2]})"},
        row{"remove nothing", R"({"a":1})", R"([{"op":"remove","path":"/b"}])", ""},
        row{"move", R"({"a":1})", R"([{"op":"move","from":"/a","path":"/b"}])", R"({"b":1})"},
        row{"copy", R"({"a":1})", R"([{"op":"copy","from":"/a","path":"/b"}])", R"({"a":1,"b":1})"},
        row{"test holds", R"({"a":1})", R"([{"op":"test","path":"/a","value":1},{"op":"remove","path":"/a"}])", "{}"},
        row{"test fails", R"({"a":1})", R"([{"op":"remove","path":"/a"},{"op":"test","path":"/a","value":1}])", ""},
        row{"escaped names", R"({"x/y":{"a~b":1}})", R"([{"op":"remove","path":"/x~1y/a~0b"}])", R"({"x/y":{}})"},
        row{"unknown operation", R"({"a":1})", R"([{"op":"swap","path":"/a"}])", ""},
        row{"no list", R"({"a":1})", R"({"op":"remove"})", ""}));

TEST(merge_patch, removes_with_null_and_replaces_lists) {
  auto x = read(R"({"a":{"b":1,"c":2},"l":[1,2]})");
  merge_patch(x, read(R"({"a":{"b":null,"d":3},"l":[3]})"));
  EXPECT_EQ(x, read(R"({"a":{"c":2,"d":3},"l":[3]})"));
}

class strategic_row : public testing::TestWithParam<row> {};

TEST_P(strategic_row, merges_lists_by_their_keys) {
  auto patched = strategic_patch(read(GetParam().before), read(GetParam().patch));
  EXPECT_EQ(std::get<json::value>(patched), read(GetParam().after)) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    rows, strategic_row,
    testing::Values(
        row{"by name", R"({"containers":[{"name":"a","image":"1"},{"name":"b"}]})",
            R"({"containers":[{"name":"a","image":"2"},{"name":"c"}]})",
            R"({"containers":[{"name":"a","image":"2"},{"name":"b"},{"name":"c"}]})"},
        row{"ports of a service", R"({"ports":[{"port":1,"name":"x"}]})",
            R"({"ports":[{"port":1,"name":"y"},{"port":2}]})", R"({"ports":[{"port":1,"name":"y"},{"port":2}]})"},
        row{"ports of a container", R"({"ports":[{"containerPort":1}]})", R"({"ports":[{"containerPort":2}]})",
            R"({"ports":[{"containerPort":1},{"containerPort":2}]})"},
        row{"an item goes", R"({"env":[{"name":"a"},{"name":"b"}]})", R"({"env":[{"name":"a","$patch":"delete"}]})",
            R"({"env":[{"name":"b"}]})"},
        row{"a list without a key is replaced", R"({"args":["a"]})", R"({"args":["b"]})", R"({"args":["b"]})"},
        row{"a list is replaced on demand", R"({"env":[{"name":"a"}]})",
            R"({"env":[{"name":"b"},{"$patch":"replace"}]})", R"({"env":[{"name":"b"}]})"},
        row{"an object is replaced on demand", R"({"s":{"a":1}})", R"({"s":{"b":2,"$patch":"replace"}})",
            R"({"s":{"b":2}})"},
        row{"kept members", R"({"s":{"type":"a","x":1}})", R"({"s":{"type":"b","$retainKeys":["type"]}})",
            R"({"s":{"type":"b"}})"},
        row{"order", R"({"env":[{"name":"a"},{"name":"b"}]})",
            R"({"$setElementOrder/env":[{"name":"c"},{"name":"b"},{"name":"a"}],"env":[{"name":"c"}]})",
            R"({"env":[{"name":"c"},{"name":"b"},{"name":"a"}]})"},
        row{"a set", R"({"finalizers":["a"]})", R"({"finalizers":["a","b"]})", R"({"finalizers":["a","b"]})"},
        row{"out of a set", R"({"finalizers":["a","b"]})", R"({"$deleteFromPrimitiveList/finalizers":["a"]})",
            R"({"finalizers":["b"]})"},
        row{"null removes", R"({"a":1,"b":2})", R"({"a":null})", R"({"b":2})"}));

} // namespace
} // namespace local::model
