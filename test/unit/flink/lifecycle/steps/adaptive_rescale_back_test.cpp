// scaleMode Adaptive, given up: what the JobManager was asked for is taken back before the TaskManagers go.
#include "test/unit/flink/lifecycle/adaptive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace adaptive;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// The bounds first, then the job, then the TaskManagers; the same job runs on.
void expect_taken_back(scene& s, phase then, const char* words) {
  ASSERT_EQ(s.phase(), phase::Rescaling);
  ASSERT_TRUE(s.target().rollback.has_value());
  may_have(s, bounds(4)).decide();
  EXPECT_TRUE(s.does(order(2)));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("scale"))));
  s.done(order(2)).later(1s);
  may_have(job_has(s, 4), bounds(2)).decide();
  EXPECT_EQ(s.last.waiting.reason, "TakingRescaleBack");
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("scale"))));
  job_has(s, 2).decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
  with_task_managers(s, 1).decide();
  EXPECT_EQ(s.phase(), then);
  EXPECT_THAT(s.last.reason, HasSubstr(words));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  EXPECT_EQ(s.app.status.job_status->parallelism, 2);
}

TEST(decide_adaptive_back, a_job_that_does_not_get_its_parallelism_in_time_keeps_the_old_one) {
  auto s = ordered();
  s.later(180s);
  may_have(job_has(s, 2), bounds(4)).decide();
  expect_taken_back(s, phase::DeployFailed, "waiting for job old to run with parallelism 4");
}

TEST(decide_adaptive_back, force_rollback_takes_it_back) {
  auto s = ordered();
  s.app.spec.force_rollback = true;
  s.decide();
  expect_taken_back(s, phase::DeployFailed, "forceRollback");
}

TEST(decide_adaptive_back, so_does_an_edit_of_something_else) {
  auto s = ordered();
  s.app.spec.image = "image:2";
  s.hash = spec_hash(s.app);
  s.decide();
  expect_taken_back(s, phase::Running, "edited");
  EXPECT_EQ(s.decide().phase(), phase::ClusterStarting);
}

TEST(decide_adaptive_back, so_does_the_edit_that_is_taken_back) {
  auto s = ordered();
  wish_parallelism(s, 2).decide();
  expect_taken_back(s, phase::Running, "edited");
  EXPECT_EQ(s.decide().phase(), phase::Running);
}

TEST(decide_adaptive_back, so_does_a_wish_for_less_of_more) {
  auto s = ordered();
  wish_parallelism(s, 3).decide();
  expect_taken_back(s, phase::Running, "edited");
  s.decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_EQ(s.target().job->parallelism, 3);
}

TEST(decide_adaptive_back, so_does_a_spec_that_does_not_decode) {
  auto s = ordered();
  s.errors = {{"spec.image", "is missing"}};
  s.hash = "no spec";
  s.decide();
  expect_taken_back(s, phase::Running, "is missing");
}

TEST(decide_adaptive_back, a_refusal_is_told_in_the_job_managers_words) {
  auto s = rescaling();
  s.decide().later(1s);
  s.failed(order(4), failure_class::rejected, "exceeds its maximum parallelism 3", 400);
  may_have(job_has(s, 2), bounds(2)).decide();
  ASSERT_TRUE(s.target().rollback.has_value());
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1")) << "there is nothing to take back";
  with_task_managers(s, 1).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.app.status.reason.value_or(""), HasSubstr("exceeds its maximum parallelism 3"));
}

TEST(decide_adaptive_back, a_refusal_of_an_earlier_try_is_none_of_this_one) {
  auto s = with_slots();
  s.failed(order(4), failure_class::rejected, "no", 400).later(60s);
  s.slots("c0", 4);
  may_have(can_rescale(s), bounds(2)).decide().decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_FALSE(s.target().rollback.has_value());
  EXPECT_TRUE(s.does(order(4)));
}

TEST(decide_adaptive_back, that_the_job_is_gone_is_no_refusal) {
  auto s = rescaling();
  s.decide().failed(order(4), failure_class::gone, "no job");
  may_have(s, bounds(2)).decide();
  EXPECT_FALSE(s.target().rollback.has_value());
  EXPECT_EQ(s.last.waiting.reason, "RescalingJob");
}

TEST(decide_adaptive_back, a_closed_way_to_the_job_manager_is_told) {
  auto s = rescaling();
  s.decide().failed(order(4), failure_class::forbidden, "no", 403);
  may_have(s, bounds(2)).decide();
  EXPECT_FALSE(s.target().rollback.has_value());
  EXPECT_EQ(s.last.waiting.reason, "Forbidden");
}

/// Given up; the JobManager goes by what it was asked for.
scene going_back() {
  auto s = ordered();
  wish_parallelism(s, 2).decide();
  return s;
}

TEST(decide_adaptive_back, it_is_looked_at_first_what_the_job_may_have) {
  auto s = going_back();
  s.replies("c0").all<ask_requirements>().clear();
  s.decide();
  EXPECT_THAT(s.acts(), Contains("ask requirements of old of c0"));
  EXPECT_EQ(s.last.waiting.reason, "TakingRescaleBack");
}

TEST(decide_adaptive_back, a_job_manager_that_is_not_there_is_not_waited_for) {
  auto s = going_back();
  s.no_job_manager("c0").decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
}

TEST(decide_adaptive_back, nor_is_one_that_does_not_do_it_in_time) {
  auto s = going_back();
  s.later(180s);
  may_have(job_has(s, 4), bounds(4)).decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
}

TEST(decide_adaptive_back, nor_one_that_refuses) {
  auto s = going_back();
  s.later(1s).failed(order(2), failure_class::rejected, "no", 400);
  may_have(job_has(s, 4), bounds(4)).decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
}

TEST(decide_adaptive_back, a_job_that_has_ended_needs_nothing_taken_back_and_is_recovered) {
  auto s = going_back();
  s.job("c0", "old", job_state::failed).decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 1"));
  with_task_managers(s, 1).exceptions("c0", "old", {}).decide().decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.target().job->parallelism, 2);
}

TEST(decide_adaptive_back, a_savepoint_that_failed_takes_it_back_too) {
  auto s = ordered();
  s.job("c0", "old", job_state::failed).decide();
  ASSERT_EQ(s.phase(), phase::Savepointing);
  s.failed(s.stop(), failure_class::rejected, "no directory").later(1s);
  s.replies("c0").all<ask_job>()["old"].value->state = job_state::running;
  job_has(s, 4).decide();
  expect_taken_back(s, phase::DeployFailed, "no directory");
}

TEST(decide_adaptive_back, a_status_cut_by_hand_fails_the_deploy) {
  auto s = ordered();
  s.app.status.job_status->parallelism.reset();
  s.decide().decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

} // namespace
} // namespace flink
