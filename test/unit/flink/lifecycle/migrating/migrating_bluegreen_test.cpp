// BlueGreen applications that the Go operator left, in each of its phases.
#include "test/unit/flink/lifecycle/adopted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using rest::job_state;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// The job of the older version runs.
adopted left(const std::string& phase) {
  adopted s{phase};
  s.jobs_are(old_cluster, {{old_job, job_state::running}});
  return s;
}

/// ... and that of the newer one.
adopted both(const std::string& phase) {
  auto s = left(phase);
  s.jobs_are(new_cluster, {{new_job, job_state::running}});
  return s;
}

std::string second(const scene& s) {
  return s.app.status.version_statuses.at(1).job_status->job_id.value_or("");
}

TEST(adopted_blue_green, one_version_that_runs_goes_on_untouched) {
  auto s = left("GreenRunning");
  s.settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.job_id(), old_job);
  EXPECT_EQ(s.app.status.deploy_version, colour::green);
  EXPECT_EQ(s.app.status.job_status->jar_name, "orders.jar") << "from versionStatuses";
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.condition("Ready"), StartsWith("True JobRunning"));
}

TEST(adopted_blue_green, the_next_version_is_deployed_beside_it_in_the_other_colour) {
  auto s = left("GreenRunning");
  s.settle();
  s.app.spec.image = "registry/orders:2";
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.app.status.updating_version, colour::blue);
  EXPECT_EQ(s.app.status.target->mode, rollout_mode::BlueGreen);
}

TEST(adopted_blue_green, a_version_that_was_torn_down_is_not_deployed_again) {
  auto s = left("GreenAfterTeardown");
  s.app.spec.image = "registry/orders:2"; // that of the version that went
  s.settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.condition("Ready"), StartsWith("False VersionTornDown"));
  s.hash = "cccccccc";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting) << "an edit is deployed";
}

TEST(adopted_blue_green, a_failed_deploy_stays_failed_until_an_edit) {
  auto s = left("GreenFailed");
  s.app.spec.image = "registry/orders:2";
  s.settle();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.touched, IsEmpty());
}

class adopted_blue_before_its_job : public testing::TestWithParam<const char*> {};

TEST_P(adopted_blue_before_its_job, the_older_version_goes_on_and_our_deploy_begins) {
  auto s = left(GetParam());
  s.app.spec.image = "registry/orders:2";
  s.settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.app.status.updating_version, colour::blue);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster)) << "what was half made is gone";
  EXPECT_THAT(s.touched, Not(Contains(HasSubstr("job"))));
}

INSTANTIATE_TEST_SUITE_P(phases, adopted_blue_before_its_job,
                         testing::Values("BlueUpdating", "BlueStarting", "BlueSavepointing"));

TEST(adopted_blue_green, a_second_job_that_was_submitted_is_taken_over_beside_the_first) {
  auto s = both("BlueSubmitting");
  s.settle();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_EQ(s.job_id(), old_job);
  EXPECT_EQ(second(s), new_job);
  EXPECT_THAT(s.touched, IsEmpty());
}

TEST(adopted_blue_green, a_second_job_that_is_not_there_is_deployed_anew) {
  auto s = left("BlueSubmitting");
  s.app.spec.image = "registry/orders:2";
  s.app.status.version_statuses[1].job_status.reset();
  s.jobs_are(new_cluster, {});
  s.settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster));
  EXPECT_THAT(s.touched, Not(Contains(HasSubstr("job"))));
}

TEST(adopted_blue_green, whether_there_is_a_second_job_is_asked_first) {
  auto s = left("BlueSubmitting");
  s.decide();
  EXPECT_FALSE(s.app.status.cluster);
  EXPECT_THAT(s.acts(), Contains("ask jobs of " + new_cluster));
}

TEST(adopted_blue_green, a_rollback_leaves_the_older_version_as_it_never_was_touched) {
  auto s = left("BlueRollingBack");
  s.app.spec.image = "registry/orders:2";
  s.settle();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster));
}

TEST(adopted_blue_green, two_versions_that_run_go_on_beside_each_other) {
  auto s = both("DualRunning");
  s.settle();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.job_id(), old_job);
  EXPECT_EQ(s.app.status.updating_cluster->id, new_cluster);
  EXPECT_EQ(s.app.status.updating_cluster->spec_hash, s.hash);
  EXPECT_EQ(second(s), new_job);
  EXPECT_EQ(s.app.status.version_statuses[1].app_version, colour::blue);
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.condition("Ready"), StartsWith("True DualRunning"));
}

TEST(adopted_blue_green, what_cannot_be_told_of_the_newer_one_is_said) {
  auto s = both("DualRunning");
  s.edited("orders-4e5f6071-blue-jm", R"({"metadata":{"annotations":{"flink-job-properties":null}}})").settle();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_THAT(s.app.status.reason.value_or(""), StartsWith("AdoptedUnverified"));
  EXPECT_THAT(s.touched, IsEmpty());
}

TEST(adopted_blue_green, the_version_that_the_user_names_goes) {
  auto s = both("DualRunning");
  s.app.spec.tear_down_version_hash = old_cluster;
  s.settle();
  EXPECT_THAT(s.touched, Contains("cancel job " + old_job + " of " + old_cluster));
  s.job(old_cluster, old_job, job_state::canceled).settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.serving(), new_cluster);
  EXPECT_EQ(s.job_id(), new_job);
  EXPECT_THAT(s.clusters(), ElementsAre(new_cluster));
}

TEST(adopted_blue_green, of_two_versions_one_may_be_gone) {
  auto s = left("DualRunning");
  s.no_cluster(new_cluster);
  s.settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.serving(), old_cluster);
}

TEST(adopted_blue_green, a_deletion_saves_both_jobs) {
  auto s = both("DualDeleting");
  s.deleted().settle();
  EXPECT_EQ(s.app.status.updating_cluster->id, new_cluster);
  EXPECT_EQ(s.phase(), phase::Deleting);
  EXPECT_THAT(s.touched, Contains(HasSubstr("stop job")));
}

TEST(adopted_blue_green, a_deletion_of_one_version_is_taken_over_too) {
  auto s = left("DualDeleting");
  s.app.status.version_statuses[1].job_status.reset();
  s.jobs_are(new_cluster, {});
  s.deleted().settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_FALSE(s.app.status.updating_cluster);
  EXPECT_THAT(s.touched, Contains(HasSubstr("stop job " + old_job)));
}

TEST(adopted_blue_green, a_job_whose_deployment_is_missing_is_taken_for_what_the_spec_asks) {
  adopted s{"FirstGreen"};
  s.jobs_are(new_cluster, {{new_job, job_state::running}});
  s.seen.objects.deployments.erase("orders-4e5f6071-green-tm");
  s.settle();
  EXPECT_EQ(s.app.status.job_status->jar_name, "orders.jar");
  EXPECT_EQ(s.app.status.job_status->parallelism, 3);
}

TEST(adopted_blue_green, the_first_version_is_taken_over_with_its_colour) {
  adopted s{"FirstGreen"};
  s.jobs_are(new_cluster, {{new_job, job_state::running}});
  s.settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.serving(), new_cluster);
  EXPECT_EQ(s.app.status.deploy_version, colour::green);
  EXPECT_THAT(s.touched, IsEmpty());
}

} // namespace
} // namespace flink
