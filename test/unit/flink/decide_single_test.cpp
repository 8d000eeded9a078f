// Single: never two clusters at once, and a way back until the new version is accepted.
#include "test/unit/flink/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;
using testing::UnorderedElementsAre;

/// An edit in mode Single, its objects not yet shown to the API server.
scene edited() {
  auto s = scene::running();
  s.app.spec.deployment_mode = deployment_mode::Single;
  s.hash = "bbbbbbbb";
  s.app.metadata.generation = 2;
  return s.decide();
}

std::vector<action> rehearsals(const std::string& id) {
  using enum object_role;
  return {rehearse_object{job_manager, id, false}, rehearse_object{task_manager, id, false},
          rehearse_object{job_manager, id, true}, rehearse_object{task_manager, id, true}};
}

/// ... the API server would take them, and the old job is being stopped.
scene stopping() {
  auto s = edited();
  for (auto& x : rehearsals(s.target().cluster_id))
    s.done(x);
  return s.decide();
}

/// ... it has ended, and its pods are going.
scene making_room() {
  auto s = stopping();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  return s.job("c0", "old", job_state::finished).decide();
}

scene& without_pods(scene& s, const std::string& id) {
  std::erase_if(s.seen.world.pods, [&](auto& x) { return x.first.find("-" + id + "-") != std::string::npos; });
  return s;
}

scene& with_replicas(scene& s, const std::string& id, int32_t job_managers, int32_t task_managers) {
  for (auto& [suffix, n] : {std::pair{"-jm", job_managers}, std::pair{"-tm", task_managers}}) {
    auto x = *s.seen.world.deployments.at("app-" + id + suffix);
    x.replicas = n;
    s.seen.world.deployments["app-" + id + suffix] = std::make_shared<k8s::deployment>(x);
  }
  return s;
}

/// ... and gone: the new cluster is being made.
scene room() {
  auto s = making_room();
  with_replicas(s.decide(), "c0", 0, 0);
  return without_pods(s, "c0").decide();
}

/// ... it has its slots, and the new job is being submitted.
scene submitting() {
  auto s = room();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide();
  return s.done(switch_service{id}).jobs(id).no_job(id, *s.target().job_id);
}

TEST(decide_single, everything_is_rehearsed_and_nothing_created_while_the_old_job_runs) {
  auto s = edited();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_THAT(s.acts(), IsEmpty()) << "the goal is written down first";
  EXPECT_EQ(s.app.status.deployment_mode, "Single");
  s.decide();
  auto id = s.target().cluster_id;
  EXPECT_THAT(s.acts(), UnorderedElementsAre("rehearse JobManager Deployment of " + id,
                                             "rehearse TaskManager Deployment of " + id,
                                             "rehearse JobManager Deployment's pod of " + id,
                                             "rehearse TaskManager Deployment's pod of " + id));
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

// -- what goes wrong once the old job has ended --------------------------------------------------------------

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
  for (auto& id : clusters_in(s.seen.world))
    s.no_cluster(id);
  s.decide();
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

} // namespace
} // namespace flink
