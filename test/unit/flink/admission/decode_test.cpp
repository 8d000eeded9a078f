#include "flink/admission/decode.hpp"
#include "flink/admission/validate.hpp"
#include "k8s/json/text.hpp"
#include "test/unit/flink/yaml.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

namespace {

std::string text_of(const std::vector<json::field_error>& all) {
  std::string out;
  for (auto& x : all)
    out += json::to_string(x) + '\n';
  return out;
}

flink::application without_complaint(const std::string& text) {
  std::vector<json::field_error> errors;
  auto result = flink::decode_application(text, errors);
  EXPECT_TRUE(errors.empty()) << text_of(errors);
  return result;
}

std::vector<std::string> examples() {
  std::vector<std::string> out;
  for (auto& entry : std::filesystem::directory_iterator{SOURCE_DIR "/examples"})
    if (entry.path().extension() == ".yaml")
      out.push_back("examples/" + entry.path().filename().string());
  std::ranges::sort(out);
  return out;
}

class example : public testing::TestWithParam<std::string> {};

TEST_P(example, can_be_deployed_as_it_stands) {
  int found = 0;
  for (auto& document : yaml::documents(yaml::file(GetParam()))) {
    if (json::cursor{document}.string_at({"kind"}) != "FlinkApplication")
      continue;
    ++found;
    auto app = without_complaint(document);
    auto problems = flink::validate(app);
    EXPECT_TRUE(problems.empty()) << text_of(problems);
    auto warnings = flink::warnings(app);
    EXPECT_TRUE(warnings.empty()) << text_of(warnings);
  }
  EXPECT_EQ(found, 1);
}

TEST_P(example, survives_a_round_trip) {
  for (auto& document : yaml::documents(yaml::file(GetParam()))) {
    if (json::cursor{document}.string_at({"kind"}) != "FlinkApplication")
      continue;
    auto spec = std::string{json::cursor{document}.find("spec")->text()};
    EXPECT_EQ(json::canonical(flink::encode_spec(without_complaint(document).spec)), json::canonical(spec));
  }
}

INSTANTIATE_TEST_SUITE_P(all, example, testing::ValuesIn(examples()), [](auto& x) {
  auto name = std::filesystem::path{x.param}.stem().string();
  std::ranges::replace(name, '-', '_');
  return name;
});

/// A resource as people wrote it for the Go operator, like the examples of its documentation.
constexpr auto habit = R"(
apiVersion: flink.k8s.io/v1beta1
kind: FlinkApplication
metadata:
  name: beam-job
  namespace: flink
  labels: {environment: development, flink-app: beam-job}
  annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}"}
spec:
  image: docker.io/team/beam-job:3af1
  flinkVersion: "1.11"
  flinkConfig:
    state.backend.fs.checkpointdir: file:///checkpoints/flink/checkpoints
    state.savepoints.dir: file:///checkpoints/flink/savepoints
    taskmanager.memory.flink.size: 1024mb
    jobmanager.web.upload.dir: /opt/flink
    taskmanager.network.numberOfBuffers: 4096
    env.java.opts: -Dlog.level=INFO
    high-availability: none
    metrics.latency.interval: 0
    cluster.evenly-spread-out-slots: true
  jobManagerConfig:
    resources: {requests: {memory: 200Mi, cpu: 0.1}}
    replicas: 1
    systemMemoryFraction: 0.3
  taskManagerConfig:
    taskSlots: 2
    resources:
      requests: {memory: 200Mi, cpu: "0.1"}
      limits: {nvidia.com/gpu: 1}
    envConfig:
      env: [{name: A, value: "1"}, {name: B, valueFrom: {fieldRef: {fieldPath: metadata.name}}}]
  jarName: beam-job.jar
  parallelism: 3
  programArgs: "--runner=FlinkRunner --parallelism=3"
  deleteMode: None
  restartNonce: ""
  savepointDisabled: false
  forceRollback: false
  rpcPort: 25000
  blobPort: 25001
  queryPort: 25002
  metricsQueryPort: 25003
  volumes: [{name: checkpoints, hostPath: {path: /tmp/checkpoints, type: DirectoryOrCreate}}]
  volumeMounts: [{name: checkpoints, mountPath: /checkpoints}]
status:
  phase: Running
  deployHash: 5e7c7283
  deploymentMode: ""
  lastSeenError: null
  retryCount: 0
  clusterStatus: {clusterOverviewURL: "http://x/#/overview", health: Green, availableTaskSlots: 1}
  jobStatus:
    jobID: 0123456789abcdef0123456789abcdef
    jobOverviewURL: http://x/#/jobs/0123456789abcdef0123456789abcdef
    lastFailingTime: null
    lastCheckpointTime: "2024-05-01T00:00:00Z"
    jobRestartCount: 2
)";

TEST(resource_of_the_go_operator, is_read_as_it_stands) {
  auto app = without_complaint(yaml::documents(habit).at(0));
  auto problems = flink::validate(app);
  EXPECT_TRUE(problems.empty()) << text_of(problems);
  EXPECT_FALSE(app.spec.entry_class);
  EXPECT_EQ(std::get<double>(app.spec.flink_config.at("taskmanager.network.numberOfBuffers")), 4096);
  EXPECT_EQ(std::get<bool>(app.spec.flink_config.at("cluster.evenly-spread-out-slots")), true);
  EXPECT_EQ(app.spec.delete_mode, flink::delete_mode::None);
}

TEST(resource_of_the_go_operator, has_a_status_to_take_over) {
  auto status = without_complaint(yaml::documents(habit).at(0)).status;
  EXPECT_EQ(flink::phase_of(status), flink::phase::Running);
  EXPECT_EQ(status.deploy_hash, "5e7c7283");
  EXPECT_FALSE(status.deployment_mode);
  EXPECT_EQ(status.job_status->job_id, "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(status.cluster_status->cluster_overview_url, "http://x/#/overview");
  EXPECT_FALSE(status.job_status->last_failing_time);
}

TEST(status, is_written_under_the_names_of_the_reference) {
  flink::status x;
  x.job_status.emplace().job_id = "0123456789abcdef0123456789abcdef";
  x.job_status->job_overview_url = "u";
  x.cluster_status.emplace().cluster_overview_url = "v";
  EXPECT_EQ(json::canonical(flink::encode_status(x)),
            R"({"clusterStatus":{"clusterOverviewURL":"v"},"jobStatus":{"jobID":"0123456789abcdef0123456789abcdef",)"
            R"("jobOverviewURL":"u"}})");
}

TEST(status, reads_as_it_was_written) {
  auto id = std::string(32, 'a');
  flink::job_id job{id};
  flink::trigger_id trigger{id};
  auto time = *k8s::timestamp::parse("2026-01-31T23:59:59Z");
  flink::status x;
  x.phase = flink::phase::SubmittingJob;
  x.started_at = time;
  x.observed_generation = 7'000'000'000;
  x.conditions.push_back({"Ready", "False", 3, "2026-01-31T23:59:59Z", "Deploying", "a \"quoted\"\nmessage"});
  x.cluster = flink::serving_cluster{"0badcafe", "11111111", flink::incarnation{"uid", 2}};
  x.target.emplace().cluster_id = "0badbeef";
  x.target->job = flink::job_parameters{"j.jar", 3, "a.B", {"--x", ""}, "--x ''", true};
  x.target->job_id = job;
  x.target->trigger_id = trigger;
  x.target->mode = flink::rollout_mode::InPlace;
  x.failed = flink::failed_cluster{"00000001", "2", *k8s::timestamp::parse("2026-01-31T23:59:59.5Z")};
  x.deletion = flink::ending{time, "0badcafe", job, trigger};
  x.suspension = flink::ending{time, "0badcafe", job, trigger, true};
  x.job_failures = flink::job_failures{2, time, time, "why"};
  x.savepoint_request = flink::savepoint_request{flink::savepoint_reason::Nonce, "1",     "0badcafe", job,
                                                 flink::incarnation{"uid", 2},   trigger, time};
  x.last_savepoint = flink::savepoint_result{flink::savepoint_reason::Nonce, "1", time, "s3://b", std::nullopt};
  x.savepoints.push_back({"s3://a", time, flink::savepoint_reason::Update});
  x.history.push_back({"1", "2", "image", time, std::nullopt, flink::deploy_result::Failed, "why", 1500});
  std::vector<json::field_error> errors;
  EXPECT_EQ(flink::decode_status(flink::encode_status(x), errors), x);
  EXPECT_TRUE(errors.empty()) << text_of(errors);
}

TEST(phase, is_new_where_nothing_is_written) {
  EXPECT_EQ(flink::phase_of({}), flink::phase::New);
  EXPECT_EQ(flink::phase_text(flink::phase::New), "");
  std::vector<json::field_error> errors;
  auto empty = flink::decode_status(R"({"phase":""})", errors);
  EXPECT_TRUE(errors.empty());
  EXPECT_EQ(flink::encode_status(empty), "{}");
}

TEST(phase, has_its_name_for_a_text) {
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<flink::phase>>([](auto d) {
    std::vector<json::field_error> errors;
    auto x = flink::decode_status(R"({"phase":")" + flink::phase_text(d.value) + "\"}", errors);
    EXPECT_TRUE(errors.empty()) << d.name;
    EXPECT_EQ(flink::phase_of(x), d.value) << d.name;
  });
}

} // namespace
