#include "local/agent/node.hpp"
#include "local/agent/pods/pod_machine.hpp"
#include "local/model/json.hpp"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace local::agent;
using namespace std::chrono_literals;
using local::model::text_at;
namespace json = boost::json;

constexpr const char* pod_text = R"({
  "metadata": {"namespace": "shop", "name": "orders-1", "uid": "u", "labels": {"flink-app": "orders"}},
  "spec": {
    "nodeName": "flink-local", "terminationGracePeriodSeconds": 7,
    "initContainers": [{"name": "fetch"}],
    "containers": [{
      "name": "jobmanager", "image": "ledger:1", "args": ["jobmanager"],
      "ports": [{"name": "ui", "containerPort": 8081}],
      "env": [{"name": "HOST_IP", "valueFrom": {"fieldRef": {"fieldPath": "status.podIP"}}},
              {"name": "KEY", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}},
              {"name": "A", "value": "1"}],
      "readinessProbe": {"httpGet": {"path": "/overview", "port": "ui"}, "periodSeconds": 2, "failureThreshold": 2},
      "livenessProbe": {"tcpSocket": {"port": 1}}
    }]
  }
})";

pod read(const char* text = pod_text) {
  return read_pod(json::parse(text));
}

TEST(pod_json, is_read_with_the_defaults_of_kubernetes) {
  auto x = read();
  EXPECT_EQ(x.ns, "shop");
  EXPECT_EQ(x.node, "flink-local");
  EXPECT_EQ(x.grace, 7s);
  EXPECT_FALSE(x.deleting);
  ASSERT_EQ(x.containers.size(), 1U);
  auto& c = x.containers[0];
  EXPECT_EQ(c.arguments, std::vector<std::string>{"jobmanager"});
  EXPECT_EQ(c.env[0].field, "status.podIP");
  EXPECT_EQ(c.env[1].foreign, "secretKeyRef");
  EXPECT_EQ(c.env[2].value, "1");
  ASSERT_TRUE(c.readiness);
  EXPECT_EQ(c.readiness->port, "ui");
  EXPECT_EQ(c.readiness->period, 2s);
  EXPECT_EQ(c.readiness->timeout, 1s);
  EXPECT_EQ(c.readiness->failure_threshold, 2);
  EXPECT_FALSE(c.liveness) << "only HTTP probes are asked";
}

TEST(pod_json, a_deletion_brings_its_own_grace) {
  auto x = read(R"({"metadata": {"name": "p", "deletionTimestamp": "2026-01-01T00:00:00Z",
                    "deletionGracePeriodSeconds": 1}, "spec": {"terminationGracePeriodSeconds": 30}})");
  EXPECT_TRUE(x.deleting);
  EXPECT_EQ(x.grace, 1s);
}

TEST(pod_json, nonsense_is_read_as_absent) {
  for (auto* text : {"1", "[]", "{}", R"({"metadata": [], "spec": {"containers": {"a": 1}}, "status": 3})",
                     R"({"spec": {"containers": [1, {"env": [2], "args": "x", "ports": [null]}]}})"})
    EXPECT_EQ(read(text).name, "") << text;
}

class pod_machine_test : public testing::Test {
protected:
  pod_machine make(bool pullable = true) { return {read(), {"127.10.1.1", "127.10.0.1"}, {pullable}, timers{}, now}; }

  void pass(std::chrono::milliseconds x) {
    now.steady += x;
    now.wall += x;
  }

  static void run(pod_machine& x, instant now) {
    ASSERT_EQ(x.step(now).size(), 1U);
    x.at(0).on_started(now);
  }

  /// Returns the status of a condition.
  static std::string condition(const json::value& status, std::string_view type, const char* field = "status") {
    for (auto& x : status.at("conditions").as_array())
      if (text_at(x, "type") == type)
        return std::string{text_at(x, field)};
    return "absent";
  }

  instant now{std::chrono::steady_clock::time_point{1000s}, local::model::moment{std::chrono::hours{1}}};
};

TEST_F(pod_machine_test, is_pending_until_its_container_runs) {
  auto x = make();
  auto status = x.status(now);
  EXPECT_EQ(text_at(status, "phase"), "Pending");
  EXPECT_EQ(text_at(status, "podIP"), "127.10.1.1");
  EXPECT_EQ(status.at("containerStatuses").at(0).at("state").at("waiting").at("reason"), "ContainerCreating");
  EXPECT_EQ(status.at("initContainerStatuses").at(0).at("state").at("terminated").at("exitCode"), 0);
  run(x, now);
  status = x.status(now);
  EXPECT_EQ(text_at(status, "phase"), "Running");
  EXPECT_EQ(condition(status, "Ready"), "False");
  EXPECT_EQ(condition(status, "Ready", "message"), "containers with unready status: [jobmanager]");
  EXPECT_EQ(condition(status, "PodScheduled"), "True");
}

TEST_F(pod_machine_test, is_ready_when_its_container_is) {
  auto x = make();
  run(x, now);
  x.step(now);
  pass(5s);
  x.at(0).on_answer(probe_kind::readiness, true, now);
  auto status = x.status(now);
  EXPECT_TRUE(x.ready());
  EXPECT_EQ(condition(status, "Ready"), "True");
  EXPECT_EQ(condition(status, "ContainersReady", "lastTransitionTime"), local::model::to_rfc3339(now.wall));
}

TEST_F(pod_machine_test, its_status_says_the_same_until_something_happens) {
  auto x = make();
  run(x, now);
  auto before = x.status(now);
  pass(1h);
  EXPECT_EQ(x.status(now), before);
}

TEST_F(pod_machine_test, a_missing_image_keeps_it_pending) {
  auto x = make(false);
  x.step(now);
  auto status = x.status(now);
  EXPECT_EQ(text_at(status, "phase"), "Pending");
  EXPECT_EQ(status.at("containerStatuses").at(0).at("state").at("waiting").at("reason"), "ErrImagePull");
}

TEST_F(pod_machine_test, a_crash_loop_counts_as_running_and_shows_the_last_end) {
  auto x = make();
  run(x, now);
  x.at(0).on_exit(1, now);
  run(x, now);
  x.at(0).on_exit(239, now);
  auto status = x.status(now);
  auto& container = status.at("containerStatuses").at(0);
  EXPECT_EQ(text_at(status, "phase"), "Running");
  EXPECT_EQ(container.at("state").at("waiting").at("reason"), "CrashLoopBackOff");
  EXPECT_EQ(container.at("lastState").at("terminated").at("exitCode"), 239);
  EXPECT_EQ(container.at("restartCount"), 1);
}

TEST_F(pod_machine_test, is_over_when_its_deletion_has_ended_all_processes) {
  auto x = make();
  run(x, now);
  auto deleted = read();
  deleted.deleting = true;
  x.update(deleted, now);
  EXPECT_FALSE(x.over());
  ASSERT_EQ(x.step(now).size(), 1U);
  x.at(0).on_exit(143, now);
  EXPECT_TRUE(x.over());
  EXPECT_EQ(text_at(x.status(now), "phase"), "Failed");
}

TEST_F(pod_machine_test, its_own_end_is_not_the_end_of_the_pod) {
  auto x = make();
  run(x, now);
  x.at(0).on_exit(0, now);
  EXPECT_FALSE(x.over());
}

TEST(node, takes_pods_whose_selector_it_matches) {
  pod x;
  EXPECT_FALSE(unschedulable(x, node_labels("n")));
  x.node_selector = {{"kubernetes.io/os", "linux"}};
  EXPECT_FALSE(unschedulable(x, node_labels("n")));
  x.node_selector = {{"disk", "ssd"}};
  EXPECT_TRUE(unschedulable(x, node_labels("n")));
}

TEST(node, binds_the_pod_that_was_seen_and_not_a_successor) {
  auto body = binding(read(), "n");
  EXPECT_EQ(text_at(body, "metadata.uid"), "u");
  EXPECT_EQ(text_at(body, "target.name"), "n");
}

} // namespace
