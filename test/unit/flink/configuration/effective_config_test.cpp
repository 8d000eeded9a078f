#include "flink/configuration/effective_config.hpp"

#include <gtest/gtest.h>

namespace flink {
namespace {

const cluster_identity identity{"app", "ns", "id"};

spec spec_with(const char* version, const properties& config) {
  spec result;
  result.flink_version = version;
  result.parallelism = 1;
  for (auto& [key, value] : config)
    result.flink_config[key] = value;
  return result;
}

/// The value of an option; empty if it is absent.
std::string value_of(const effective_config& x, const std::string& key) {
  auto* found = x.get(key);
  return found ? *found : std::string{};
}

/// A key, and its value in the rendered text of each role; empty: absent.
struct entry {
  const char* name;
  const char* version;
  properties config;
  const char* key;
  const char* job_manager;
  const char* task_manager;
  friend void PrintTo(const entry& x, std::ostream* out) { *out << x.name; }
};

const entry entries[] = {
    {"the cluster's Service is the address", "2.2", {}, "jobmanager.rpc.address", "app-id", "app-id"},
    {"the user's address is not",
     "2.2",
     {{"jobmanager.rpc.address", "x"}},
     "jobmanager.rpc.address",
     "app-id",
     "app-id"},
    {"with HA the leader's own address is",
     "2.2",
     {{"high-availability.type", "kubernetes"}},
     "jobmanager.rpc.address",
     "$HOST_IP",
     ""},
    {"HA is recognised by its old key",
     "1.13",
     {{"high-availability", " ZooKeeper "}},
     "jobmanager.rpc.address",
     "$HOST_IP",
     ""},
    {"no HA is no HA", "1.13", {{"high-availability", "NONE"}}, "jobmanager.rpc.address", "app-id", "app-id"},
    {"the new HA key wins over the old one",
     "1.18",
     {{"high-availability", "zookeeper"}, {"high-availability.type", "none"}},
     "jobmanager.rpc.address",
     "app-id",
     "app-id"},
    {"with HA the cluster has an id for Kubernetes",
     "1.13",
     {{"high-availability", "zookeeper"}},
     "kubernetes.cluster-id",
     "app-id",
     "app-id"},
    {"with HA the cluster has an id for ZooKeeper",
     "2.2",
     {{"high-availability.type", "zookeeper"}},
     "high-availability.cluster-id",
     "app-id",
     "app-id"},
    {"the user's HA id is not taken",
     "2.2",
     {{"high-availability.type", "zookeeper"}, {"high-availability.cluster-id", "/x"}},
     "high-availability.cluster-id",
     "app-id",
     "app-id"},
    {"its old spelling neither",
     "1.13",
     {{"high-availability", "zookeeper"}, {"high-availability.zookeeper.path.namespace", "/x"}},
     "high-availability.zookeeper.path.namespace",
     "",
     ""},
    {"without HA there is no id", "2.2", {}, "kubernetes.cluster-id", "", ""},
    {"HA in Kubernetes happens in the application's namespace",
     "2.2",
     {{"high-availability.type", "kubernetes"}},
     "kubernetes.namespace",
     "ns",
     "ns"},
    {"unless the user names another",
     "2.2",
     {{"high-availability.type", "kubernetes"}, {"kubernetes.namespace", "ha"}},
     "kubernetes.namespace",
     "ha",
     "ha"},
    {"HA by ZooKeeper needs no namespace",
     "2.2",
     {{"high-availability.type", "zookeeper"}},
     "kubernetes.namespace",
     "",
     ""},
    {"old keys that others begin with are spelled anew",
     "1.19",
     {{"high-availability", "zookeeper"}},
     "high-availability",
     "",
     ""},
    {"and keep their value",
     "1.19",
     {{"high-availability", "zookeeper"}},
     "high-availability.type",
     "zookeeper",
     "zookeeper"},
    {"but not for Flink that does not know the new key",
     "1.16",
     {{"state.backend", "rocksdb"}},
     "state.backend",
     "rocksdb",
     "rocksdb"},
    {"a TaskManager is known by its address", "2.2", {}, "taskmanager.host", "", "$HOST_IP"},
    {"slots are the spec's",
     "2.2",
     {{"taskmanager.numberOfTaskSlots", "3"}},
     "taskmanager.numberOfTaskSlots",
     "16",
     "16"},
    {"the web page is where the probe looks", "2.2", {{"rest.port", "1"}}, "rest.port", "8081", "8081"},
    {"and nowhere else", "2.2", {{"rest.bind-port", "1-9"}}, "rest.bind-port", "", ""},
    {"old images know another name for it", "1.9", {}, "jobmanager.web.port", "8081", "8081"},
    {"new images do not", "1.11", {}, "jobmanager.web.port", "", ""},
    {"queryable state has a port", "1.20", {}, "queryable-state.proxy.ports", "6124", "6124"},
    {"which Flink 2 has not", "2.0", {}, "queryable-state.proxy.ports", "", ""},
    {"jobs can be submitted", "2.2", {{"web.submit.enable", "false"}}, "web.submit.enable", "true", "true"},
    {"a TaskManager tries again soon", "1.13", {}, "cluster.registration.error-delay", "500", "500"},
    {"or when the user says",
     "1.13",
     {{"cluster.registration.error-delay", "9"}},
     "cluster.registration.error-delay",
     "9",
     "9"},
    {"ten checkpoints are kept", "1.13", {}, "state.checkpoints.num-retained", "10", "10"},
    {"or as many as the user says",
     "1.13",
     {{"state.checkpoints.num-retained", "1"}},
     "state.checkpoints.num-retained",
     "1",
     "1"},
    {"under any name",
     "2.2",
     {{"execution.checkpointing.num-retained", "1"}},
     "state.checkpoints.num-retained",
     "",
     ""},
    {"checkpoints outlive their job",
     "1.13",
     {},
     "execution.checkpointing.externalized-checkpoint-retention",
     "RETAIN_ON_CANCELLATION",
     "RETAIN_ON_CANCELLATION"},
    {"unless the user does not want it",
     "1.13",
     {{"execution.checkpointing.externalized-checkpoint-retention", "DELETE_ON_CANCELLATION"}},
     "execution.checkpointing.externalized-checkpoint-retention",
     "DELETE_ON_CANCELLATION",
     "DELETE_ON_CANCELLATION"},
    {"triggers are remembered for a day", "2.2", {}, "rest.async.store-duration", "1d", "1d"},
    {"a JobManager listens on its own address", "2.2", {}, "jobmanager.bind-host", "$HOST_IP", ""},
    {"which is no option of old Flink", "1.10", {}, "jobmanager.bind-host", "", ""},
    {"unless the user says where",
     "1.20",
     {{"jobmanager.bind-host", "0.0.0.0"}},
     "jobmanager.bind-host",
     "0.0.0.0",
     "0.0.0.0"},
    {"the old name of a cluster id goes, too",
     "1.20",
     {{"high-availability.type", "zookeeper"}, {"recovery.zookeeper.path.namespace", "/x"}},
     "recovery.zookeeper.path.namespace",
     "",
     ""},
    {"without HA that we see, the image may need the user's cluster id",
     "1.20",
     {{"high-availability.cluster-id", "/x"}},
     "high-availability.cluster-id",
     "/x",
     "/x"},
    {"ended jobs are remembered for a month", "2.2", {}, "jobstore.expiration-time", "2592000", "2592000"},
    {"a line break does not begin another entry",
     "2.2",
     {{"a", "b\njobmanager.rpc.address: x"}},
     "a",
     "b jobmanager.rpc.address: x",
     "b jobmanager.rpc.address: x"},
};

class config_entry : public testing::TestWithParam<entry> {};

TEST_P(config_entry, follows) {
  auto& x = GetParam();
  auto spec = spec_with(x.version, x.config);
  EXPECT_EQ(value_of({spec, cluster_role::job_manager, identity}, x.key), x.job_manager);
  EXPECT_EQ(value_of({spec, cluster_role::task_manager, identity}, x.key), x.task_manager);
}

INSTANTIATE_TEST_SUITE_P(config, config_entry, testing::ValuesIn(entries));

TEST(config, writes_values_as_flink_reads_them) {
  spec x;
  x.flink_config = {{"a", 1.0}, {"b", 0.1}, {"c", true}, {"d", std::string{" x "}}, {"e", 1e15}};
  effective_config all{x, cluster_role::job_manager};
  EXPECT_EQ(value_of(all, "a"), "1");
  EXPECT_EQ(value_of(all, "b"), "0.1");
  EXPECT_EQ(value_of(all, "c"), "true");
  EXPECT_EQ(value_of(all, "d"), "x");
  EXPECT_EQ(value_of(all, "e"), "1000000000000000");
}

TEST(config, takes_the_lines_of_a_variable_for_its_role_only) {
  auto x = spec_with("2.2", {{"a", "1"}, {"b", "1"}});
  x.job_manager_config.emplace().env_config.emplace().env
      = {json::raw{R"({"name":"FLINK_PROPERTIES","value":"a: 2\nurl : s3://x:1"})"}};
  effective_config job_manager{x, cluster_role::job_manager};
  effective_config task_manager{x, cluster_role::task_manager};
  EXPECT_EQ(value_of(job_manager, "a"), "2");
  EXPECT_EQ(value_of(job_manager, "b"), "1");
  EXPECT_EQ(value_of(job_manager, "url"), "s3://x:1");
  EXPECT_EQ(value_of(task_manager, "a"), "1");
  EXPECT_EQ(value_of(task_manager, "url"), "");
}

TEST(config, takes_the_lines_of_a_variable_in_the_pod_template) {
  auto x = spec_with("2.2", {{"a", "1"}});
  x.task_manager_config.emplace().pod_template = json::raw{
      R"({"spec":{"containers":[{"name":"taskmanager","env":[{"name":"FLINK_PROPERTIES","value":"a: 3"}]}]}})"};
  EXPECT_EQ(value_of({x, cluster_role::task_manager}, "a"), "3");
}

TEST(config, renders_nothing_that_a_nested_file_cannot_hold) {
  for (auto version : {"1.9", "1.19", "1.20", "2.2", ""})
    for (auto role : {cluster_role::job_manager, cluster_role::task_manager})
      EXPECT_EQ(prefix_clash(effective_config{spec_with(version, {}), role, identity}.entries()), std::nullopt)
          << version;
}

TEST(config, says_the_kind_of_high_availability_in_lower_case) {
  auto kind = [](const char* text) {
    return effective_config{spec_with("2.2", {{"high-availability.type", text}}), cluster_role::job_manager}.ha_text();
  };
  EXPECT_EQ(kind("ZooKeeper"), "zookeeper");
  EXPECT_EQ(kind("NONE"), "");
}

} // namespace
} // namespace flink
