// Recovering: a job that failed or was lost restarts from its newest state.
#include "test/unit/flink/lifecycle/recover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace recover;
using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// -- the job failed ---------------------------------------------------------------------------------------------

TEST(decide_recover, a_failed_job_is_started_again_on_its_cluster_from_its_newest_checkpoint) {
  auto s = failed_job();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.job_failures->restarts, 1);
  EXPECT_EQ(s.events(), "JobFailed ");
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_LE(s.last.requeue_after, 10s);
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
  s.app.status.failed = failed_cluster{"c9", "bbbbbbbb", *s.app.status.last_updated_at};
  s.app.status.phase = phase::DeployFailed;
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
  s.another_job_manager("c0").no_job("c0", "old").jobs("c0").decide();
  EXPECT_EQ(s.phase(), phase::Failed) << "not when its JobManager has restarted, either";
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
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("restarts it 20 s after the failure"));
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
  s.replies("c0").all<ask_job>().clear();
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
  s.no_checkpoints("c0", "old");
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
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True JobLost"), HasSubstr("Flink has deleted its record")));
}

TEST(decide_recover, while_an_earlier_job_manager_pod_may_still_run_nothing_is_started) {
  auto s = scene::running();
  auto stuck = *s.seen.objects.pods.at("app-c0-jobmanager");
  stuck.head.key.name = "app-c0-jobmanager-cut-off";
  stuck.head.uid = "uid-cut-off";
  stuck.head.deleting = true;
  s.seen.objects.pods["app-c0-jobmanager-cut-off"] = std::make_shared<k8s::pod>(stuck);
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
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True JobEnded"), HasSubstr("the operator did not cancel it")));
}

TEST(decide_recover, a_job_that_somebody_starts_again_belongs_to_the_job_manager_that_runs_it) {
  auto s = scene::running();
  s.app.status.phase = phase::Failed;
  s.pods("c0", 1).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->job_manager->restarts, 1) << "the next savepoint is asked of this one";
}

TEST(decide_recover, one_that_somebody_starts_again_is_not_what_the_spec_asks_for_where_that_has_failed) {
  for (auto left : {phase::Failed, phase::Recovering}) {
    auto s = failed_job();
    s.app.status.phase = left;
    s.app.status.failed
        = failed_cluster{.id = "c9", .spec_hash = "bbbbbbbb", .failed_at = *s.app.status.last_updated_at};
    s.hash = "bbbbbbbb";
    s.later(10s).slots("c0", 2).job("c0", "old", job_state::running).decide();
    EXPECT_EQ(s.phase(), phase::DeployFailed);
  }
}

TEST(decide_recover, nor_is_it_forgotten_while_the_job_waits_for_its_restart) {
  auto s = failed_job();
  s.later(10s).pods("c0", 1).slots("c0", 2).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->job_manager->restarts, 1);
}

TEST(decide_recover, a_restart_that_is_refused_too_often_is_the_last) {
  auto s = submitting_again();
  s.app.status.job_failures->restarts = 3;
  s.failed(s.submit(), failure_class::rejected, "no").no_job("c0", *s.target().job_id).decide();
  EXPECT_EQ(s.phase(), phase::Failed);
  EXPECT_THAT(*s.app.status.reason, HasSubstr("3 times within"));
}

} // namespace
} // namespace flink
