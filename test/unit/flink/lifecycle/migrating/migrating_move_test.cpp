// What the Go operator left while jobs were stopped and started: which job runs where, and no state is forgotten.
#include "test/unit/flink/lifecycle/adopted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using rest::job_state;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

// -- while the old job was being stopped --------------------------------------------------------------------------

TEST(adopted_savepointing, the_savepoint_under_way_is_waited_for) {
  adopted s{"Savepointing"};
  s.jobs_are(old_cluster, {{old_job, job_state::running}}).jobs_are(new_cluster, {});
  s.savepoint(old_cluster, go_trigger, {.in_progress = true}).settle();
  EXPECT_EQ(s.last.waiting.reason, "SavepointUnderWay");
  EXPECT_FALSE(s.app.status.cluster);
  EXPECT_THAT(s.touched, Each(HasSubstr("ask savepoint")));
}

TEST(adopted_savepointing, the_next_deploy_starts_from_the_savepoint_that_came_of_it) {
  adopted s{"Savepointing"};
  s.jobs_are(old_cluster, {{old_job, job_state::canceled}}).jobs_are(new_cluster, {});
  s.savepoint(old_cluster, go_trigger, {.in_progress = false, .location = "s3://sp"}).settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.app.status.savepoint_path, "s3://sp");
  EXPECT_EQ(s.job_id(), "");
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 3).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "s3://sp");
}

TEST(adopted_savepointing, the_path_is_written_down_before_the_job_has_ended) {
  adopted s{"Savepointing"};
  s.jobs_are(old_cluster, {{old_job, job_state::cancelling}}).jobs_are(new_cluster, {});
  s.savepoint(old_cluster, go_trigger, {.in_progress = false, .location = "s3://sp"}).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "s3://sp");
  EXPECT_FALSE(s.app.status.cluster);
}

TEST(adopted_savepointing, after_a_failed_savepoint_the_running_job_goes_on) {
  for (auto* phase : {"Savepointing", "Recovering"}) {
    adopted s{phase};
    s.jobs_are(old_cluster, {{old_job, job_state::running}}).jobs_are(new_cluster, {});
    s.savepoint(old_cluster, go_trigger, {.in_progress = false, .failure = "timed out"}).settle();
    EXPECT_EQ(s.serving(), old_cluster);
    EXPECT_EQ(s.job_id(), old_job);
    EXPECT_EQ(s.phase(), phase::Running) << "the spec is what runs";
    EXPECT_FALSE(s.app.status.savepoint_trigger_id) << "an old trigger poisons no later deploy";
  }
}

TEST(adopted_savepointing, a_job_that_ended_without_a_savepoint_is_asked_for_its_newest_state) {
  adopted s{"Recovering"};
  s.jobs_are(old_cluster, {{old_job, job_state::failed}}).jobs_are(new_cluster, {});
  s.savepoint(old_cluster, go_trigger, {.in_progress = false, .failure = "timed out"}).settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.job_id(), old_job) << "whose checkpoints will be looked at";
}

TEST(adopted_cancelling, a_job_that_still_runs_goes_on) {
  adopted s{"Cancelling"};
  s.jobs_are(old_cluster, {{old_job, job_state::running}}).jobs_are(new_cluster, {}).settle();
  EXPECT_EQ(s.job_id(), old_job);
  EXPECT_EQ(s.phase(), phase::Running);
}

// -- which job runs where? ------------------------------------------------------------------------------------------

TEST(adopted_submitting, nothing_is_decided_before_both_job_managers_have_answered) {
  adopted s{"SubmittingJob"};
  s.jobs_are(old_cluster, {{old_job, job_state::canceled}}).settle();
  EXPECT_FALSE(s.app.status.cluster);
  EXPECT_THAT(s.touched, Contains("ask jobs of 4e5f6071"));
  s.failed(ask_jobs{new_cluster}, failure_class::transient);
  s.seen.outcomes[ask_jobs{new_cluster}].attempts = 3;
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True JobManagerSilent"));
}

TEST(adopted_submitting, the_new_job_is_taken_over_and_the_old_cluster_goes) {
  adopted s{"SubmittingJob"};
  s.jobs_are(old_cluster, {{old_job, job_state::canceled}}).jobs_are(new_cluster, {{new_job, job_state::running}});
  s.settle();
  EXPECT_EQ(s.serving(), new_cluster);
  EXPECT_EQ(s.job_id(), new_job);
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.clusters(), ElementsAre(new_cluster));
  EXPECT_EQ(s.app.status.job_status->entry_class, "com.shop.Orders") << "from the cluster itself";
  EXPECT_THAT(s.touched, Each(HasSubstr("ask")));
}

TEST(adopted_submitting, a_bounded_job_that_has_finished_already_is_not_run_again) {
  adopted s{"SubmittingJob"};
  s.jobs_are(old_cluster, {{old_job, job_state::canceled}}).jobs_are(new_cluster, {{new_job, job_state::finished}});
  s.job(new_cluster, new_job, job_state::finished).settle();
  EXPECT_EQ(s.serving(), new_cluster);
  EXPECT_EQ(s.job_id(), new_job);
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(adopted_submitting, without_any_job_the_deploy_goes_on_from_the_savepoint) {
  adopted s{"SubmittingJob"};
  s.jobs_are(old_cluster, {{old_job, job_state::canceled}}).jobs_are(new_cluster, {}).settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.app.status.savepoint_path, "s3://shop/savepoints/sp-1");
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster)) << "no job can come to life on the new one";
}

TEST(adopted_submitting, a_job_that_ends_with_its_savepoint_is_waited_for) {
  adopted s{"SubmittingJob"};
  s.jobs_are(old_cluster, {{old_job, job_state::cancelling}}).jobs_are(new_cluster, {}).settle();
  EXPECT_EQ(s.last.waiting.reason, "OldJobEnding");
  EXPECT_EQ(s.app.status.savepoint_path, "s3://shop/savepoints/sp-1");
}

TEST(adopted_submitting, two_jobs_on_one_cluster_are_for_a_person) {
  adopted s{"SubmittingJob"};
  s.jobs_are(old_cluster, {}).jobs_are(new_cluster, {{new_job, job_state::running}, {old_job, job_state::running}});
  s.settle();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True SeveralJobs"));
  EXPECT_FALSE(s.app.status.cluster);
}

TEST(adopted_rolling_back, the_old_version_gets_its_job_back_from_the_savepoint) {
  adopted s{"RollingBackJob"};
  s.jobs_are(old_cluster, {{old_job, job_state::canceled}}).jobs_are(new_cluster, {{new_job, job_state::failed}});
  for (int i = 0; i < 4 && !s.app.status.target; ++i) {
    s.decide();
    for (auto& x : s.last.actions)
      s.carry_out(x);
  }
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster));
  s.decide();
  auto id = *s.target().rollback->job_id;
  s.jobs(old_cluster, {}).no_job(old_cluster, id).decide();
  EXPECT_THAT(s.acts(), Contains("submit job " + id + " to " + old_cluster));
  auto* submit = std::get_if<submit_job>(&s.last.actions.back());
  ASSERT_TRUE(submit);
  EXPECT_EQ(submit->restore_path, "s3://shop/savepoints/sp-1");
  EXPECT_EQ(submit->job.jar_name, "orders.jar");
  EXPECT_THAT(submit->job.program_args_list, Contains("late orders"));
}

TEST(adopted_rolling_back, a_job_that_has_been_given_back_goes_on) {
  adopted s{"RollingBackJob"};
  s.jobs_are(old_cluster, {{new_job, job_state::running}}).jobs_are(new_cluster, {}).settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.job_id(), new_job);
  EXPECT_THAT(s.touched, Each(HasSubstr("ask")));
}

TEST(adopted_savepointing, a_job_that_has_left_its_savepoint_has_not_come_to_its_end_by_itself) {
  adopted s{"Savepointing"};
  s.app.spec.image = "registry/orders:2";
  s.jobs_are(old_cluster, {{old_job, job_state::finished}}).jobs_are(new_cluster, {});
  s.savepoint(old_cluster, go_trigger, {.in_progress = false, .location = "s3://shop/savepoints/sp-1"});
  s.settle();
  EXPECT_EQ(s.app.status.savepoint_path, "s3://shop/savepoints/sp-1") << "the next job starts from there";
}

} // namespace
} // namespace flink
