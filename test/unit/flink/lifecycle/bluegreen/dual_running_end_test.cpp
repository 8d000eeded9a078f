// BlueGreen: a deletion, a suspension, or a savepoint that is asked for, with a second version there or on the way.
#include "test/unit/flink/lifecycle/bluegreen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace bluegreen;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

TEST(decide_bluegreen, a_deletion_saves_both_jobs_one_after_the_other) {
  auto s = both();
  auto blue = newer(s);
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.decide().decide();
  EXPECT_EQ(s.app.status.deletion->job_id, "new");
  auto trigger = *s.app.status.deletion->trigger_id;
  s.done(stop_job{blue, "new", trigger}).savepoint(blue, trigger, {.in_progress = false, .location = "file:/blue"});
  s.job(blue, "new", job_state::finished, 0).decide().decide();
  EXPECT_EQ(s.app.status.deletion->job_id, "old");
  trigger = *s.app.status.deletion->trigger_id;
  s.done(stop_job{"c0", "old", trigger}).savepoint("c0", trigger, {.in_progress = false, .location = "file:/green"});
  s.job("c0", "old", job_state::finished, 0).decide();
  EXPECT_EQ(s.app.status.savepoints.back().path, "file:/green");
  EXPECT_EQ(s.app.status.savepoints[s.app.status.savepoints.size() - 2].path, "file:/blue");
  s.decide();
  EXPECT_TRUE(s.app.status.deletion->job_ended.value_or(false));
}

TEST(decide_bluegreen, a_deletion_does_not_take_the_savepoint_beside_for_its_own) {
  auto s = saving();
  auto beside = *s.target().trigger_id;
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.decide().decide();
  EXPECT_NE(s.app.status.deletion->trigger_id, beside);
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("stop job old of c0")));
}

TEST(decide_bluegreen, a_savepoint_that_the_user_asks_for_while_both_run_is_the_older_versions) {
  auto s = both();
  s.app.spec.savepoint_nonce = "1";
  s.decide();
  ASSERT_TRUE(s.app.status.savepoint_request.has_value());
  EXPECT_EQ(s.app.status.savepoint_request->job_id, "old");
}

TEST(decide_bluegreen, a_suspension_waits_while_both_run_and_says_for_what) {
  auto s = both();
  s.app.spec.suspend = true;
  s.decide();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_FALSE(s.app.status.suspension.has_value());
  EXPECT_THAT(s.condition("Ready"), AllOf(StartsWith("False SuspendWaits"), HasSubstr("tearDownVersionHash")));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("stop"))));
}

TEST(decide_bluegreen, the_version_that_is_left_after_a_teardown_is_suspended) {
  auto s = both();
  s.app.spec.suspend = true;
  s.app.spec.tear_down_version_hash = "c0";
  s.decide().job("c0", "old", job_state::canceled).decide();
  gone(s, "c0").decide().decide().decide();
  ASSERT_TRUE(s.app.status.suspension.has_value());
  EXPECT_EQ(s.app.status.suspension->job_id, "new");
  EXPECT_TRUE(s.app.status.suspension->trigger_id.has_value());
}

TEST(decide_bluegreen, a_suspension_while_the_savepoint_is_taken_stops_the_old_job_under_a_trigger_of_its_own) {
  auto s = saving();
  auto beside = *s.target().trigger_id;
  s.app.spec.suspend = true;
  s.decide();
  EXPECT_FALSE(s.app.status.suspension->trigger_id.has_value());
  s.job("c0", "old", job_state::running).decide();
  ASSERT_TRUE(s.app.status.suspension->trigger_id.has_value());
  EXPECT_NE(s.app.status.suspension->trigger_id, beside);
  EXPECT_FALSE(s.app.status.target.has_value());
}

TEST(decide_bluegreen, a_suspension_ends_the_job_that_is_not_accepted_and_saves_the_one_that_serves) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto unwanted = *s.target().job_id;
  s.done(s.submit()).app.spec.suspend = true;
  s.job(id, unwanted, job_state::running).job("c0", "old", job_state::running).decide().decide();
  EXPECT_TRUE(s.decide().does(cancel_job{id, unwanted}));
  s.job(id, unwanted, job_state::canceled).decide();
  EXPECT_EQ(s.app.status.suspension->job_id, "old");
  auto stop = stop_job{"c0", "old", *s.app.status.suspension->trigger_id};
  EXPECT_TRUE(s.decide().does(stop));
  s.done(stop).savepoint("c0", stop.trigger_id, {.in_progress = false, .location = "file:/last"}).decide();
  s.job("c0", "old", job_state::finished).decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/last");
  EXPECT_EQ(s.app.status.suspension->job_ended, true);
}

TEST(decide_bluegreen, a_suspension_that_is_taken_back_lets_the_old_job_go_on_without_the_version_that_was_given_up) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  s.done(s.submit()).app.spec.suspend = true;
  s.job(id, *s.target().job_id, job_state::canceled).decide().decide();
  ASSERT_EQ(s.app.status.suspension->job_id, "old");
  s.done(stop_job{"c0", "old", *s.app.status.suspension->trigger_id});
  s.savepoint("c0", *s.app.status.suspension->trigger_id, {.in_progress = false, .failure = "tasks wait for slots"});
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True CannotSaveState"));
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.suspension || s.app.status.target);
  EXPECT_TRUE(s.app.status.job_status->stop_trigger_id) << "it may still arrive";
  EXPECT_EQ(s.app.status.cluster->id, "c0");
}

TEST(decide_bluegreen, a_suspension_that_was_taken_back_before_the_old_job_was_asked_leaves_it_alone) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  s.done(s.submit()).app.spec.suspend = true;
  s.decide();
  s.app.spec.suspend = false;
  s.job(id, *s.target().job_id, job_state::canceled).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("stop job old"))));
  EXPECT_FALSE(s.app.status.job_status->stop_trigger_id);
}

TEST(decide_bluegreen, a_suspension_resumes_from_the_newest_state_of_an_old_job_that_ended_by_itself) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto unwanted = *s.target().job_id;
  s.done(s.submit()).app.spec.suspend = true;
  s.decide().job(id, unwanted, job_state::canceled).job("c0", "old", job_state::failed);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/chk-9", s.milliseconds_now(), false, false}});
  s.decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/chk-9");
}

TEST(decide_bluegreen, a_first_version_that_is_suspended_keeps_the_state_that_it_was_to_resume_from) {
  scene s;
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.app.status.savepoint_path = "file:/sp";
  s.finalized().decide();
  ASSERT_EQ(s.phase(), phase::ClusterStarting);
  s.app.spec.suspend = true;
  s.decide().decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

TEST(decide_bluegreen, a_deletion_cancels_a_version_that_is_not_accepted_and_saves_the_one_that_serves) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto unwanted = *s.target().job_id;
  s.done(s.submit()).app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.job(id, unwanted, job_state::running, 0).job("c0", "old", job_state::running).decide().decide();
  EXPECT_TRUE(s.does(cancel_job{id, unwanted}));
  s.job(id, unwanted, job_state::canceled).decide();
  EXPECT_EQ(s.app.status.deletion->job_id, "old");
  EXPECT_TRUE(s.app.status.deletion->trigger_id.has_value());
}

} // namespace
} // namespace flink
