// spec.suspend: what a suspension makes of a deploy under way, and of a job that cannot be asked for a savepoint.
#include "test/unit/flink/lifecycle/suspension.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace suspension;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(decide_suspend, gives_up_a_deploy_whose_cluster_is_starting_without_counting_it) {
  auto s = suspending(scene::updating());
  EXPECT_FALSE(s.app.status.target.has_value());
  EXPECT_THAT(s.app.status.history, IsEmpty());
  s.decide();
  EXPECT_EQ(record(s).job_id, "old");
}

TEST(decide_suspend, gives_up_a_first_deploy) {
  scene s;
  s.finalized().decide();
  auto id = s.target().cluster_id;
  s.cluster(id);
  s = suspending(s).decide().decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_FALSE(s.app.status.savepoint_path.has_value());
}

TEST(decide_suspend, takes_over_the_stop_that_is_under_way) {
  auto base = scene::savepointing();
  auto trigger = *base.target().trigger_id;
  auto s = suspending(base);
  EXPECT_EQ(record(s).trigger_id, trigger);
  s.app.spec.suspend = false;
  s.job("c0", "old", job_state::running).decide();
  EXPECT_TRUE(s.app.status.suspension.has_value()) << "the stop may have been sent";
}

TEST(decide_suspend, keeps_the_savepoint_of_an_update_whose_job_manager_is_gone) {
  auto base = scene::savepointing();
  base.done(base.stop()).savepoint("c0", *base.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  base.job("c0", "old", job_state::running).decide();
  ASSERT_EQ(base.target().restore_path, "file:/sp");
  auto s = suspending(base);
  s.no_cluster("c0").decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, saves_the_new_job_if_it_runs_already) {
  auto base = scene::submitting();
  auto id = base.target().cluster_id;
  auto job_id = *base.target().job_id;
  base.done(base.submit()).job(id, job_id, job_state::running);
  auto s = suspending(base).decide();
  EXPECT_EQ(record(s).job_id, job_id);
  s.decide().done(last_stop(s));
  saved(s, "file:/newer").job(id, job_id, job_state::finished).decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/newer");
  clusters_gone(s);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/newer");
}

TEST(decide_suspend, a_new_job_whose_tasks_do_not_run_leaves_what_it_was_started_from) {
  auto base = scene::submitting();
  auto id = base.target().cluster_id;
  auto job_id = *base.target().job_id;
  base.done(base.submit()).job(id, job_id, job_state::restarting, 0);
  auto s = suspending(base).decide();
  EXPECT_TRUE(s.does(cancel_job{id, job_id}));
  s.done(cancel_job{id, job_id}).job(id, job_id, job_state::canceled).decide();
  EXPECT_EQ(record(s).job_ended, true);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
}

TEST(decide_suspend, a_job_that_was_never_seen_ends_with_its_cluster_also_with_high_availability) {
  auto base = scene::submitting();
  base.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  auto s = suspending(base).decide();
  EXPECT_EQ(record(s).job_ended, true);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

TEST(decide_suspend, a_rollback_leaves_the_state_that_the_old_version_was_to_get) {
  auto base = scene::submitting();
  auto id = base.target().cluster_id;
  auto job_id = *base.target().job_id;
  base.done(base.submit())
      .job(id, job_id, job_state::failed, 0)
      .failed(ask_exceptions{id, job_id}, failure_class::gone);
  base.decide();
  ASSERT_EQ(base.phase(), phase::RollingBackJob);
  auto s = suspending(base).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, a_job_that_failed_leaves_its_newest_state) {
  auto base = scene::running();
  base.job("c0", "old", job_state::failed)
      .checkpoints("c0", "old",
                   {.completed = 3, .latest_completed = rest::checkpoint{"file:/chk-3", 1'800'000'000'000}});
  auto s = suspending(base).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/chk-3");
  EXPECT_THAT(s.events(), HasSubstr("RestoringExternalizedCheckpoint"));
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, a_job_that_is_lost_leaves_the_state_that_is_recorded) {
  auto base = scene::running();
  base.app.status.job_status->last_checkpoint = "file:/chk-9";
  base.app.status.job_status->last_checkpoint_time
      = k8s::timestamp::parse(base.app.status.conditions[0].last_transition_time);
  base.no_cluster("c0");
  auto s = suspending(base).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/chk-9");
}

TEST(decide_suspend, never_goes_on_silently_without_state) {
  auto base = scene::running();
  base.job("c0", "old", job_state::failed);
  auto s = suspending(base).decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True NoStateToRestore"));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("delete"))));
  auto back = s;
  back.app.spec.suspend = false;
  EXPECT_EQ(back.decide().phase(), phase::Running);
  s.app.spec.fallback_without_state = true;
  s.decide();
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, a_finished_job_is_suspended_without_state_and_that_is_said) {
  auto base = scene::running();
  base.job("c0", "old", job_state::finished);
  auto s = suspending(base).decide();
  EXPECT_EQ(record(s).job_ended, true);
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_TRUE(s.does(record_event{
      false, "Suspended",
      "suspended; when you resume it, the job starts like a first deploy: from spec.savepointPath, or without state"}));
}

TEST(decide_suspend, with_savepoints_disabled_the_job_is_cancelled_and_that_is_said) {
  auto base = scene::running();
  base.app.spec.savepoint_disabled = true;
  auto s = suspending(base);
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.decide();
  EXPECT_TRUE(s.does(cancel_job{"c0", "old"}));
  EXPECT_THAT(s.events(), HasSubstr("CancellingJob"));
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_TRUE(s.app.status.suspension.has_value()) << "the cancel may have been sent";
  s.done(cancel_job{"c0", "old"}).job("c0", "old", job_state::canceled).decide();
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_FALSE(s.app.status.savepoint_path.has_value());
}

TEST(decide_suspend, without_savepoints_the_phase_says_so_although_the_job_had_ended_before_it_was_cancelled) {
  auto s = stopping();
  not_saved(s, "no").decide();
  ASSERT_EQ(s.phase(), phase::Savepointing);
  s.app.spec.savepoint_disabled = true;
  s.later(1s).job("c0", "old", job_state::failed).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  EXPECT_TRUE(record(s).job_ended.value_or(false));
  EXPECT_FALSE(s.app.status.savepoint_path);
}

} // namespace
} // namespace flink
