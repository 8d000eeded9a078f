#include "flink/admission/decode.hpp"
#include "flink/configuration/memory.hpp"
#include "test/unit/flink/yaml.hpp"

#include <gtest/gtest.h>

namespace flink {
namespace {

constexpr int64_t mebibyte = 1024 * 1024;

struct share {
  int64_t mebibytes;
  double fraction;
  const char* text;
};

class memory_share : public testing::TestWithParam<share> {};

TEST_P(memory_share, is_the_reference_operators) {
  auto& x = GetParam();
  EXPECT_EQ(memory_text(x.mebibytes * mebibyte, x.fraction), x.text);
}

INSTANTIATE_TEST_SUITE_P(memory, memory_share,
                         testing::Values(share{3072, 0.5, "1572864k"}, share{1024, 0.5, "524288k"},
                                         share{64, 0.37, "41287k"}, share{64, 0.5, "32768k"}, share{64, 0.2, "52428k"},
                                         share{512, 0.2, "419430k"}, share{2048, 0.2, "1677721k"},
                                         share{512, 0.5, "262144k"}, share{2048, 0.5, "1048576k"}));

struct sizing {
  const char* name;
  const char* version;
  const char* resources;
  std::optional<double> off_heap;
  std::optional<double> system;
  std::map<std::string, std::string> config;
  const char* entry;
  friend void PrintTo(const sizing& x, std::ostream* out) { *out << x.name; }
};

const char* two_gibibytes = R"({"requests":{"memory":"2Gi"}})";

const sizing sizings[] = {
    {"old Flink gets a heap", "1.10.3", two_gibibytes, {}, {}, {}, "taskmanager.heap.size=1048576k"},
    {"a spec without version gets a heap", "", two_gibibytes, {}, {}, {}, "taskmanager.heap.size=1048576k"},
    {"a version that is none gets a heap", "latest", two_gibibytes, {}, {}, {}, "taskmanager.heap.size=1048576k"},
    {"new Flink gets a process", "1.11", two_gibibytes, {}, {}, {}, "taskmanager.memory.process.size=1677721k"},
    {"Flink 2 gets a process", "2.2.1", two_gibibytes, {}, {}, {}, "taskmanager.memory.process.size=1677721k"},
    {"the off-heap fraction is old Flink's", "1.9", two_gibibytes, 0.2, 0.5, {}, "taskmanager.heap.size=1677721k"},
    {"the system fraction is new Flink's",
     "1.20",
     two_gibibytes,
     0.2,
     0.5,
     {},
     "taskmanager.memory.process.size=1048576k"},
    {"a fraction of nothing leaves all",
     "1.20",
     two_gibibytes,
     {},
     0.0,
     {},
     "taskmanager.memory.process.size=2097152k"},
    {"a fraction above 1 is the default",
     "1.20",
     two_gibibytes,
     {},
     1.5,
     {},
     "taskmanager.memory.process.size=1677721k"},
    {"the default is two gibibytes", "1.20", nullptr, {}, {}, {}, "taskmanager.memory.process.size=1677721k"},
    {"limits count where nothing is requested",
     "1.20",
     R"({"limits":{"memory":"512Mi"}})",
     {},
     {},
     {},
     "taskmanager.memory.process.size=419430k"},
    {"limits count where only a cpu is requested",
     "1.20",
     R"({"limits":{"memory":"512Mi"},"requests":{"cpu":1}})",
     {},
     {},
     {},
     "taskmanager.memory.process.size=419430k"},
    {"a number of bytes is an amount",
     "1.20",
     R"({"requests":{"memory":536870912}})",
     {},
     {},
     {},
     "taskmanager.memory.process.size=419430k"},
    {"without an amount nothing is said", "1.20", R"({"requests":{"cpu":"1"}})", {}, {}, {}, ""},
    {"a bad amount says nothing", "1.20", R"({"requests":{"memory":"much"}})", {}, {}, {}, ""},
    {"the user's process size wins", "1.20", two_gibibytes, {}, {}, {{"taskmanager.memory.process.size", "1g"}}, ""},
    {"the user's Flink size wins", "1.20", two_gibibytes, {}, {}, {{"taskmanager.memory.flink.size", "1g"}}, ""},
    {"the user's heap size wins", "1.9", two_gibibytes, {}, {}, {{"taskmanager.heap.size", "1g"}}, ""},
    {"the user's fine-grained sizes win",
     "1.20",
     two_gibibytes,
     {},
     {},
     {{"taskmanager.memory.task.heap.size", "1g"}, {"taskmanager.memory.managed.size", "0"}},
     ""},
    {"a part of the memory leaves the whole to the operator",
     "1.20",
     two_gibibytes,
     {},
     {},
     {{"taskmanager.memory.managed.size", "0"}},
     "taskmanager.memory.process.size=1677721k"},
    {"the JobManager's size is another matter",
     "1.20",
     two_gibibytes,
     {},
     {},
     {{"jobmanager.memory.flink.size", "1g"}},
     "taskmanager.memory.process.size=1677721k"},
};

class memory_sizing : public testing::TestWithParam<sizing> {};

TEST_P(memory_sizing, follows) {
  auto& x = GetParam();
  spec s;
  s.flink_version = x.version;
  auto& config = s.task_manager_config.emplace();
  if (x.resources)
    config.resources = json::raw{x.resources};
  config.off_heap_memory_fraction = x.off_heap;
  config.system_memory_fraction = x.system;
  auto entry = memory_entry(s, cluster_role::task_manager, x.config);
  EXPECT_EQ(entry ? entry->first + "=" + entry->second : "", x.entry);
}

INSTANTIATE_TEST_SUITE_P(memory, memory_sizing, testing::ValuesIn(sizings));

TEST(memory, counts_the_template_where_the_spec_is_silent) {
  spec s;
  s.job_manager_config.emplace().pod_template = json::raw{
      R"({"spec":{"containers":[{"name":"x"},{"name":"jobmanager","resources":{"limits":{"memory":"3Mi"}}}]}})"};
  EXPECT_EQ(container_memory(s, cluster_role::job_manager), 3 * mebibyte);
}

// -- enough to start --------------------------------------------------------------------------------------

/// With less memory the start script of the official images ends the container (role_defaults.hpp); in KiB.
int64_t least_process_size(cluster_role x) {
  return x == cluster_role::job_manager ? 590'643 : 1'005'158;
}

void expect_enough(const spec& x, const std::string& where) {
  for (auto role : {cluster_role::job_manager, cluster_role::task_manager}) {
    auto entry = memory_entry(x, role, {});
    ASSERT_TRUE(entry) << where;
    EXPECT_GE(std::stoll(entry->second), least_process_size(role)) << where << ": " << to_string(role);
  }
}

TEST(memory, defaults_start_on_the_official_images) {
  spec s;
  for (auto version : {"1.20", "2.2"}) {
    s.flink_version = version;
    expect_enough(s, version);
  }
}

class an_example : public testing::TestWithParam<const char*> {};

TEST_P(an_example, starts_on_the_official_images) {
  int applications = 0;
  for (auto& text : yaml::documents(yaml::file(GetParam()))) {
    if (json::cursor{text}.string_at({"kind"}) != "FlinkApplication")
      continue;
    std::vector<json::field_error> errors;
    expect_enough(decode_application(text, errors).spec, GetParam());
    ++applications;
  }
  EXPECT_EQ(applications, 1);
}

INSTANTIATE_TEST_SUITE_P(memory, an_example,
                         testing::Values("examples/autoscaled-by-cpu.yaml", "examples/autoscaled-by-lag.yaml",
                                         "examples/high-availability.yaml", "examples/kafka.yaml",
                                         "examples/minimal.yaml", "examples/state-machine.yaml",
                                         "local/demo/application.yaml"));

} // namespace
} // namespace flink
