// Single: never two clusters at once.
#include "test/unit/flink/lifecycle/single.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace single;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

TEST(decide_single, everything_is_rehearsed_and_nothing_created_while_the_old_job_runs) {
  auto s = edited();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_THAT(s.acts(), IsEmpty()) << "the goal is written down first";
  EXPECT_EQ(s.app.status.deployment_mode, deployment_mode::Single);
  s.decide();
  auto id = s.target().cluster_id;
  EXPECT_THAT(s.acts(),
              UnorderedElementsAre("dry-run JobManager Deployment of " + id, "dry-run TaskManager Deployment of " + id,
                                   "dry-run JobManager Deployment's pod of " + id,
                                   "dry-run TaskManager Deployment's pod of " + id));
}

TEST(decide_single, a_first_deploy_needs_no_rehearsal) {
  scene s;
  s.app.spec.deployment_mode = deployment_mode::Single;
  s.finalized().decide().decide();
  EXPECT_THAT(s.acts(), Contains("create JobManager Deployment of c1"));
}

class refused_in_a_rehearsal : public testing::TestWithParam<std::size_t> {};

TEST_P(refused_in_a_rehearsal, the_old_job_is_untouched) {
  auto s = edited();
  auto all = rehearsals(s.target().cluster_id);
  for (std::size_t i = 0; i < all.size(); ++i)
    i == GetParam() ? s.failed(all[i], failure_class::rejected, "no PriorityClass with name x") : s.done(all[i]);
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("no PriorityClass with name x"));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("stop job"))));
}

INSTANTIATE_TEST_SUITE_P(decide, refused_in_a_rehearsal, testing::Range(std::size_t{0}, std::size_t{4}));

TEST(decide_single, a_quota_that_the_old_pods_use_up_refuses_nothing) {
  auto s = edited();
  auto all = rehearsals(s.target().cluster_id);
  s.done(all[0]).done(all[1]).done(all[2]);
  s.failed(all[3], failure_class::rejected, "pods \"x\" is forbidden: exceeded quota: q").decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_single, a_quota_of_deployments_does) {
  auto s = edited();
  s.failed(rehearsals(s.target().cluster_id)[1], failure_class::rejected, "exceeded quota: q").decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed) << "the old Deployments stay";
}

TEST(decide_single, a_missing_right_is_told_and_waited_for) {
  auto s = edited();
  auto all = rehearsals(s.target().cluster_id);
  s.done(all[0]).done(all[1]).done(all[2]).failed(all[3], failure_class::forbidden, "cannot create pods").decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True Forbidden"));
}

TEST(decide_single, a_rehearsal_without_answer_is_repeated) {
  auto s = edited();
  auto all = rehearsals(s.target().cluster_id);
  s.done(all[0]).done(all[1]).done(all[2]).failed(all[3], failure_class::unknown).decide();
  EXPECT_TRUE(s.does(all[3]));
}

TEST(decide_single, the_old_job_is_stopped_with_a_savepoint_before_its_cluster_goes) {
  auto s = stopping();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.acts(), ElementsAre("stop job old of c0 by " + *s.target().trigger_id));
}

TEST(decide_single, what_the_old_cluster_had_is_written_down_before_it_is_scaled_down) {
  auto s = making_room();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.target().old_replicas, (replica_counts{1, 1}));
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_THAT(s.acts(), IsEmpty());
  s.decide();
  EXPECT_THAT(s.acts(), UnorderedElementsAre("scale app-c0-jm to 0", "scale app-c0-tm to 0"));
}

TEST(decide_single, nothing_is_created_while_a_pod_of_the_old_cluster_is_left) {
  auto s = with_replicas(making_room().decide(), "c0", 0, 0);
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.last.waiting.reason, "MakingRoom");
  without_pods(s, "c0").decide();
  EXPECT_THAT(s.acts(), Contains("create JobManager Deployment of " + s.target().cluster_id));
}

TEST(decide_single, pods_that_do_not_end_are_a_trouble_for_a_person) {
  auto s = making_room();
  with_replicas(s.decide(), "c0", 0, 0).later(1h).decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True MakingRoom"));
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(decide_single, the_new_job_starts_from_the_savepoint_and_the_old_deployments_go_once_it_runs) {
  auto s = submitting();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  auto id = s.target().cluster_id;
  EXPECT_EQ(s.target().restore_path, "file:/sp");
  s.decide();
  EXPECT_TRUE(s.does(s.submit()));
  auto job = *s.target().job_id;
  s.done(s.submit()).job(id, job, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
}

TEST(decide_single, without_savepoints_the_job_is_cancelled_first) {
  auto s = edited();
  s.app.spec.savepoint_disabled = true;
  for (auto& x : rehearsals(s.target().cluster_id))
    s.done(x);
  s.decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.job("c0", "old", job_state::canceled).jobs("c0").decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_TRUE(s.target().old_replicas.has_value());
  EXPECT_FALSE(s.target().restore_path.has_value());
}

} // namespace
} // namespace flink
