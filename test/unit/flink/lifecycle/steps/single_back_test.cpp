// Single: a way back until the new version is accepted.
#include "test/unit/flink/lifecycle/single.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace single;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

TEST(decide_single, a_new_cluster_that_does_not_come_up_gives_the_old_version_its_cluster_and_job_back) {
  auto s = room();
  auto id = s.target().cluster_id;
  s.objects(id).pod(id, "jobmanager", {.phase = "Pending", .waiting_reason = "InvalidImageName"}).decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("scale")))) << "never two clusters at once";
  s.no_cluster(id).decide();
  EXPECT_THAT(s.acts(), UnorderedElementsAre("scale app-c0-jm to 1", "scale app-c0-tm to 1"));
  with_replicas(s, "c0", 1, 1).pods("c0", 7).slots("c0", 1).decide();
  EXPECT_FALSE(s.target().rollback->job_id.has_value()) << "a slot is missing";
  s.slots("c0", 2).decide();
  auto job = s.target().rollback->job_id.value();
  s.jobs("c0").no_job("c0", job).decide();
  EXPECT_THAT(s.acts(), Contains("submit job " + job + " to c0"));
  s.job("c0", job, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->job_id, job);
  EXPECT_EQ(s.app.status.job_status->restore_path, "file:/sp");
}

TEST(decide_single, an_object_that_is_refused_after_all_rolls_back) {
  auto s = room();
  s.failed(create_object{object_role::task_manager, s.target().cluster_id}, failure_class::rejected).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

TEST(decide_single, a_job_that_does_not_start_rolls_back) {
  auto s = submitting();
  s.failed(s.submit(), failure_class::rejected, "ClassNotFoundException").decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  auto id = s.target().cluster_id;
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
}

TEST(decide_single, taking_the_edit_back_gives_the_old_version_its_job_back) {
  auto s = room();
  s.hash = "aaaaaaaa";
  s.decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

TEST(decide_single, another_edit_takes_the_state_over_and_waits_for_the_first_ones_pods) {
  auto s = room();
  auto first = s.target().cluster_id;
  s.cluster(first);
  s.hash = "cccccccc";
  s.app.spec.deployment_mode = deployment_mode::Dual; // too late for this move
  s.decide();
  ASSERT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, first);
  EXPECT_EQ(s.target().restore_path, "file:/sp");
  EXPECT_EQ(s.target().old_replicas, (replica_counts{1, 1}));
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + first)));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("create"))));
  s.no_cluster(first).decide();
  EXPECT_THAT(s.acts(), Contains("create JobManager Deployment of " + s.target().cluster_id));
}

TEST(decide_single, a_way_back_that_is_barred_says_where_the_state_is_and_an_edit_starts_from_it) {
  auto s = room();
  s.app.spec.force_rollback = true;
  s.decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.no_cluster(s.target().cluster_id).later(600s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("file:/sp"));
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_FALSE(s.app.status.job_status->job_id.has_value());
  s.app.spec.force_rollback = false;
  s.hash = "cccccccc";
  s.decide();
  for (auto& x : rehearsals(s.target().cluster_id))
    s.done(x);
  s.decide();
  EXPECT_EQ(s.target().restore_path, "file:/sp");
}

TEST(decide_single, an_old_deployment_deleted_by_hand_bars_the_way_back_at_once) {
  auto s = room();
  s.no_cluster("c0");
  s.app.spec.force_rollback = true;
  s.decide().decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("deleted"));
}

TEST(decide_single, a_deletion_in_between_has_nothing_to_save_any_more) {
  auto s = room();
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.decide().decide();
  EXPECT_TRUE(s.app.status.deletion->job_ended.value_or(false));
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

TEST(decide_single, a_suspension_in_between_keeps_the_state_and_has_nobody_to_ask_any_more) {
  auto s = room();
  s.app.spec.suspend = true;
  s.decide().decide();
  EXPECT_EQ(s.app.status.suspension->job_ended, true) << s.condition("Degraded");
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  for (auto& id : clusters_in(s.seen.objects))
    s.no_cluster(id);
  s.decide();
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

} // namespace
} // namespace flink
