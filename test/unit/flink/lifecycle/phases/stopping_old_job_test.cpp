// Savepointing and Cancelling: the old job gives its state away and ends.
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
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(decide_update, the_trigger_is_written_before_the_job_is_stopped) {
  auto s = scene::savepointing();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  ASSERT_TRUE(s.target().trigger_id.has_value());
  EXPECT_THAT(s.acts(), ElementsAre("stop job old of c0 by " + *s.target().trigger_id));
}

TEST(decide_update, the_new_job_waits_until_the_old_one_has_ended) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  s.decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp") << "written down before it could be forgotten";
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/sp");
}

TEST(decide_update, a_failed_savepoint_leaves_the_old_job_running) {
  auto s = scene::savepointing();
  s.done(s.stop()).later(1s).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "disk full"});
  s.done(ask_savepoint{"c0", "old", *s.target().trigger_id}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing) << "how the job was before says nothing of how it is now";
  s.later(1s).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("disk full"));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
}

TEST(decide_update, a_slow_savepoint_is_never_abandoned) {
  auto s = scene::savepointing();
  s.done(s.stop()).later(2h).savepoint("c0", *s.target().trigger_id, {.in_progress = true}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True SavepointSlow"));
}

TEST(decide_update, a_forgotten_trigger_is_looked_for_among_the_checkpoints) {
  auto s = scene::savepointing();
  auto taken = s.milliseconds_now();
  s.done(s.stop());
  s.replies("c0").all<ask_savepoint>()[*s.target().trigger_id]
      = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/found", taken, true, false}});
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/found");
}

TEST(decide_update, a_savepoint_that_nobody_knew_of_is_not_that_of_a_forgotten_trigger_while_the_job_goes_on) {
  auto s = scene::savepointing();
  s.failed(s.stop(), failure_class::unknown).replies("c0").all<ask_savepoint>()[*s.target().trigger_id]
      = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.done(ask_savepoint{"c0", "old", *s.target().trigger_id});
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/beside", s.milliseconds_now(), true, false}});
  s.job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing) << "it may be about to end";
  s.later(600s).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  EXPECT_NE(s.app.status.savepoint_path, "file:/beside");
}

TEST(decide_update, a_job_whose_deployment_was_deleted_after_its_savepoint_has_ended_once_the_rest_is_gone) {
  auto s = scene::savepointing();
  s.app.status.target->restore_path = "file:/sp";
  s.seen.objects.deployments.erase("app-c0-jm");
  s.seen.objects.pods.erase("app-c0-jobmanager");
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete TaskManager Deployment app-c0-tm")));
  s.no_cluster("c0").decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/sp");
}

TEST(decide_update, a_job_that_ended_by_a_stop_whose_trigger_was_lost_has_left_a_savepoint) {
  auto s = scene::savepointing();
  s.app.status.phase = phase::Recovering;
  s.job("c0", "old", job_state::finished).jobs("c0");
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/last", s.milliseconds_now(), true, false}});
  s.decide();
  EXPECT_EQ(s.phase(), phase::Recovering) << "it is asked what has become of the trigger";
  s.replies("c0").all<ask_savepoint>()[*s.target().trigger_id]
      = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  ASSERT_EQ(s.app.status.savepoints.size(), 1U);
  EXPECT_EQ(s.app.status.savepoints[0].path, "file:/last");
  EXPECT_EQ(s.app.status.savepoints[0].reason, savepoint_reason::Update);
}

TEST(decide_update, a_job_that_ended_by_itself_although_its_stop_had_failed_has_left_no_savepoint_of_the_update) {
  auto s = scene::savepointing();
  s.app.status.phase = phase::Recovering;
  s.job("c0", "old", job_state::finished).jobs("c0");
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/asked", s.milliseconds_now(), true, false}});
  s.savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "Could not find Flink job"}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/asked");
  EXPECT_TRUE(s.app.status.savepoints.empty());
}

TEST(decide_update, a_savepoint_after_which_the_job_went_on_is_not_that_of_a_forgotten_trigger) {
  auto s = scene::savepointing();
  auto now = s.milliseconds_now();
  s.done(s.stop());
  s.replies("c0").all<ask_savepoint>()[*s.target().trigger_id]
      = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.checkpoints("c0", "old",
                {.latest_completed = rest::checkpoint{"file:/chk-9", now, false, false},
                 .latest_savepoint = rest::checkpoint{"file:/before", now - 1000, true, false}});
  s.job("c0", "old", job_state::canceled).comes_to_rest();
  EXPECT_EQ(s.target().restore_path, "file:/chk-9");
}

TEST(decide_update, without_savepoints_the_job_is_cancelled_and_its_end_awaited) {
  auto s = scene::updating();
  s.app.spec.savepoint_disabled = true;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0"));
  s.done(cancel_job{"c0", "old"}).job("c0", "old", job_state::cancelling).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.job("c0", "old", job_state::canceled).jobs("c0").decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_FALSE(s.target().restore_path.has_value());
}

TEST(decide_update, a_silent_old_job_manager_holds_the_new_job_back) {
  auto s = scene::savepointing();
  s.pod("c0", "jobmanager", {.phase = "Pending"}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True OldJobManagerDown"));
}

TEST(decide_update, a_job_cancelled_by_hand_is_continued_from_its_last_checkpoint) {
  auto s = scene::savepointing();
  auto taken = s.milliseconds_now();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "job is not running"});
  s.job("c0", "old", job_state::canceled);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/chk-7", taken, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/chk-7");
}

TEST(decide_update, a_lost_job_without_known_state_is_not_started_from_nothing) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "job is not running"});
  s.job("c0", "old", job_state::failed).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("fallbackWithoutState"));
}

TEST(decide_update, a_checkpoint_that_is_too_old_is_not_started_from) {
  auto s = scene::savepointing();
  s.app.spec.max_checkpoint_restore_age_seconds = 60;
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>((s.now.wall - 61s).time_since_epoch()).count();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "job is not running"});
  s.job("c0", "old", job_state::failed);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/chk-7", taken, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("maxCheckpointRestoreAgeSeconds"));
}

// -- a job that cannot be stopped with a savepoint ---------------------------------------------------------------

/// The savepoint has failed, and so many of the old job's four tasks run.
scene savepoint_failed(int32_t running) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "no"});
  s.later(1s).job("c0", "old", running == 4 ? job_state::running : job_state::restarting, running);
  return s;
}

TEST(decide_update, a_job_that_runs_well_is_not_given_up_for_a_failed_savepoint) {
  auto s = savepoint_failed(4);
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7")).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.acts(), Not(Contains("cancel job old of c0")));
}

TEST(decide_update, a_job_that_has_failed_a_moment_ago_shows_first_whether_it_runs_well) {
  auto s = savepoint_failed(4);
  s.failing_job("c0", "old", job_state::running, 1s).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True SavepointFailed"));
  auto t = s;
  t.later(2s).job("c0", "old", job_state::restarting, 0).checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7"));
  EXPECT_EQ(t.decide().phase(), phase::Recovering) << "a crash loop, in which all tasks had run for a moment";
  t = s;
  EXPECT_EQ(t.later(600s).failing_job("c0", "old", job_state::running, 1s).decide().phase(), phase::DeployFailed);
  s.later(10s).failing_job("c0", "old", job_state::running, 11s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed) << "the stop itself had made it fail";
}

TEST(decide_update, a_job_that_keeps_restarting_is_updated_from_its_newest_checkpoint) {
  auto s = savepoint_failed(0);
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7")).decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  EXPECT_NE(s.target().cluster_id, "c0");
  s.decide();
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0"));
  EXPECT_EQ(s.phase(), phase::Recovering);
  s.done(cancel_job{"c0", "old"}).later(1s).job("c0", "old", job_state::canceled).jobs("c0");
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-8")).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/chk-8");
}

TEST(decide_update, a_job_that_keeps_restarting_without_usable_state_is_left_as_it_is) {
  auto s = savepoint_failed(0);
  s.checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"),
              AllOf(HasSubstr("fallbackWithoutState"), HasSubstr("does not touch the old job")));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
}

TEST(decide_update, a_job_whose_checkpoints_would_go_with_it_is_not_cancelled) {
  auto s = savepoint_failed(0);
  s.app.spec.flink_config["execution.checkpointing.externalized-checkpoint-retention"]
      = std::string{"DELETE_ON_CANCELLATION"};
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7")).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_update, the_age_of_a_checkpoint_counts_before_the_job_is_ended_not_after) {
  auto s = savepoint_failed(0);
  auto taken = with_checkpoint(s, "file:/chk-7");
  s.app.spec.max_checkpoint_restore_age_seconds = 60;
  s.checkpoints("c0", "old", taken).decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  s.decide().done(cancel_job{"c0", "old"}).later(5min).job("c0", "old", job_state::canceled).jobs("c0");
  s.checkpoints("c0", "old", taken).decide();
  EXPECT_EQ(s.target().restore_path, "file:/chk-7");
}

TEST(decide_update, an_update_whose_old_state_cannot_be_used_after_all_is_given_up) {
  auto s = scene::savepointing();
  s.app.status.phase = phase::Recovering;
  s.job("c0", "old", job_state::failed).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(*s.app.status.reason, StartsWith("NoStateToRestore: "));
}

} // namespace
} // namespace flink
