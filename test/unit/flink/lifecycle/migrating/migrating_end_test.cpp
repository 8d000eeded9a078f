// What the Go operator left of deploys that failed, of first ones and of deletions.
#include "test/unit/flink/lifecycle/adopted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// -- given up -----------------------------------------------------------------------------------------------------

TEST(adopted_failed, a_failed_deploy_stays_failed_until_an_edit) {
  adopted s{"DeployFailed"};
  s.app.spec.image = "registry/orders:2";
  s.job(old_cluster, old_job, job_state::running).checkpoints(old_cluster, old_job, {});
  s.settle();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.job_id(), old_job);
  EXPECT_THAT(s.touched, IsEmpty());
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(adopted_failed, a_spec_that_went_back_to_what_runs_is_running) {
  adopted s{"DeployFailed"};
  s.job(old_cluster, old_job, job_state::running).checkpoints(old_cluster, old_job, {}).settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.touched, IsEmpty());
}

// -- the first deploy -----------------------------------------------------------------------------------------------

TEST(adopted_first, what_was_half_made_goes_and_the_deploy_starts_anew) {
  for (auto* phase : {"FirstCluster", "FirstSubmit"}) {
    adopted s{phase};
    s.jobs_are(new_cluster, {}).settle();
    EXPECT_EQ(s.phase(), phase::ClusterStarting);
    EXPECT_THAT(s.clusters(), IsEmpty());
    EXPECT_TRUE(s.app.status.target);
  }
}

TEST(adopted_first, terminating_pods_are_waited_for) {
  adopted s{"FirstSubmit"};
  s.jobs_are(new_cluster, {});
  for (auto& [name, x] : s.seen.objects.pods) {
    auto copy = std::make_shared<k8s::pod>(*x);
    copy->head.deleting = true;
    x = std::move(copy);
  }
  s.seen.objects.deployments.clear();
  s.seen.objects.services.erase("orders-4e5f6071");
  s.decide();
  EXPECT_EQ(s.last.waiting.reason, "RemovingHalfMade");
  s.seen.objects.pods.clear();
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(adopted_first, a_spec_that_cannot_be_deployed_is_told_once) {
  adopted s{"FirstCluster"};
  s.errors = {{"spec.parallelism", "no number"}};
  s.decide();
  EXPECT_THAT(s.condition("Degraded"),
              AllOf(StartsWith("True InvalidSpec: spec.parallelism"), Not(HasSubstr("also: "))));
}

TEST(adopted_first, a_job_that_started_is_the_one_that_serves) {
  adopted s{"FirstSubmit"};
  s.jobs_are(new_cluster, {{new_job, job_state::running}}).settle();
  EXPECT_EQ(s.serving(), new_cluster);
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.touched, Each(HasSubstr("ask")));
}

TEST(adopted_first, a_failed_one_waits_for_an_edit) {
  adopted s{"FirstFailed"};
  s.settle();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_FALSE(s.app.status.cluster);
  EXPECT_THAT(s.touched, IsEmpty());
}

// -- deletion ---------------------------------------------------------------------------------------------------

TEST(adopted_deletion, the_savepoint_under_way_is_the_one_that_counts) {
  adopted s{"Deleting"};
  s.deleted().jobs_are(old_cluster, {{old_job, job_state::running}});
  s.savepoint(old_cluster, go_trigger, {.in_progress = true}).settle();
  EXPECT_FALSE(s.app.status.cluster);
  s.jobs(old_cluster, {{old_job, job_state::canceled}}).job(old_cluster, old_job, job_state::canceled);
  s.savepoint(old_cluster, go_trigger, {.in_progress = false, .location = "s3://sp"}).settle();
  EXPECT_EQ(s.app.status.savepoint_path, "s3://sp");
  EXPECT_THAT(s.clusters(), IsEmpty());
  EXPECT_THAT(s.touched, AllOf(Contains("remove finalizer"), Not(Contains(HasSubstr("stop job")))));
}

TEST(adopted_deletion, after_a_failed_savepoint_another_one_is_taken) {
  adopted s{"Deleting"};
  s.deleted().jobs_are(old_cluster, {{old_job, job_state::running}});
  s.savepoint(old_cluster, go_trigger, {.in_progress = false, .failure = "no directory"}).settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_THAT(s.touched, Contains(HasSubstr("stop job " + old_job)));
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster));
}

TEST(adopted_deletion, a_running_application_is_taken_over_first_so_that_its_job_manager_outlives_its_owner) {
  auto s = adopted::running();
  s.deleted().settle();
  EXPECT_EQ(s.phase(), phase::Deleting);
  EXPECT_THAT(s.seen.objects.deployments.at("orders-0a1b2c3d-jm")->head.owner_uids, IsEmpty());
  EXPECT_THAT(s.touched, Contains(HasSubstr("stop job " + old_job)));
}

TEST(adopted_deletion, a_silent_job_manager_does_not_hide_what_the_user_can_do) {
  adopted s{"Deleting"};
  s.deleted();
  for (action x : {action{ask_jobs{old_cluster}}, action{ask_savepoint{old_cluster, old_job, go_trigger}},
                   action{ask_job{old_cluster, old_job}}}) {
    s.failed(x, failure_class::transient);
    s.seen.outcomes[x].attempts = 3;
  }
  s.settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True CannotSaveState"), HasSubstr("deleteMode")));
}

TEST(adopted_deletion, without_a_mode_everything_goes_at_once) {
  adopted s{"DualRunning"};
  s.app.spec.delete_mode = delete_mode::None;
  s.deleted().settle();
  EXPECT_THAT(s.clusters(), IsEmpty());
  EXPECT_THAT(s.touched, Contains("remove finalizer"));
}

TEST(adopted_deletion, a_first_deploy_that_never_ran_a_job_leaves_nothing) {
  adopted s{"FirstSubmit"};
  s.deleted().jobs_are(new_cluster, {}).settle();
  EXPECT_THAT(s.clusters(), IsEmpty());
  EXPECT_THAT(s.touched, Contains("remove finalizer"));
}

} // namespace
} // namespace flink
