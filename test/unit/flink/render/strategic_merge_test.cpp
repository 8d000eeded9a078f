#include "flink/render/strategic_merge.hpp"

#include <gtest/gtest.h>

namespace flink {
namespace {

struct row {
  const char* name;
  const char* under;
  const char* over;
  const char* merged;
  friend void PrintTo(const row& x, std::ostream* out) { *out << x.name; }
};

const row rows[] = {
    {"without a template nothing changes", "", R"({"a":1})", R"({"a":1})"},
    {"what only one of them says stays", R"({"a":1})", R"({"b":2})", R"({"b":2,"a":1})"},
    {"what both say is ours", R"({"a":1})", R"({"a":2})", R"({"a":2})"},
    {"null says nothing", R"({"a":1})", R"({"a":null})", R"({"a":1})"},
    {"objects merge member by member", R"({"labels":{"x":"1","y":"1"}})", R"({"labels":{"x":"2"}})",
     R"({"labels":{"x":"2","y":"1"}})"},
    {"numbers keep their spelling", R"({"a":{"cpu":0.10}})", R"({"a":{}})", R"({"a":{"cpu":0.10}})"},
    {"containers merge by name, ours first", R"({"containers":[{"name":"log"},{"name":"jm","tty":true,"image":"x"}]})",
     R"({"containers":[{"name":"jm","image":"y"}]})",
     R"({"containers":[{"name":"jm","image":"y","tty":true},{"name":"log"}]})"},
    {"init containers merge by name", R"({"initContainers":[{"name":"a"}]})", R"({"initContainers":[{"name":"b"}]})",
     R"({"initContainers":[{"name":"b"},{"name":"a"}]})"},
    {"a variable has one value", R"({"env":[{"name":"A","value":"1"},{"name":"B","value":"1"}]})",
     R"({"env":[{"name":"A","valueFrom":{}}]})", R"({"env":[{"name":"A","valueFrom":{}},{"name":"B","value":"1"}]})"},
    {"a volume has one source", R"({"volumes":[{"name":"v","emptyDir":{}}]})",
     R"({"volumes":[{"name":"v","configMap":{}}]})", R"({"volumes":[{"name":"v","configMap":{}}]})"},
    {"mounts are told apart by their path",
     R"({"volumeMounts":[{"name":"v","mountPath":"/a"},{"name":"v","mountPath":"/b"}]})",
     R"({"volumeMounts":[{"name":"w","mountPath":"/b"}]})",
     R"({"volumeMounts":[{"name":"w","mountPath":"/b"},{"name":"v","mountPath":"/a"}]})"},
    {"ports are told apart by their number", R"({"ports":[{"containerPort":1},{"containerPort":2,"name":"x"}]})",
     R"({"ports":[{"containerPort":2}]})", R"({"ports":[{"containerPort":2},{"containerPort":1}]})"},
    {"pull secrets are a set", R"({"imagePullSecrets":[{"name":"a"},{"name":"b"}]})",
     R"({"imagePullSecrets":[{"name":"b"}]})", R"({"imagePullSecrets":[{"name":"b"},{"name":"a"}]})"},
    {"spread constraints are told apart by their key",
     R"({"topologySpreadConstraints":[{"topologyKey":"z","maxSkew":1}]})",
     R"({"topologySpreadConstraints":[{"topologyKey":"h","maxSkew":2}]})",
     R"({"topologySpreadConstraints":[{"topologyKey":"h","maxSkew":2},{"topologyKey":"z","maxSkew":1}]})"},
    {"tolerations add up, equal ones once", R"({"tolerations":[{"key":"a"},{"operator":"Exists","key":"b"}]})",
     R"({"tolerations":[{"key":"b","operator":"Exists"}]})",
     R"({"tolerations":[{"key":"b","operator":"Exists"},{"key":"a"}]})"},
    {"sources of variables add up", R"({"envFrom":[{"secretRef":{"name":"a"}}]})",
     R"({"envFrom":[{"secretRef":{"name":"b"}}]})",
     R"({"envFrom":[{"secretRef":{"name":"b"}},{"secretRef":{"name":"a"}}]})"},
    {"arguments are ours", R"({"args":["a","b"]})", R"({"args":["c"]})", R"({"args":["c"]})"},
    {"entries without a key are kept", R"({"containers":[{"image":"x"}]})", R"({"containers":[{"name":"jm"}]})",
     R"({"containers":[{"name":"jm"},{"image":"x"}]})"},
    {"a list in place of an object is ours", R"({"spec":[1]})", R"({"spec":{"a":1}})", R"({"spec":{"a":1}})"},
    {"keys are compared as they read", R"({"env":[{"name":"\u0041"}]})", R"({"env":[{"name":"A"}]})",
     R"({"env":[{"name":"A"}]})"},
};

class strategic_merge_row : public testing::TestWithParam<row> {};

TEST_P(strategic_merge_row, holds) {
  auto& x = GetParam();
  EXPECT_EQ(strategic_merge(x.under, x.over), x.merged);
}

INSTANTIATE_TEST_SUITE_P(rules, strategic_merge_row, testing::ValuesIn(rows));

} // namespace
} // namespace flink
