// An ending, an update or a savepoint whose command is refused, whose answer is lost, or whose JobManager has lost the
// command or is gone.
#include "test/unit/flink/lifecycle/suspension.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace suspension;
using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// The JobManager has no record of the trigger.
scene& forgotten(scene& s, const std::string& trigger) {
  s.replies("c0").all<ask_savepoint>()[trigger] = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  return s;
}

// -- a suspension -------------------------------------------------------------------------------------------------

TEST(decide_lost, a_stop_that_is_refused_is_told_and_tried_again_under_another_trigger) {
  auto s = suspending(scene::running()).decide();
  auto first = *record(s).trigger_id;
  s.failed(last_stop(s), failure_class::rejected, "no directory for savepoints").later(11s);
  s.job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True CannotSaveState"), HasSubstr("no directory")));
  EXPECT_NE(*record(s).trigger_id, first);
}

TEST(decide_lost, a_stop_that_is_refused_lets_the_suspension_be_taken_back) {
  auto s = suspending(scene::running()).decide();
  s.failed(last_stop(s), failure_class::rejected, "no directory for savepoints");
  s.app.spec.suspend = false;
  s.job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.suspension);
}

TEST(decide_lost, a_stop_that_is_known_already_has_been_accepted) {
  auto s = suspending(scene::running()).decide();
  s.failed(last_stop(s), failure_class::duplicate);
  saved(s, "file:/sp").job("c0", "old", job_state::finished).decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

TEST(decide_lost, a_trigger_that_was_accepted_and_forgotten_is_told_and_taken_again) {
  auto s = stopping();
  auto first = *record(s).trigger_id;
  forgotten(s.later(11s), first).job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("the JobManager no longer knows the savepoint"));
  EXPECT_NE(*record(s).trigger_id, first);
}

TEST(decide_lost, after_a_savepoint_that_failed_the_user_may_choose_to_go_without) {
  auto s = stopping();
  not_saved(s, "no").decide();
  s.app.spec.savepoint_disabled = true;
  not_saved(s, "no").job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0"));
}

TEST(decide_lost, a_cancel_whose_answer_was_lost_is_sent_again) {
  auto s = scene::running();
  s.app.spec.savepoint_disabled = true;
  s = suspending(s).decide();
  ASSERT_THAT(s.acts(), Contains("cancel job old of c0"));
  s.failed(cancel_job{"c0", "old"}, failure_class::unknown).job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0"));
}

TEST(decide_lost, the_newest_state_is_asked_for_before_the_clusters_go) {
  auto s = stopping();
  not_saved(s, "no").replies("c0").all<ask_checkpoints>().clear();
  s.job("c0", "old", job_state::failed).decide();
  EXPECT_EQ(s.last.waiting.reason, "LookingForState");
  EXPECT_THAT(s.acts(), AllOf(Contains("ask checkpoints of old of c0"), Not(Contains(StartsWith("delete")))));
}

TEST(decide_lost, a_job_that_ended_without_state_is_not_suspended_once_that_is_taken_back) {
  auto s = stopping();
  not_saved(s, "no").checkpoints("c0", "old", {}).job("c0", "old", job_state::failed).decide();
  ASSERT_THAT(s.condition("Degraded"), StartsWith("True NoStateToRestore"));
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.suspension);
}

TEST(decide_lost, a_job_whose_deployment_and_pods_are_gone_has_ended) {
  auto s = suspending(scene::running()).decide();
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  s.seen.objects.deployments.erase("app-c0-jm");
  s.no_job_manager("c0").decide();
  EXPECT_TRUE(record(s).job_ended.value_or(false));
  EXPECT_EQ(s.app.status.savepoint_path, "file:/chk-3");
}

TEST(decide_lost, a_suspension_ends_the_job_that_a_rollback_has_started) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::rejected, "no").decide().decide();
  auto again = *s.target().rollback->job_id;
  s = suspending(s);
  s.job("c0", again, job_state::running).decide();
  EXPECT_EQ(record(s).job_id, again);
  EXPECT_TRUE(record(s).trigger_id) << "all its tasks run: it is worth a savepoint";
}

TEST(decide_lost, a_suspension_does_not_wait_for_the_tasks_of_a_job_that_a_rollback_has_started) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::rejected, "no").decide().decide();
  auto again = *s.target().rollback->job_id;
  s = suspending(s);
  s.job("c0", again, job_state::created, 0).decide();
  EXPECT_THAT(s.acts(), Contains("cancel job " + again + " of c0"));
}

// -- an update ----------------------------------------------------------------------------------------------------

TEST(decide_lost, a_stop_for_an_update_that_is_known_already_has_been_accepted) {
  auto s = scene::savepointing();
  s.failed(s.stop(), failure_class::duplicate);
  s.savepoint("c0", *s.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/sp");
}

TEST(decide_lost, a_forgotten_trigger_is_not_taken_for_failed_before_its_savepoint_was_looked_for) {
  auto s = scene::savepointing();
  s.replies("c0").all<ask_checkpoints>().clear();
  forgotten(s.done(s.stop()), *s.target().trigger_id).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.acts(), Contains("ask checkpoints of old of c0"));
}

TEST(decide_lost, an_unanswered_question_for_a_savepoint_is_waited_for) {
  auto s = scene::savepointing();
  s.done(s.stop()).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.acts(), Contains("ask savepoint " + *s.target().trigger_id + " of old of c0"));
}

TEST(decide_lost, a_cancel_for_an_update_whose_answer_was_lost_is_sent_again) {
  auto s = scene::updating();
  s.app.spec.savepoint_disabled = true;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).jobs("c0").decide();
  ASSERT_EQ(s.phase(), phase::Cancelling);
  s.failed(cancel_job{"c0", "old"}, failure_class::unknown).later(3s).job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0"));
}

TEST(decide_lost, an_old_deployment_deleted_by_hand_ends_the_job_with_the_rest_of_its_cluster) {
  auto s = scene::updating();
  s.app.spec.savepoint_disabled = true;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).jobs("c0").decide();
  ASSERT_EQ(s.phase(), phase::Cancelling);
  s.seen.objects.deployments.erase("app-c0-jm");
  s.no_job_manager("c0").decide();
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True OldJobManagerDown"), HasSubstr("somebody deleted")));
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete TaskManager Deployment app-c0-tm")));
}

// -- a rollback ---------------------------------------------------------------------------------------------------

TEST(decide_lost, the_new_job_is_cancelled_until_it_has_ended) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.done(s.submit()).later(601s).job(id, job, job_state::running, 1).decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.failed(cancel_job{id, job}, failure_class::unknown).job(id, job, job_state::running, 1).decide();
  EXPECT_THAT(s.acts(), Contains("cancel job " + job + " of " + id)) << "nobody knows whether the first has arrived";
  EXPECT_FALSE(s.target().rollback->job_id);
  s.later(3s).job(id, job, job_state::canceled).decide();
  EXPECT_TRUE(s.target().rollback->job_id);
}

TEST(decide_lost, a_new_job_that_was_submitted_to_an_earlier_life_cannot_appear_any_more) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.failed(s.submit(), failure_class::unknown);
  s.app.spec.force_rollback = true;
  s.decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.another_job_manager(id).no_job(id, job).decide();
  EXPECT_TRUE(s.target().rollback->job_id);
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("delete"))));
}

// -- high availability --------------------------------------------------------------------------------------------

TEST(decide_lost, only_without_high_availability_a_lost_job_is_ours_to_start) {
  struct row {
    config_value value;
    flink::phase phase;
  };
  for (auto& [value, expected] : std::initializer_list<row>{
           {std::string{"kubernetes"}, phase::Running},
           {std::string{"ZooKeeper"}, phase::Running},
           {std::string{"org.example.Factory"}, phase::Running},
           {std::string{" NONE "}, phase::Recovering},
           {std::string{"none"}, phase::Recovering},
           {std::string{" "}, phase::Recovering},
           {false, phase::Running}, // to Flink the name of a class
       }) {
    auto s = scene::running();
    s.app.spec.flink_config["high-availability.type"] = value;
    s.pods("c0", 1).no_job("c0", "old").decide();
    EXPECT_EQ(s.phase(), expected) << (std::holds_alternative<bool>(value) ? "false" : std::get<std::string>(value));
  }
}

} // namespace
} // namespace flink
