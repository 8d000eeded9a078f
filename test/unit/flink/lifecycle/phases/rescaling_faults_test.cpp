// scaleMode InPlace: what goes wrong before the job is stopped, and after it.
#include "test/unit/flink/lifecycle/inplace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace inplace;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;

// -- what goes wrong before the job is stopped ---------------------------------------------------------------

/// The TaskManagers that were added go again, then the deploy is given up; the job never noticed.
void expect_given_up(scene& s, const char* words) {
  EXPECT_EQ(s.phase(), phase::Rescaling);
  ASSERT_TRUE(s.target().rollback.has_value());
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
  with_task_managers(s, 1).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.app.status.reason.value_or(""), HasSubstr(words));
  EXPECT_EQ(s.app.status.cluster->id, "c0");
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  EXPECT_EQ(s.app.status.job_status->parallelism, 2);
}

TEST(decide_inplace, task_managers_that_do_not_come_are_sent_away_again) {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 2).decide().later(600s).decide();
  expect_given_up(s, "2 of 4");
}

TEST(decide_inplace, task_managers_that_crash_too) {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 2);
  s.pod("c0", "taskmanager", {.phase = "Running", .restarts = 3, .last_termination = "exit code 1"}).decide();
  expect_given_up(s, "exit code 1");
}

TEST(decide_inplace, a_job_manager_that_is_gone_is_waited_for) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  s.seen.objects.pods.erase("app-c0-jobmanager");
  s.decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_EQ(s.last.waiting.reason, "JobManagerStarting");
}

TEST(decide_inplace, a_job_manager_that_was_gone_when_it_was_to_compile_is_none_of_the_gates) {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 4).failed(s.compile(), failure_class::unknown, "the connection broke");
  s.pods("c0", 1).slots("c0", 4).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_TRUE(s.does(s.compile()));
  EXPECT_EQ(s.last.waiting.reason, "CompilingJob");
  s.done(s.compile()).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_inplace, a_job_that_does_not_compile_with_more_parallelism_is_left_as_it_is) {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 4).failed(s.compile(), failure_class::rejected, "max parallelism is 2");
  s.decide();
  expect_given_up(s, "max parallelism is 2");
}

TEST(decide_inplace, force_rollback_sends_them_away) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  s.app.spec.force_rollback = true;
  s.decide();
  expect_given_up(s, "forceRollback");
}

TEST(decide_inplace, an_edit_taken_back_sends_them_away_and_all_is_well) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  wish_parallelism(s, 2).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
  with_task_managers(s, 1).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.failed.has_value());
  wish_parallelism(s, 4).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling) << "asked for again";
}

TEST(decide_inplace, what_failed_and_was_taken_back_may_be_asked_for_again) {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 2).decide().later(600s).decide();
  with_task_managers(s, 1).decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  wish_parallelism(s, 2).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  wish_parallelism(s, 4).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
}

TEST(decide_inplace, its_old_task_managers_are_counted_from_what_runs_not_from_what_a_broken_off_rescale_left) {
  auto s = running();
  with_task_managers(s, 5);
  wish_parallelism(s, 4).decide();
  EXPECT_EQ(s.target().old_replicas, (replica_counts{1, 1}));
}

TEST(decide_inplace, a_failed_savepoint_leaves_the_job_as_it_was) {
  auto s = stopping();
  s.failed(s.stop(), failure_class::rejected, "no directory").later(1s);
  s.job("c0", "old", job_state::running).decide();
  expect_given_up(s, "no directory");
}

TEST(decide_inplace, asked_for_even_more_meanwhile_it_remembers_what_there_was_at_first) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  wish_parallelism(s, 6).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_EQ(s.target().job->parallelism, 6);
  EXPECT_EQ(s.target().old_replicas, (replica_counts{1, 1}));
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 3"));
}

TEST(decide_inplace, another_edit_meanwhile_goes_the_way_of_a_new_cluster_once_they_are_gone) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  s.app.spec.image = "image:2";
  s.hash = spec_hash(s.app);
  s.decide().decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  with_task_managers(s, 1).decide().decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, "c0");
}

TEST(decide_inplace, a_spec_that_does_not_decode_sends_them_away) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  s.errors = {{"spec.image", "is missing"}};
  s.hash = "no spec";
  s.decide();
  ASSERT_TRUE(s.target().rollback.has_value());
  with_task_managers(s, 1).decide().decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.last.waiting.reason, "InvalidSpec");
}

TEST(decide_inplace, a_deployment_deleted_meanwhile_gives_it_up) {
  auto s = asked_for(4);
  s.seen.objects.deployments.erase("app-c0-tm");
  s.decide().decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_inplace, a_status_cut_by_hand_fails_the_deploy) {
  auto s = asked_for(4);
  s.app.status.target->old_replicas.reset();
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

// -- and after it --------------------------------------------------------------------------------------------

TEST(decide_inplace, a_job_that_does_not_start_gets_its_old_parallelism_back) {
  auto s = submitting();
  s.failed(s.submit(), failure_class::rejected, "max parallelism").decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
  with_task_managers(s, 1).decide();
  auto job = s.target().rollback->job_id.value();
  s.jobs("c0").no_job("c0", job).decide();
  EXPECT_THAT(s.acts(), Contains("submit job " + job + " to c0"));
  s.job("c0", job, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->job_id, job);
  EXPECT_EQ(s.app.status.job_status->parallelism, 2);
}

TEST(decide_inplace, a_submit_that_nobody_answered_costs_the_job_manager_its_life_before_the_old_job_is_started) {
  auto s = submitting();
  s.failed(s.submit(), failure_class::unknown).later(1000s).decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 0"));
  EXPECT_EQ(s.target().rollback->job_id, std::nullopt);
  auto stopped = *s.seen.objects.deployments["app-c0-jm"];
  stopped.replicas = 0;
  s.seen.objects.deployments["app-c0-jm"] = std::make_shared<k8s::deployment>(stopped);
  EXPECT_EQ(s.no_job_manager("c0").decide().last.waiting.reason, "JobManagerRestarting");
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 1"));
}

TEST(decide_inplace, a_job_that_fails_while_task_managers_are_added_goes_on_with_more_of_them) {
  auto s = stopping();
  s.failed(s.stop(), failure_class::rejected, "it has failed").later(1s);
  rest::checkpoint last{.external_path = "file:/chk-7", .trigger_timestamp = s.milliseconds_now()};
  s.job("c0", "old", job_state::failed).checkpoints("c0", "old", {.completed = 7, .latest_completed = last});
  s.decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  s.jobs("c0", {{"old", job_state::failed}}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().cluster_id, "c0");
  EXPECT_EQ(s.target().restore_path, "file:/chk-7");
  EXPECT_EQ(s.target().job->parallelism, 4);
}

TEST(decide_inplace, a_suspension_meanwhile_forgets_the_rescale) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  s.app.spec.suspend = true;
  auto without = s;
  without.app.spec.savepoint_disabled = true;
  EXPECT_EQ(without.decide().phase(), phase::Cancelling);
  EXPECT_EQ(s.decide().phase(), phase::Savepointing);
  EXPECT_FALSE(s.app.status.target.has_value());
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  s.decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
}

TEST(decide_inplace, a_deletion_meanwhile_needs_no_rescale) {
  auto s = asked_for(4);
  with_task_managers(s, 2);
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Deleting);
}

} // namespace
} // namespace flink
