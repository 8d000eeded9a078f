// A job that failed, or was lost, or cannot be stopped with a savepoint, goes on from its newest state.
#include "scene.hpp"

#include <gmock/gmock.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using namespace testing;
using rest::job_state;

int64_t stamp(const scene& s) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
}

rest::checkpoints with_checkpoint(const scene& s, std::string path) {
  return {.completed = 1, .latest_completed = rest::checkpoint{std::move(path), stamp(s), false, false}};
}

/// The job has failed, and the cluster has its slots.
scene failed_job() {
  auto s = scene::running();
  s.slots("c0", 2).checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  return s;
}

/// ... and its pause is over.
scene paused_long_enough() {
  auto s = failed_job();
  s.later(10s).slots("c0", 2).checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3"));
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  return s;
}

/// ... and it is submitted again.
scene started_again() {
  auto s = paused_long_enough();
  s.jobs("c0", {{"old", job_state::failed}}).no_job("c0", *s.target().job_id).decide();
  return s.done(s.submit());
}

// -- the job failed ---------------------------------------------------------------------------------------------

TEST(decide_recover, a_failed_job_is_started_again_on_its_cluster_from_its_newest_checkpoint) {
  auto s = failed_job();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.job_failures->restarts, 1);
  EXPECT_EQ(s.events(), "JobFailed ");
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_LE(s.last.look_again, 10s);
  s = paused_long_enough();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().cluster_id, "c0");
  EXPECT_EQ(s.target().restore_path, "file:/chk-3");
  s = started_again();
  EXPECT_THAT(s.acts(), Contains(StartsWith("submit job " + *s.target().job_id)));
  auto id = *s.target().job_id;
  s.job("c0", id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.job_status->job_id, id);
  EXPECT_EQ(s.app.status.job_status->restore_path, "file:/chk-3");
  EXPECT_FALSE(s.app.status.target.has_value());
  s.checkpoints("c0", id, {}).decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("True"));
}

TEST(decide_recover, what_is_submitted_again_is_what_ran_not_what_the_spec_says_by_now) {
  auto s = scene::running();
  s.app.status.failed = failed_cluster{"c9", "bbbbbbbb", s.app.status.conditions.front().last_transition_time};
  s.app.status.phase = "DeployFailed";
  s.app.status.reason = "JobRefused: no";
  s.hash = "bbbbbbbb";
  s.app.spec.jar_name = "broken.jar";
  s.app.spec.parallelism = 9;
  s.slots("c0", 2).job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.target().job->jar_name, "job.jar");
  EXPECT_EQ(s.target().job->parallelism, 2);
  s.later(10s).slots("c0", 2).job("c0", "old", job_state::failed).exceptions("c0", "old", {});
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  s.jobs("c0").no_job("c0", *s.target().job_id).decide();
  s.done(s.submit()).job("c0", *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed) << "the version that failed stays refused";
  EXPECT_EQ(s.app.status.cluster->spec_hash, "aaaaaaaa");
}

TEST(decide_recover, a_job_that_keeps_failing_is_left_to_a_person_and_an_edit_tries_again) {
  auto s = scene::running();
  s.app.status.job_failures = job_failures{3, s.app.status.last_updated_at, s.app.status.last_updated_at, "why"};
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::Failed);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True Failed"), HasSubstr("3 times within 3600 s")));
  EXPECT_THAT(s.condition("Ready"), StartsWith("False Failed"));
  EXPECT_THAT(s.condition("Progressing"), StartsWith("False"));
  auto settled = s.app.status;
  s.later(10s).job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  EXPECT_EQ(s.app.status, settled) << "nothing more is said or done";
  s.app.metadata.generation = 2;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.job_failures->restarts, 1);
}

TEST(decide_recover, failures_from_before_the_window_do_not_count) {
  auto s = scene::running();
  s.app.status.job_failures = job_failures{3, s.app.status.last_updated_at, s.app.status.last_updated_at, "why"};
  s.later(3601s).job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.job_failures->restarts, 1);
}

TEST(decide_recover, never_means_never) {
  auto s = scene::running();
  s.app.spec.job_failure_policy = job_failure_policy{.restart = restart_policy::Never};
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::Failed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("jobFailurePolicy.restart is Never"));
}

TEST(decide_recover, never_without_state_unless_the_user_says_so) {
  for (bool allowed : {false, true}) {
    auto s = scene::running();
    s.app.spec.fallback_without_state = allowed;
    s.job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide().later(10s);
    s.slots("c0", 2)
        .job("c0", "old", job_state::failed)
        .exceptions("c0", "old", {})
        .checkpoints("c0", "old", {})
        .decide();
    EXPECT_EQ(s.phase(), allowed ? phase::SubmittingJob : phase::Failed);
    if (!allowed)
      EXPECT_THAT(s.condition("Degraded"), HasSubstr("fallbackWithoutState"));
  }
}

TEST(decide_recover, the_pause_doubles_with_each_restart_within_the_window) {
  auto s = scene::running();
  s.app.status.job_failures = job_failures{1, s.app.status.last_updated_at, s.app.status.last_updated_at, "why"};
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {}).decide();
  ASSERT_EQ(s.app.status.job_failures->restarts, 2);
  s.later(19s).slots("c0", 2).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("started again 20 s later"));
  s.later(1s).slots("c0", 2).checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
}

TEST(decide_recover, an_edit_while_waiting_is_deployed_instead) {
  auto s = failed_job();
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, "c0");
}

TEST(decide_recover, a_start_that_is_refused_counts_as_a_failure) {
  auto s = started_again();
  s.failed(s.submit(), failure_class::rejected, "main() threw").no_job("c0", *s.target().job_id).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.job_failures->restarts, 2);
}

TEST(decide_recover, a_start_that_may_still_come_is_made_impossible_before_the_next) {
  auto s = started_again();
  s.later(10min).no_job("c0", *s.target().job_id).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_THAT(s.acts(), ElementsAre("scale app-c0-jm to 0"));
}

TEST(decide_recover, a_job_that_ran_and_failed_between_two_looks_is_the_one_whose_state_counts) {
  auto s = started_again();
  auto id = *s.target().job_id;
  s.job("c0", id, job_state::failed, 0).exceptions("c0", id, {}).decide();
  EXPECT_EQ(s.app.status.job_status->job_id, id);
  s.decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  s.later(20s).slots("c0", 2).job("c0", id, job_state::failed).exceptions("c0", id, {});
  s.checkpoints("c0", id, with_checkpoint(s, "file:/chk-4")).decide();
  EXPECT_EQ(s.target().restore_path, "file:/chk-4");
}

TEST(decide_recover, a_job_that_came_back_by_itself_is_not_started_again) {
  auto s = failed_job();
  s.later(10s).slots("c0", 2);
  s.told("c0").job.clear();
  s.job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.target.has_value());
}

// -- the job was lost ---------------------------------------------------------------------------------------------

TEST(decide_recover, a_job_lost_with_its_job_manager_is_started_again_from_the_recorded_checkpoint) {
  auto s = scene::running();
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  s.pods("c0", 1).no_job("c0", "old").decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.events(), "JobFailed ");
  s.later(10s).slots("c0", 2).no_job("c0", "old");
  s.told("c0").checkpoints["old"] = learned<maybe<rest::checkpoints>>{std::nullopt, s.now.steady};
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/chk-3");
  EXPECT_EQ(s.target().job_manager->restarts, 1);
}

TEST(decide_recover, with_high_availability_flink_brings_the_job_back) {
  auto s = scene::running();
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  s.pods("c0", 1).no_job("c0", "old").decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True JobLost"), HasSubstr("high availability")));
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_recover, a_bounded_job_that_is_through_is_not_lost_when_flink_has_forgotten_it) {
  auto s = scene::running();
  s.job("c0", "old", job_state::finished).decide();
  ASSERT_EQ(s.app.status.job_status->state, "FINISHED");
  s.pods("c0", 1).no_job("c0", "old").decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Ready"), StartsWith("True"));
}

TEST(decide_recover, a_job_that_its_own_job_manager_has_forgotten_had_ended_in_some_way_and_is_left_alone) {
  auto s = scene::running();
  s.no_job("c0", "old").decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True JobLost"), HasSubstr("its record has expired")));
}

TEST(decide_recover, while_an_earlier_job_manager_pod_may_still_run_nothing_is_started) {
  auto s = scene::running();
  auto stuck = *s.seen.world.pods.at("app-c0-jobmanager");
  stuck.head.key.name = "app-c0-jobmanager-cut-off";
  stuck.head.uid = "uid-cut-off";
  stuck.head.deleting = true;
  s.seen.world.pods["app-c0-jobmanager-cut-off"] = std::make_shared<k8s::pod>(stuck);
  s.pods("c0", 1).no_job("c0", "old").decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True OldClusterUnconfirmed"));
  s.app.metadata.annotations[std::string{confirm_gone_annotation}] = "c0";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Recovering) << "a person has taken the responsibility";
}

TEST(decide_recover, a_job_cancelled_by_hand_stays_cancelled) {
  auto s = scene::running();
  s.job("c0", "old", job_state::canceled).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True JobEnded"), HasSubstr("by somebody else")));
}

// -- objects deleted by hand ----------------------------------------------------------------------------------------

TEST(decide_recover, objects_deleted_by_hand_are_created_again) {
  auto s = scene::running();
  s.seen.world.deployments.erase("app-c0-tm");
  s.decide();
  EXPECT_TRUE(s.does(create_object{object_role::task_manager, "c0"}));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True ObjectsMissing"));
}

TEST(decide_recover, objects_are_created_again_however_often_somebody_deletes_them) {
  auto s = scene::running();
  s.done(create_object{object_role::job_manager, "c0"}).later(1min);
  s.seen.world.deployments.erase("app-c0-jm");
  s.seen.world.pods.erase("app-c0-jobmanager");
  s.decide();
  EXPECT_TRUE(s.does(create_object{object_role::job_manager, "c0"}));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True ObjectsMissing"));
}

TEST(decide_recover, objects_of_a_version_that_the_spec_no_longer_describes_cannot_be_created_again) {
  auto s = scene::running();
  s.app.status.failed = failed_cluster{"c9", "bbbbbbbb", s.app.status.conditions.front().last_transition_time};
  s.app.status.phase = "DeployFailed";
  s.hash = "bbbbbbbb";
  s.seen.world.deployments.erase("app-c0-tm");
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("create"))));
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True ObjectsMissing"), HasSubstr("restartNonce")));
}

// -- an update of a job that cannot be stopped with a savepoint
// --------------------------------------------------------

/// The savepoint has failed, and so many of the old job's four tasks run.
scene savepoint_failed(int32_t running) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "no"});
  s.later(1s).job("c0", "old", running == 4 ? job_state::running : job_state::restarting, running);
  return s;
}

TEST(decide_recover, a_job_that_runs_well_is_not_given_up_for_a_failed_savepoint) {
  auto s = savepoint_failed(4);
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7")).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.acts(), Not(Contains("cancel job old of c0")));
}

TEST(decide_recover, a_job_that_keeps_restarting_is_updated_from_its_newest_checkpoint) {
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

TEST(decide_recover, a_job_that_keeps_restarting_without_usable_state_is_left_as_it_is) {
  auto s = savepoint_failed(0);
  s.checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), AllOf(HasSubstr("fallbackWithoutState"), HasSubstr("left as it is")));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
}

TEST(decide_recover, a_job_whose_checkpoints_would_go_with_it_is_not_cancelled) {
  auto s = savepoint_failed(0);
  s.app.spec.flink_config["execution.checkpointing.externalized-checkpoint-retention"]
      = std::string{"DELETE_ON_CANCELLATION"};
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7")).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_recover, the_age_of_a_checkpoint_counts_before_the_job_is_ended_not_after) {
  auto s = savepoint_failed(0);
  auto taken = with_checkpoint(s, "file:/chk-7");
  s.app.spec.max_checkpoint_restore_age_seconds = 60;
  s.checkpoints("c0", "old", taken).decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  s.decide().done(cancel_job{"c0", "old"}).later(5min).job("c0", "old", job_state::canceled).jobs("c0");
  s.checkpoints("c0", "old", taken).decide();
  EXPECT_EQ(s.target().restore_path, "file:/chk-7");
}

// -- forceRollback ----------------------------------------------------------------------------------------------------

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
