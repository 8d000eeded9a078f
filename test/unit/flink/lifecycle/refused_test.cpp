// What the API server or a JobManager refuses, or never answers, while a version starts; and what that version starts
// from.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::StartsWith;

TEST(decide_refused, an_object_whose_creation_nobody_answered_is_created_again) {
  auto s = scene::updating();
  action create = create_object{object_role::task_manager, s.target().cluster_id};
  s.failed(create, failure_class::unknown).decide();
  EXPECT_TRUE(s.does(create)) << "its name is in the status: there will not be two";
}

TEST(decide_refused, an_object_that_may_not_be_created_now_is_no_verdict_on_the_version) {
  auto s = scene::updating();
  for (auto why : {failure_class::forbidden, failure_class::conflict, failure_class::gone}) {
    s.failed(create_object{object_role::task_manager, s.target().cluster_id}, why).decide();
    EXPECT_EQ(s.phase(), phase::ClusterStarting) << to_string(why);
  }
}

/// The new cluster stands, and its JobManager was asked to compile the job.
scene compiling() {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).jobs("c0").decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_TRUE(s.does(s.compile()));
  return s;
}

TEST(decide_refused, only_a_verdict_of_the_compiler_refuses_a_version) {
  for (auto why : {failure_class::unknown, failure_class::gone, failure_class::transient, failure_class::malformed,
                   failure_class::forbidden}) {
    auto s = compiling();
    EXPECT_EQ(s.failed(s.compile(), why).decide().phase(), phase::Savepointing) << to_string(why);
  }
  auto s = compiling();
  EXPECT_EQ(s.failed(s.compile(), failure_class::rejected).decide().phase(), phase::DeployFailed);
}

TEST(decide_refused, an_acceptance_that_does_not_speak_of_compiling_compiles_first) {
  auto s = scene::updating();
  s.app.spec.acceptance.emplace();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).jobs("c0").decide();
  EXPECT_TRUE(s.does(s.compile()));
}

TEST(decide_refused, a_submit_that_was_refused_and_left_a_failed_job_has_the_words_of_the_refusal) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.failed(s.submit(), failure_class::rejected, "savepoint incompatible").job(id, job, job_state::failed).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_THAT(s.target().rollback->reason, HasSubstr("savepoint incompatible"));
}

TEST(decide_refused, a_submit_that_was_refused_is_believed_after_the_job_manager_has_said_what_became_of_it) {
  auto s = scene::submitting();
  s.later(1s).failed(s.submit(), failure_class::rejected, "no");
  s.replies(s.target().cluster_id).all<ask_job>().clear();
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob) << "a main() that throws after execute() has started the job";
  EXPECT_THAT(s.acts(), Contains(StartsWith("ask job " + *s.target().job_id)));
}

TEST(decide_refused, a_job_that_the_job_manager_does_not_take_now_is_submitted_again_and_that_is_said) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::transient, "leader election").decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True SubmittingJob"), HasSubstr("leader election")));
}

} // namespace
} // namespace flink
