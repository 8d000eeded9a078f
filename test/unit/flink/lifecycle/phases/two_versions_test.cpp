// BlueGreen: what happens to two versions that run while the user has not chosen yet.
#include "k8s/time.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// Green serves, blue was accepted beside it.
scene two_versions() {
  auto s = scene::running();
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.cluster("c9").slots("c9", 2, 2).job("c9", "new", job_state::running).checkpoints("c9", "new", {});
  s.hash = "bbbbbbbb";
  auto& st = s.app.status;
  st.phase = phase::DualRunning;
  st.deployment_mode = deployment_mode::BlueGreen;
  st.deploy_version = colour::green;
  st.updating_version = colour::blue;
  st.updating_cluster = serving_cluster{"c9", "bbbbbbbb", incarnation_of(*look_at_cluster(s.seen, "c9").leader)};
  st.version_statuses.resize(2);
  st.version_statuses[1].job_status = st.job_status;
  st.version_statuses[1].job_status->job_id = "new";
  for (auto* colour : {"green", "blue"})
    s.seen.objects.services["app-" + std::string{colour}]
        = std::make_shared<k8s::service>(k8s::service{.head = s.head("app-" + std::string{colour}, "c0", "")});
  return s.decide().decide();
}

TEST(decide_two_versions, a_deployment_of_the_newer_one_that_somebody_deletes_is_created_again) {
  auto s = two_versions();
  ASSERT_EQ(s.phase(), phase::DualRunning);
  s.seen.objects.deployments.erase("app-c9-tm");
  s.decide();
  EXPECT_TRUE(s.does(create_object{object_role::task_manager, "c9"}));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True ObjectsMissing"));
}

TEST(decide_two_versions, that_of_the_older_one_cannot_be_and_is_told) {
  auto s = two_versions();
  s.seen.objects.deployments.erase("app-c0-tm");
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("create"))));
  EXPECT_THAT(s.condition("Degraded"),
              AllOf(StartsWith("True ObjectsMissing"), HasSubstr("set spec.tearDownVersionHash to c0 to remove it")));
}

TEST(decide_two_versions, a_savepoint_is_newer_than_an_older_checkpoint_however_wrong_our_clock_was) {
  auto s = two_versions();
  auto now = s.milliseconds_now();
  auto& job = *s.app.status.job_status;
  job.last_checkpoint = "file:/sp-1";
  job.last_checkpoint_time = k8s::timestamp{s.now.wall - std::chrono::seconds{40}}; // our clock was slow
  rest::checkpoint saved{.external_path = "file:/sp-1", .trigger_timestamp = now - 5'000, .is_savepoint = true};
  rest::checkpoint older{.external_path = "file:/chk-7", .trigger_timestamp = now - 9'000};
  s.checkpoints("c0", "old", {.completed = 8, .latest_completed = older, .latest_savepoint = saved}).decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp-1");
  rest::checkpoint newer{.external_path = "file:/chk-8", .trigger_timestamp = now};
  s.checkpoints("c0", "old", {.completed = 9, .latest_completed = newer, .latest_savepoint = saved}).decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/chk-8");
}

} // namespace
} // namespace flink
