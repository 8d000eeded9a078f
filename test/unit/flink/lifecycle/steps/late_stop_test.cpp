// An update fails because the outcome of its stop is unknown. The old job keeps running until the late stop ends it.
#include "test/unit/flink/lifecycle/recover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

trigger_id trigger(const scene& s) {
  return s.app.status.job_status->stop_trigger_id.value_or("");
}

scene& unknown_trigger(scene& s, const trigger_id& id) {
  s.replies("c0").all<ask_savepoint>()[id] = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  return s;
}

/// The JobManager has never heard of the stop, and its job runs.
scene given_up() {
  auto s = scene::savepointing();
  auto id = *s.target().trigger_id;
  unknown_trigger(s.done(s.stop()), id).job("c0", "old", job_state::running).checkpoints("c0", "old", {}).decide();
  return s;
}

/// ... and then the job is FINISHED.
scene finished() {
  auto s = given_up();
  return s.later(5s).job("c0", "old", job_state::finished).checkpoints("c0", "old", {});
}

rest::checkpoint saved_now(const scene& s) {
  return {"file:/late", s.milliseconds_now(), true, false};
}

TEST(decide_late_stop, the_stop_is_remembered_with_the_job_that_goes_on) {
  auto s = scene::savepointing();
  auto id = *s.target().trigger_id;
  unknown_trigger(s.done(s.stop()), id).job("c0", "old", job_state::running).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(trigger(s), id);
}

TEST(decide_late_stop, the_job_that_it_ends_is_started_again_from_its_savepoint) {
  auto s = finished();
  s.savepoint("c0", trigger(s), {.in_progress = false, .location = "file:/late"}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.savepoints.back().path, "file:/late");
  EXPECT_EQ(s.events(), "CanceledJob ");
  EXPECT_EQ(trigger(s), "");

  s.slots("c0", 2).checkpoints("c0", "old", {.latest_savepoint = saved_now(s)}).jobs("c0").decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().cluster_id, "c0");
  EXPECT_EQ(s.target().restore_path, "file:/late");
}

TEST(decide_late_stop, it_is_our_doing_so_no_policy_forbids_the_restart) {
  auto s = finished();
  s.app.spec.job_failure_policy.emplace().restart = restart_policy::Never;
  s.savepoint("c0", trigger(s), {.in_progress = false, .location = "file:/late"}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_FALSE(s.app.status.job_failures) << "and nothing is counted";
}

TEST(decide_late_stop, the_job_manager_is_asked_before_the_end_is_taken_for_the_jobs_own) {
  auto s = finished();
  auto id = trigger(s);
  s.replies("c0").all<ask_savepoint>().clear();
  s.decide();
  EXPECT_THAT(s.acts(), Contains("ask savepoint " + id + " of old of c0"));
  EXPECT_THAT(s.condition("Ready"), HasSubstr("DeployFailed"));
  EXPECT_EQ(trigger(s), id);
}

TEST(decide_late_stop, it_may_come_after_the_edit_was_taken_back) {
  auto s = given_up();
  s.hash = "aaaaaaaa";
  s.later(5s).job("c0", "old", job_state::running).decide();
  ASSERT_EQ(s.phase(), phase::Running);
  auto id = trigger(s);
  s.later(5s).job("c0", "old", job_state::finished).checkpoints("c0", "old", {});
  s.replies("c0").all<ask_savepoint>().clear();
  s.decide();
  EXPECT_EQ(s.last.waiting.reason, "LookingForState");
  s.savepoint("c0", id, {.in_progress = false, .location = "file:/late"}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
}

TEST(decide_late_stop, a_trigger_that_has_expired_leaves_its_savepoint_in_the_list) {
  auto s = finished();
  unknown_trigger(s, trigger(s)).checkpoints("c0", "old", {.latest_savepoint = saved_now(s)}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.savepoints.back().path, "file:/late");
}

TEST(decide_late_stop, a_job_that_came_to_its_end_by_itself_is_a_success) {
  auto s = finished();
  unknown_trigger(s, trigger(s)).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(trigger(s), "");
  EXPECT_EQ(s.app.status.job_status->health, health::Green);
}

TEST(decide_late_stop, a_savepoint_from_before_is_not_that_of_the_stop) {
  auto s = finished();
  s.app.status.savepoints.push_back({"file:/late", s.app.status.last_updated_at.value(), savepoint_reason::Nonce});
  unknown_trigger(s, trigger(s)).checkpoints("c0", "old", {.latest_savepoint = saved_now(s)}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_late_stop, a_stop_whose_savepoint_failed_has_not_ended_the_job) {
  auto s = finished();
  s.savepoint("c0", trigger(s), {.in_progress = false, .failure = "no space"}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(trigger(s), "");
}

TEST(decide_late_stop, the_next_job_knows_nothing_of_it) {
  auto s = recover::started_again();
  s.app.status.job_status->stop_trigger_id = "0123456789abcdef0123456789abcdef";
  s.job("c0", *s.target().job_id, job_state::running).decide();
  ASSERT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(trigger(s), "");
}

} // namespace
} // namespace flink
