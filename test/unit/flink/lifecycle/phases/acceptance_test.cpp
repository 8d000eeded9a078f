// spec.acceptance: what a new version must prove before the old one is forgotten.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::HasSubstr;

/// An update whose new job has been submitted.
scene submitted(acceptance asked) {
  auto s = scene::submitting();
  s.app.spec.acceptance = std::move(asked);
  return s.done(s.submit());
}

scene& new_job(scene& s, job_state state, int32_t running = 4) {
  return s.job(s.target().cluster_id, *s.target().job_id, state, running);
}

/// The new job runs, and has failed before.
scene& new_job_after_failures(scene& s, std::optional<int32_t> restarts) {
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  return s.failing_job(id, job, job_state::running, 60s).restarts(id, job, restarts);
}

TEST(decide_acceptance, a_version_whose_tasks_all_run_is_accepted_if_nothing_else_is_asked) {
  auto s = submitted({});
  new_job(s, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_acceptance, a_version_that_must_complete_a_checkpoint_is_not_accepted_before) {
  auto s = submitted({.require_checkpoint = true});
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  new_job(s, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_TRUE(s.does(ask_checkpoints{id, job}));
  s.checkpoints(id, job, {}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.last.waiting.reason, "JobUnproven");
  EXPECT_THAT(s.last.waiting.message, HasSubstr("checkpoint"));
  EXPECT_EQ(s.condition("Progressing"), "True JobUnproven: " + s.last.waiting.message);
  EXPECT_EQ(s.condition("Ready"), "False JobUnproven: " + s.last.waiting.message);
  s.checkpoints(id, job, {.completed = 1, .latest_completed = rest::checkpoint{.external_path = "file:/chk-1"}});
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_acceptance, a_savepoint_taken_by_somebody_is_no_checkpoint) {
  auto s = submitted({.require_checkpoint = true});
  rest::checkpoint saved{.external_path = "file:/sp-2", .is_savepoint = true};
  new_job(s, job_state::running);
  s.checkpoints(s.target().cluster_id, *s.target().job_id, {.completed = 1, .latest_completed = saved}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
}

TEST(decide_acceptance, without_a_checkpoint_in_time_it_is_rolled_back) {
  auto s = submitted({.require_checkpoint = true});
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.later(180s);
  new_job(s, job_state::running).checkpoints(id, job, {}).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_EQ(s.target().rollback->reason,
            "job " + job + " did not meet spec.acceptance within 180 s: it has not completed a checkpoint yet");
}

TEST(decide_acceptance, a_bounded_job_that_has_finished_needs_none) {
  auto s = submitted({.require_checkpoint = true});
  new_job(s, job_state::finished, 0).decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_acceptance, its_own_time_counts_for_a_new_version) {
  auto s = submitted({.after_seconds = 20});
  s.app.spec.timeouts = timeouts{.job_start_seconds = 500};
  new_job(s, job_state::running, 3).later(19s).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  s.later(1s);
  new_job(s, job_state::running, 3).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

TEST(decide_acceptance, and_not_for_the_old_one_that_gets_its_job_back) {
  auto s = submitted({.after_seconds = 20});
  s.later(21s);
  new_job(s, job_state::failed, 0).exceptions(s.target().cluster_id, *s.target().job_id, {}).decide();
  s.decide();
  auto job = s.target().rollback->job_id.value();
  s.jobs("c0").no_job("c0", job).decide();
  s.done(submit_job{"c0", job, {.jar_name = "job.jar", .parallelism = 2}, "file:/sp"}).later(60s);
  s.no_job("c0", job).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_NE(s.last.waiting.reason, "StartSlow");
}

TEST(decide_acceptance, a_job_that_flink_has_restarted_is_accepted_up_to_the_number_that_is_taken) {
  auto s = submitted({.max_restarts = 2});
  new_job_after_failures(s, 2).decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_acceptance, beyond_that_number_it_is_rolled_back_with_the_cause_though_it_runs) {
  auto s = submitted({.max_restarts = 2});
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  new_job_after_failures(s, 3).decide();
  EXPECT_TRUE(s.does(ask_exceptions{id, job}));
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  s.exceptions(id, job, {.latest = "IllegalStateException: no"}).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_EQ(s.target().rollback->reason, "job " + job
                                             + " was restarted 3 times, more than the 2 that "
                                               "spec.acceptance.maxRestarts allows: IllegalStateException: no");
}

TEST(decide_acceptance, by_default_three_restarts_are_taken) {
  for (auto [restarts, phase] : {std::pair{3, phase::Running}, std::pair{4, phase::RollingBackJob}}) {
    auto s = submitted({});
    s.exceptions(s.target().cluster_id, *s.target().job_id, {});
    new_job_after_failures(s, restarts).decide();
    EXPECT_EQ(s.phase(), phase);
  }
}

TEST(decide_acceptance, a_job_that_has_failed_is_not_accepted_before_flink_tells_how_often) {
  auto s = submitted({});
  new_job_after_failures(s, std::nullopt).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.last.waiting.reason, "JobUnproven");
  s.later(180s);
  new_job_after_failures(s, std::nullopt).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

TEST(decide_acceptance, a_first_version_that_does_not_prove_itself_fails_and_is_repaired_by_an_edit) {
  scene s;
  s.finalized().decide();
  auto id = s.target().cluster_id;
  s.app.spec.acceptance = acceptance{.require_checkpoint = true};
  s.cluster(id).slots(id, 2).decide();
  auto job = *s.target().job_id;
  s.jobs(id).no_job(id, job).done(switch_service{id}).done(s.submit()).later(180s);
  s.job(id, job, job_state::running).checkpoints(id, job, {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(decide_acceptance, a_job_that_is_started_again_after_a_failure_need_not_prove_anything) {
  auto s = scene::running();
  s.app.spec.acceptance = acceptance{.require_checkpoint = true};
  rest::checkpoint last{.external_path = "file:/chk-7", .trigger_timestamp = s.milliseconds_now()};
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {});
  s.checkpoints("c0", "old", {.completed = 7, .latest_completed = last}).decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  s.later(10s).slots("c0", 2);
  s.checkpoints("c0", "old", {.completed = 7, .latest_completed = last}).decide();
  ASSERT_EQ(s.phase(), phase::SubmittingJob);
  s.job("c0", *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

} // namespace
} // namespace flink
