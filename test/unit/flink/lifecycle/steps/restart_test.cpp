// SubmittingJob of a job that has failed and is started again: trouble until it runs, and a way out by an edit.
#include "test/unit/flink/lifecycle/recover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace recover;
using rest::job_state;
using testing::HasSubstr;
using testing::StartsWith;

TEST(decide_restart, a_job_that_has_failed_is_in_trouble_until_it_runs_again) {
  auto s = started_again();
  s.job("c0", *s.target().job_id, job_state::created, 0).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True JobFailed"));
  EXPECT_THAT(s.last.waiting.message, HasSubstr("the operator restarts it: waiting for the tasks"));
  s.job("c0", *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("False"));
}

TEST(decide_restart, a_job_manager_that_restarts_before_the_job_ran_again_counts_as_a_failure) {
  auto s = started_again();
  s.pods("c0", 1).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_EQ(s.app.status.job_failures->restarts, 2);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("has restarted before job"));
}

TEST(decide_restart, with_high_availability_a_job_manager_that_restarts_may_bring_the_job_that_was_submitted) {
  auto s = started_again();
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  auto id = s.target().job_id;
  s.pods("c0", 1).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().job_id, id);
  EXPECT_EQ(s.app.status.job_failures->restarts, 1);
}

TEST(decide_restart, an_edit_ends_the_restarts_of_a_job_that_never_appears) {
  auto s = started_again();
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob) << "the job may still appear";
  s.pods("c0", 1).decide().decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, "c0");
}

TEST(decide_restart, an_edit_is_deployed_where_objects_are_missing_that_nothing_can_make_again) {
  auto s = started_again();
  s.hash = "bbbbbbbb";
  s.seen.objects.deployments.erase("app-c0-tm");
  auto id = *s.target().job_id;
  auto t = s;
  s.job("c0", id, job_state::created, 0).decide();
  EXPECT_EQ(s.app.status.job_status->job_id, id) << "it is there, and gives what it has to the next version";
  EXPECT_EQ(s.decide().phase(), phase::ClusterStarting);
  t.seen.objects.deployments.erase("app-c0-jm");
  t.no_job_manager("c0").decide();
  EXPECT_EQ(t.phase(), phase::Recovering);
  EXPECT_EQ(t.decide().phase(), phase::ClusterStarting);
}

} // namespace
} // namespace flink
