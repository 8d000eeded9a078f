// RollingBackJob: the operator restarts the job on the previous version.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

TEST(decide_rollback, a_job_that_does_not_start_gives_the_old_version_its_job_back) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto failed_job = *s.target().job_id;
  s.failed(s.submit(), failure_class::rejected, "savepoint incompatible").decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  ASSERT_TRUE(s.target().rollback.has_value());
  auto again = s.target().rollback->job_id.value();
  EXPECT_FALSE(again.empty());
  EXPECT_NE(again, failed_job);
  s.jobs("c0").no_job("c0", again).done(switch_service{"c0"}).decide();
  EXPECT_THAT(s.acts(), Contains("submit job " + again + " to c0"));
  s.job("c0", again, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->job_id, again);
  EXPECT_EQ(s.app.status.cluster->id, "c0");
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("savepoint incompatible"));
}

TEST(decide_rollback, a_job_that_a_forgotten_stop_has_ended_has_not_finished_by_itself) {
  auto s = scene::savepointing();
  s.app.status.phase = phase::Recovering;
  s.job("c0", "old", job_state::finished).jobs("c0");
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/last", s.milliseconds_now(), true, false}});
  s.replies("c0").all<ask_savepoint>()[*s.target().trigger_id]
      = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.decide();
  auto id = s.target().cluster_id;
  s.done(switch_service{id}).jobs(id).no_job(id, *s.target().job_id);
  s.failed(s.submit(), failure_class::rejected, "no").decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_TRUE(s.target().rollback->job_id) << "it is given back";
}

TEST(decide_rollback, the_old_job_is_not_started_while_the_new_one_may_still_appear) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  s.failed(s.submit(), failure_class::unknown).later(10min).no_job(id, *s.target().job_id).decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.no_job(id, *s.target().job_id).decide();
  EXPECT_FALSE(s.target().rollback->job_id.has_value());
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
  s.no_cluster(id).decide();
  EXPECT_TRUE(s.target().rollback->job_id.has_value());
}

TEST(decide_rollback, a_refused_job_has_ended_once_its_job_manager_says_that_it_is_not_there) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.failed(s.submit(), failure_class::rejected).replies(id).all<ask_job>().clear();
  s.app.spec.force_rollback = true;
  ASSERT_EQ(s.decide().phase(), phase::RollingBackJob);
  auto t = s;
  EXPECT_FALSE(t.decide().target().rollback->job_id.has_value());
  EXPECT_THAT(t.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)))
      << "nobody answers: only the end of its cluster is certain";
  EXPECT_TRUE(s.no_job(id, job).decide().target().rollback->job_id.has_value());
}

TEST(decide_rollback, a_new_job_went_with_the_pod_that_it_was_submitted_to) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.failed(s.submit(), failure_class::unknown).later(10min).no_job(id, job).decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.another_job_manager(id).no_job(id, job);
  auto t = s;
  EXPECT_TRUE(s.decide().target().rollback->job_id.has_value());
  t.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  EXPECT_FALSE(t.decide().target().rollback->job_id.has_value()) << "it may come back";
}

TEST(decide_rollback, a_job_that_was_cancelled_without_a_savepoint_is_given_back_without_state) {
  auto s = scene::updating();
  s.app.spec.savepoint_disabled = true;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).jobs("c0").decide().job("c0", "old", job_state::canceled).decide();
  ASSERT_EQ(s.phase(), phase::SubmittingJob);
  s.done(switch_service{id}).jobs(id).no_job(id, *s.target().job_id);
  s.failed(s.submit(), failure_class::rejected).decide().decide();
  auto again = s.target().rollback->job_id.value();
  s.jobs("c0").job("c0", again, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->restore_path, std::nullopt);
  EXPECT_EQ(s.app.status.job_status->last_checkpoint_time, std::nullopt);
}

TEST(decide_rollback, a_pod_that_outlives_its_deployment_may_hold_the_old_job_manager) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::rejected).decide();
  s.seen.objects.deployments.erase("app-c0-jm");
  s.pod("c0", "jobmanager", {.phase = "Pending"}).decide();
  EXPECT_EQ(s.last.waiting.reason, "OldJobManagerDown");
  s.no_job_manager("c0").decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("has been deleted"));
}

TEST(decide_rollback, with_high_availability_the_job_keeps_its_identity_in_another_life) {
  auto s = scene::submitting();
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  s.failed(s.submit(), failure_class::rejected).decide().decide();
  auto back = s.target().rollback->job_id;
  ASSERT_TRUE(back.has_value());
  EXPECT_EQ(s.another_job_manager("c0").decide().target().rollback->job_id, back);
}

TEST(decide_rollback, a_new_job_whose_cluster_is_gone_is_rolled_back) {
  auto s = scene::submitting();
  s.no_cluster(s.target().cluster_id).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_EQ(s.last.waiting, waiting{}) << "its pods are not waited for any more";
}

TEST(decide_rollback, a_new_job_whose_tasks_do_not_all_run_in_time_is_rolled_back_and_cancelled) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.done(s.submit()).later(601s).job(id, job, job_state::running, 1).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("cancel job " + job + " of " + id));
}

TEST(decide_rollback, a_rollback_waits_for_the_old_job_manager_and_for_the_tasks_of_its_job) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::rejected, "no").decide();
  auto t = s;
  EXPECT_EQ(t.no_job_manager("c0").decide().last.waiting.reason, "OldJobManagerDown");
  s.decide().jobs("c0").job("c0", *s.target().rollback->job_id, job_state::failed);
  EXPECT_EQ(s.decide().last.waiting.reason, "JobStarting");
  s.seen.objects.services["app"]
      = std::make_shared<k8s::service>(k8s::service{.head = s.head("app", s.target().cluster_id, "")});
  EXPECT_THAT(s.decide().acts(), Contains("switch service to c0"));
}

TEST(decide_rollback, what_an_operator_before_may_have_given_back_to_a_job_manager_that_restarted_is_ruled_out) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::rejected, "no").decide().decide();
  auto back = s.target().rollback->job_id;
  ASSERT_TRUE(back.has_value());
  auto t = s;
  EXPECT_NE(t.pods("c0", 1).decide().target().rollback->job_id, back) << "nothing was sent";
  s.another_operator().pods("c0", 1).decide();
  EXPECT_EQ(s.target().rollback->job_id, back);
  EXPECT_EQ(s.last.waiting.reason, "StartUncertain");
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 0"));
  EXPECT_NE(s.another_job_manager("c0").decide().target().rollback->job_id, back);
}

TEST(force_rollback, gives_up_the_deploy_during_which_it_was_set_and_no_later_one) {
  auto s = scene::updating();
  s.app.spec.force_rollback = true;
  s.decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  s.hash = "cccccccc";
  s.decide();
  ASSERT_EQ(s.phase(), phase::ClusterStarting);
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting) << "it was meant for the deploy before";
  s.app.spec.force_rollback = false;
  s.decide();
  s.app.spec.force_rollback = true;
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(force_rollback, gives_the_old_version_its_job_back_when_it_was_stopped_already) {
  auto s = scene::submitting();
  s.app.spec.force_rollback = true;
  s.decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

} // namespace
} // namespace flink
