#include "flink/configuration/properties.hpp"

#include <gtest/gtest.h>

namespace flink {
namespace {

application app_with(const char* version, properties config) {
  application app;
  app.metadata.name = "app";
  app.metadata.namespace_ = "ns";
  app.spec.flink_version = version;
  app.spec.parallelism = 1;
  for (auto& [key, value] : config)
    app.spec.flink_config[key] = value;
  return app;
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
  auto app = app_with(x.version, x.config);
  auto value = [&](cluster_role role) {
    auto all = render_properties(app, "id", role);
    auto found = all.find(x.key);
    return found == all.end() ? std::string{} : found->second;
  };
  EXPECT_EQ(value(cluster_role::job_manager), x.job_manager);
  EXPECT_EQ(value(cluster_role::task_manager), x.task_manager);
}

INSTANTIATE_TEST_SUITE_P(config, config_entry, testing::ValuesIn(entries));

TEST(config, writes_values_as_flink_reads_them) {
  application app = app_with("2.2", {});
  app.spec.flink_config = {{"a", 1.0}, {"b", 0.1}, {"c", true}, {"d", std::string{" x "}}, {"e", 1e15}};
  auto all = user_properties(app.spec, cluster_role::job_manager);
  EXPECT_EQ(properties_text(all), "a: 1\nb: 0.1\nc: true\nd: x\ne: 1000000000000000\n");
}

TEST(config, takes_the_lines_of_a_variable_for_its_role_only) {
  application app = app_with("2.2", {{"a", "1"}, {"b", "1"}});
  app.spec.job_manager_config.emplace().env_config.emplace().env
      = {json::raw{R"({"name":"FLINK_PROPERTIES","value":"# no comment\n\na: 2\nurl : s3://x:1\nnonsense\n: y"})"}};
  EXPECT_EQ(properties_text(user_properties(app.spec, cluster_role::job_manager)), "a: 2\nb: 1\nurl: s3://x:1\n");
  EXPECT_EQ(properties_text(user_properties(app.spec, cluster_role::task_manager)), "a: 1\nb: 1\n");
}

TEST(config, takes_the_lines_of_a_variable_in_the_pod_template) {
  application app = app_with("2.2", {{"a", "1"}});
  app.spec.task_manager_config.emplace().pod_template = json::raw{
      R"({"spec":{"containers":[{"name":"taskmanager","env":[{"name":"FLINK_PROPERTIES","value":"a: 3"}]}]}})"};
  EXPECT_EQ(properties_text(user_properties(app.spec, cluster_role::task_manager)), "a: 3\n");
}

TEST(config, renders_nothing_that_a_nested_file_cannot_hold) {
  for (auto version : {"1.9", "1.19", "1.20", "2.2", ""})
    for (auto role : {cluster_role::job_manager, cluster_role::task_manager})
      EXPECT_EQ(prefix_clash(render_properties(app_with(version, {}), "id", role)), std::nullopt) << version;
}

TEST(config, finds_keys_that_cannot_stand_beside_each_other) {
  using clash = std::optional<std::pair<std::string, std::string>>;
  EXPECT_EQ(prefix_clash({{"a.b", "1"}, {"a.b-c", "1"}, {"a.b.c", "1"}}), clash({"a.b", "a.b.c"}));
  EXPECT_EQ(prefix_clash({{"a.b", "1"}, {"a.bc", "1"}, {"a.b-c.d", "1"}}), std::nullopt);
}

struct tag {
  const char* image;
  const char* version;
  std::optional<flink::version> line;
};

class version_told : public testing::TestWithParam<tag> {};

TEST_P(version_told, by_the_spec_or_by_an_official_image) {
  auto& x = GetParam();
  spec s;
  s.image = x.image;
  s.flink_version = x.version;
  EXPECT_EQ(version_of(s), x.line);
}

INSTANTIATE_TEST_SUITE_P(config, version_told,
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
