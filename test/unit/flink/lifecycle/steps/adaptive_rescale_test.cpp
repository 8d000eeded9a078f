// scaleMode Adaptive: the job gets its parallelism from its JobManager and is not stopped.
#include "test/unit/flink/lifecycle/adaptive.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace adaptive;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// -- the way there -------------------------------------------------------------------------------------------

TEST(decide_adaptive, the_job_manager_is_asked_whether_it_can_rescale_once_the_slots_are_there) {
  auto s = with_slots();
  s.decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_EQ(s.last.waiting.reason, "AskingForRescale");
  EXPECT_THAT(s.acts(), Contains("ask features of c0"));
}

TEST(decide_adaptive, one_that_cannot_has_its_job_stopped_and_started_again) {
  auto s = with_slots();
  can_rescale(s, false).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_TRUE(s.does(s.stop()));
}

TEST(decide_adaptive, so_has_one_that_does_not_say) {
  auto s = with_slots();
  s.failed(ask_features{"c0"}, failure_class::transient).later(600s).decide();
  EXPECT_TRUE(s.target().rollback.has_value()) << "it is not waited for for ever";
}

TEST(decide_adaptive, other_state_needs_another_start) {
  auto s = inplace::running();
  s.app.spec.scale_mode = scale_mode::Adaptive;
  s.app.spec.restore_from = restore_from{.path = "file:/earlier", .nonce = "1"}; // the status has lost that it was used
  s.app.status.cluster->spec_hash = s.hash = spec_hash(s.app);
  wish_parallelism(s, 4).decide();
  with_task_managers(s, 2).slots("c0", 4).done(s.compile());
  may_have(can_rescale(s), bounds(2)).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_adaptive, what_the_job_may_have_now_is_asked_first) {
  auto s = with_slots();
  can_rescale(s).decide();
  EXPECT_EQ(s.last.waiting.reason, "AskingForRescale");
  EXPECT_THAT(s.acts(), Contains("ask requirements of old of c0"));
  may_have(s, bounds(2)).later(10s).decide();
  EXPECT_THAT(s.acts(), Contains("ask requirements of old of c0")) << "it may have changed since";
}

TEST(decide_adaptive, which_vertices_are_meant_is_written_down_before_it_is_ordered) {
  auto s = rescaling();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_THAT(s.target().rescaled_vertices, ElementsAre("rest"));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("rescale"))));
  EXPECT_EQ(s.last.waiting.reason, "RescalingJob");
  s.decide();
  EXPECT_TRUE(s.does(order(4)));
  EXPECT_EQ(s.phase(), phase::Rescaling);
}

TEST(decide_adaptive, a_vertex_that_the_program_fixes_at_the_jobs_parallelism_is_not_meant) {
  auto s = with_slots();
  planned(s, {{"source", 2}, {"rest", 4}});
  may_have(can_rescale(s), {{"source", {1, 2}}, {"rest", {1, 2}}}).decide();
  EXPECT_THAT(s.target().rescaled_vertices, ElementsAre("rest"));
}

TEST(decide_adaptive, nor_is_one_that_it_fixes_at_what_the_job_is_to_have) {
  auto s = with_slots();
  planned(s, {{"source", 4}, {"rest", 4}});
  may_have(can_rescale(s), {{"source", {1, 4}}, {"rest", {1, 2}}}).decide();
  EXPECT_THAT(s.target().rescaled_vertices, ElementsAre("rest"));
}

TEST(decide_adaptive, without_a_plan_the_bounds_tell_which_are_meant) {
  auto s = with_slots();
  s.replies("c0").plans.clear();
  may_have(can_rescale(s), bounds(2)).decide();
  EXPECT_THAT(s.target().rescaled_vertices, ElementsAre("rest"));
}

TEST(decide_adaptive, a_job_that_would_have_other_vertices_is_started_again) {
  for (auto& plan :
       {rest::vertex_plan{{"source", 1}, {"map", 4}}, rest::vertex_plan{{"source", 1}, {"rest", 4}, {"map", 4}}}) {
    auto s = with_slots();
    planned(s, plan);
    may_have(can_rescale(s), bounds(2)).decide();
    EXPECT_EQ(s.phase(), phase::Savepointing);
  }
}

TEST(decide_adaptive, it_is_asked_again_while_nobody_knows_whether_it_has_heard) {
  auto s = rescaling();
  s.decide().failed(order(4), failure_class::unknown);
  may_have(s, bounds(2)).decide();
  EXPECT_TRUE(s.does(order(4)));
}

TEST(decide_adaptive, what_it_goes_by_counts_only_if_it_was_told_after_the_order) {
  auto s = rescaling();
  s.decide().later(1s).done(order(4)).decide();
  EXPECT_FALSE(s.does(order(4)));
  EXPECT_THAT(s.acts(), Contains("ask requirements of old of c0"));
}

TEST(decide_adaptive, it_is_observed_that_the_job_has_its_parallelism) {
  auto s = ordered();
  s.decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_THAT(s.last.waiting.message, HasSubstr("to run with parallelism 4"));
  job_has(s, 4, 1).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling) << "not all tasks run";
  job_has(s, 4).decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_adaptive, the_deploy_is_concluded_with_the_job_that_ran) {
  auto s = ordered();
  job_has(s, 4).decide();
  auto& now = s.app.status;
  EXPECT_EQ(now.cluster->id, "c0");
  EXPECT_EQ(now.cluster->spec_hash, s.hash);
  EXPECT_EQ(now.job_status->job_id, "old");
  EXPECT_EQ(now.job_status->parallelism, 4);
  EXPECT_EQ(now.history.back().result, deploy_result::Deployed);
  EXPECT_FALSE(now.target.has_value());
  EXPECT_THAT(s.events(), HasSubstr("JobRescaled"));
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_adaptive, an_operator_that_has_forgotten_what_it_ordered_goes_on_from_what_the_job_manager_says) {
  auto s = rescaling();
  may_have(job_has(s, 4), bounds(4));
  s.seen.outcomes.clear();
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("rescale"))));
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_adaptive, even_more_is_asked_for_when_the_job_has_what_was_asked_for_first) {
  auto s = ordered();
  wish_parallelism(s, 6).decide();
  EXPECT_EQ(s.target().job->parallelism, 4);
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("scale"))));
  job_has(s, 4).decide();
  ASSERT_EQ(s.phase(), phase::Running);
  s.decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_EQ(s.target().job->parallelism, 6);
  EXPECT_EQ(s.target().old_replicas->task_managers, 2);
}

// -- a job that ends meanwhile -------------------------------------------------------------------------------

TEST(decide_adaptive, a_job_that_has_ended_meanwhile_is_started_again_with_more_parallelism) {
  auto s = ordered();
  s.job("c0", "old", job_state::failed).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_adaptive, so_is_one_that_was_lost_with_its_job_manager) {
  auto s = ordered();
  s.pods("c0", 1).no_job("c0", "old").decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_adaptive, so_is_one_that_goes_by_bounds_of_which_nobody_knows) {
  auto s = with_slots();
  may_have(can_rescale(s), bounds(3)).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.last.reason, HasSubstr("the operator cannot determine which vertices of job old to rescale"));
}

TEST(decide_adaptive, so_is_one_that_has_ended_before_anything_was_asked_of_it) {
  auto s = with_slots();
  can_rescale(s).job("c0", "old", job_state::failed).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_adaptive, a_job_that_its_job_manager_is_bringing_back_is_waited_for) {
  auto s = ordered();
  s.app.spec.flink_config["high-availability.type"] = "kubernetes";
  s.pods("c0", 1).no_job("c0", "old");
  s.replies("c0").all<ask_requirements>()["old"]
      = observed<or_not_found<rest::requirements>>{std::nullopt, s.now.steady};
  s.decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_EQ(s.last.waiting.message, "reading the parallelism bounds of job old");
}

} // namespace
} // namespace flink
