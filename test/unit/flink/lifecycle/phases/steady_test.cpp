// Running, DeployFailed and Failed: what an application does that nobody edits.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(decide_rest, a_settled_application_asks_only_now_and_then) {
  auto s = scene::running();
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  s.later(10s).decide();
  EXPECT_THAT(s.acts(), ElementsAre("ask job old of c0", "ask checkpoints of old of c0"));
  auto taken = s.milliseconds_now();
  s.job("c0", "old", rest::job_state::running)
      .checkpoints("c0", "old",
                   {.completed = 1, .latest_completed = rest::checkpoint{"file:/chk-1", taken, false, false}})
      .decide()
      .later(10s)
      .decide();
  EXPECT_THAT(s.acts(), ElementsAre("ask job old of c0")); // once one is written down, the next may take its time
}

TEST(decide_rest, writes_the_newest_checkpoint_down) {
  auto s = scene::running();
  auto taken = s.milliseconds_now();
  s.checkpoints("c0", "old", {.completed = 3, .latest_completed = rest::checkpoint{"file:/chk-3", taken, false, false}})
      .decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/chk-3");
}

TEST(decide_rest, a_silent_job_manager_is_written_down_as_red) {
  auto s = scene::running();
  action question = ask_job{"c0", "old"};
  s.failed(question, failure_class::transient, "no answer");
  s.seen.outcomes[question].attempts = 3;
  s.later(1min).decide();
  EXPECT_EQ(s.app.status.cluster_status->health, health::Red);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True JobManagerSilent"));
}

TEST(decide_rest, reports_a_job_that_is_lost_with_its_job_manager) {
  auto s = scene::running();
  s.no_job("c0", "old").decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("False JobLost"));
  EXPECT_THAT(s.condition("Ready"), HasSubstr("fallbackWithoutState"));
  s.app.status.job_status->last_checkpoint = "file:/chk-3";
  s.decide();
  EXPECT_THAT(s.condition("Ready"), HasSubstr("restart the job from file:/chk-3"));
}

TEST(decide_rest, an_invalid_spec_is_told_and_touches_nothing) {
  auto s = scene::running();
  s.hash = "bbbbbbbb";
  s.errors = {{"spec.parallelism", "must be a 32-bit integer, not \"two\""}};
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True InvalidSpec: spec.parallelism"));
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_rest, a_failed_cluster_is_kept_for_its_logs_and_then_removed) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).failed(create_object{object_role::ingress, id}, failure_class::rejected);
  s.app.spec.force_rollback = true;
  s.decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("scale app-" + id + "-tm to 0"));
  s.done(scale_deployment{"app-" + id + "-tm", 0}).later(11min).job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
}

TEST(decide_rest, going_back_to_the_running_spec_is_no_failure_any_more) {
  auto s = scene::updating();
  s.app.spec.force_rollback = true;
  s.decide();
  s.app.spec.force_rollback.reset();
  s.hash = "aaaaaaaa";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_rest, paused_means_hands_off) {
  auto s = scene::running();
  s.hash = "bbbbbbbb";
  s.app.metadata.annotations[std::string{paused_annotation}] = "true";
  s.later(1h).decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_rest, objects_that_an_erased_status_does_not_know_are_not_touched) {
  auto s = scene::running();
  s.app.status = {};
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
}

// -- objects deleted by hand --------------------------------------------------------------------------------------

TEST(decide_rest, objects_deleted_by_hand_are_created_again) {
  auto s = scene::running();
  s.seen.objects.deployments.erase("app-c0-tm");
  s.decide();
  EXPECT_TRUE(s.does(create_object{object_role::task_manager, "c0"}));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True ObjectsMissing"));
}

TEST(decide_rest, objects_are_created_again_however_often_somebody_deletes_them) {
  auto s = scene::running();
  s.done(create_object{object_role::job_manager, "c0"}).later(1min);
  s.seen.objects.deployments.erase("app-c0-jm");
  s.seen.objects.pods.erase("app-c0-jobmanager");
  s.decide();
  EXPECT_TRUE(s.does(create_object{object_role::job_manager, "c0"}));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True ObjectsMissing"));
}

TEST(decide_rest, objects_of_a_version_that_the_spec_no_longer_describes_cannot_be_created_again) {
  auto s = scene::running();
  s.app.status.failed = failed_cluster{"c9", "bbbbbbbb", *s.app.status.last_updated_at};
  s.app.status.phase = phase::DeployFailed;
  s.hash = "bbbbbbbb";
  s.seen.objects.deployments.erase("app-c0-tm");
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("create"))));
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True ObjectsMissing"), HasSubstr("restartNonce")));
}

TEST(decide_rest, a_failed_version_that_runs_after_all_is_cancelled_while_its_logs_are_kept) {
  auto s = scene::running();
  s.cluster("c9").job("c9", "new", job_state::running);
  s.app.status.failed = failed_cluster{"c9", "bbbbbbbb", *s.app.status.last_updated_at, "new"};
  s.app.status.phase = phase::DeployFailed;
  s.hash = "bbbbbbbb";
  EXPECT_THAT(s.decide().acts(), Contains("cancel job new of c9"));
}

TEST(deploy_history, keeps_the_ten_newest_deploys) {
  auto s = scene::running();
  for (int i = 0; i < 12; ++i) {
    s.hash = spec_digest{"bbbbbbb" + std::string(1, static_cast<char>('a' + i))};
    s.app.metadata.generation++;
    s.decide();
    ASSERT_EQ(s.phase(), phase::ClusterStarting);
    s.failed(create_object{object_role::task_manager, s.target().cluster_id}, failure_class::rejected).decide();
    ASSERT_EQ(s.phase(), phase::DeployFailed);
  }
  auto& all = s.app.status.history;
  EXPECT_EQ(all.size(), 10u);
  EXPECT_EQ(all.front().spec_hash, "bbbbbbbc");
  EXPECT_EQ(all.back().spec_hash, "bbbbbbbl");
}

TEST(decide_rest, why_the_last_deploy_failed_is_said_also_while_the_job_that_goes_on_is_in_trouble) {
  auto s = scene::running();
  s.hash = "bbbbbbbb";
  auto& st = s.app.status;
  st.phase = phase::DeployFailed;
  st.reason = "NoStateToRestore: set fallbackWithoutState";
  st.failed = failed_cluster{
      .id = "c9", .spec_hash = "bbbbbbbb", .failed_at = *k8s::timestamp::parse("2026-01-01T00:00:00Z")};
  s.failing_job("c0", "old", job_state::restarting).decide();
  for (auto* type : {"Ready", "Degraded"})
    EXPECT_THAT(s.condition(type), AllOf(HasSubstr("JobRestarting"), HasSubstr("set fallbackWithoutState")));
  EXPECT_EQ(s.condition("Progressing"), "False DeployFailed: NoStateToRestore: set fallbackWithoutState");
}

TEST(decide_rest, a_long_message_is_cut_between_two_characters) {
  auto s = scene::running();
  s.app.status.phase = phase::DeployFailed;
  s.hash = "bbbbbbbb";
  s.app.status.failed = failed_cluster{
      .id = "c9", .spec_hash = "bbbbbbbb", .failed_at = *k8s::timestamp::parse("2026-01-01T00:00:00Z")};
  s.app.status.reason = std::string(1023, 'x') + "\xC3\xA9";
  s.decide();
  EXPECT_THAT(s.condition("Ready"), EndsWith("x"));
}

} // namespace
} // namespace flink
