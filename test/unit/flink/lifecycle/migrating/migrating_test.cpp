// What the Go operator left, before the old job was touched: no job is touched that runs.
#include "test/unit/flink/lifecycle/adopted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::AnyOf;
using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

// -- what is recognised ------------------------------------------------------------------------------------------

TEST(adopted_world, every_status_of_the_go_operator_can_be_read) {
  for (auto* phase : {"Running", "Updating", "ClusterStarting", "Rescaling", "Rescaled", "Savepointing", "Cancelling",
                      "Recovering", "SubmittingJob", "RollingBackJob", "DeployFailed", "DualRunning", "Deleting",
                      "FirstCluster", "FirstSubmit", "FirstFailed"}) {
    adopted s{phase};
    EXPECT_THAT(s.errors, IsEmpty()) << phase;
    EXPECT_TRUE(left_by_go_operator(s.app.status)) << phase;
  }
}

TEST(adopted_world, a_status_of_ours_is_not_taken_over_again) {
  EXPECT_FALSE(left_by_go_operator(scene::running().app.status));
  EXPECT_FALSE(left_by_go_operator(scene::updating().app.status));
  EXPECT_FALSE(left_by_go_operator(status{}));
}

TEST(adopted_world, pods_are_found_by_the_name_of_their_cluster) {
  adopted s{"ClusterStarting"};
  auto c = look_at_cluster(s.seen, old_cluster);
  ASSERT_TRUE(c.leader);
  EXPECT_EQ(c.leader->ip, "10.0.0.1");
  EXPECT_EQ(c.task_manager_pods.size(), 1U);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster, new_cluster));
}

TEST(adopted_world, a_pod_of_a_long_name_is_found_although_kubernetes_cut_it) {
  std::string app(54, 'x');
  k8s::object_head pod{.key = {"ns", (app + "-0a1b2c3d-jm-5d9f8b7c6-").substr(0, 58) + "abcde"},
                       .labels = {{"flink-app", app}, {"pod-deployment-selector", "s"}}};
  EXPECT_TRUE(is_go_pod(pod, "0a1b2c3d"));
  EXPECT_FALSE(is_go_pod(pod, "4e5f6071"));
}

TEST(adopted_world, a_pod_that_somebody_else_made_is_nobodys) {
  adopted s{"Running"};
  auto stranger
      = k8s::pod{.head = {.key = {"shop", "orders-debug"}, .labels = {{"flink-app", "orders"}}}, .phase = "Running"};
  apply_object(s.seen, std::make_shared<const k8s::pod>(stranger), false);
  s.settle();
  EXPECT_EQ(look_at_cluster(s.seen, old_cluster).task_manager_pods.size(), 1U);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster));
}

// -- Running ------------------------------------------------------------------------------------------------------

TEST(adopted_running, objects_are_taken_over_before_the_status_says_so) {
  auto s = adopted::running();
  s.decide();
  EXPECT_FALSE(s.app.status.cluster);
  EXPECT_THAT(s.acts(), testing::UnorderedElementsAre(
                            "take over JobManager Deployment orders-0a1b2c3d-jm",
                            "take over TaskManager Deployment orders-0a1b2c3d-tm",
                            "take over versioned Service orders-0a1b2c3d", "take over generic Service orders",
                            "inspect Deployment orders-0a1b2c3d-jm", "inspect Deployment orders-0a1b2c3d-tm"));
  for (auto& x : s.last.actions)
    s.carry_out(x);
  s.decide();
  EXPECT_EQ(s.serving(), old_cluster);
}

TEST(adopted_running, goes_on_untouched) {
  auto s = adopted::running();
  s.settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.app.status.cluster->spec_hash, s.hash);
  EXPECT_EQ(s.app.status.cluster->job_manager, (incarnation{"uid-0a1b2c3d-jm-pod", 0}));
  EXPECT_EQ(s.job_id(), old_job);
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.condition("Ready"), StartsWith("True JobRunning"));
}

TEST(adopted_running, keeps_what_a_rollback_and_a_recovery_need) {
  auto s = adopted::running();
  s.settle();
  auto& job = *s.app.status.job_status;
  EXPECT_EQ(job.jar_name, "orders.jar");
  EXPECT_THAT(*job.program_args_list, ElementsAre("--rate", "5", "--name", "late orders"));
  EXPECT_EQ(job.last_checkpoint, "s3://shop/checkpoints/chk-120");
  EXPECT_FALSE(s.app.status.failed_deploy_hash) << "the Go operator never cleared it";
  EXPECT_FALSE(s.app.status.retry_count);
}

TEST(adopted_running, shows_autoscalers_its_task_managers) {
  auto s = adopted::running();
  s.settle();
  EXPECT_EQ(s.app.status.selector, "environment=production,flink-app=orders,flink-deployment-type=taskmanager,"
                                   "pod-deployment-selector=tm0a1b2c3d");
}

TEST(adopted_running, falls_silent) {
  auto s = adopted::running();
  s.settle();
  auto before = s.app.status;
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.app.status, before);
}

TEST(adopted_running, another_operator_finishes_what_one_had_begun) {
  auto s = adopted::running();
  s.decide();
  for (auto& x : s.last.actions)
    s.carry_out(x);
  s.seen.outcomes.clear(); // the operator was killed before it wrote the status
  s.seen.inspected.clear();
  s.settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.touched, IsEmpty());
}

TEST(adopted_running, an_edit_made_meanwhile_is_deployed_the_usual_way) {
  auto s = adopted::running();
  s.app.spec.image = "registry/orders:2";
  s.settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.serving(), old_cluster) << "the old job still runs there";
  EXPECT_THAT(s.touched, Not(Contains(HasSubstr("stop job"))));
}

TEST(adopted_running, what_cannot_be_told_is_taken_for_equal_and_said) {
  auto s = adopted::running();
  s.edited("orders-0a1b2c3d-jm", R"({"metadata":{"annotations":{"flink-job-properties":null}}})").settle();
  EXPECT_EQ(s.app.status.cluster->spec_hash, s.hash);
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.condition("Ready"), AllOf(StartsWith("True AdoptedUnverified"), HasSubstr("flink-job-properties")));
}

TEST(adopted_running, an_object_that_cannot_be_patched_is_shown_and_tried_again) {
  auto s = adopted::running();
  action take = take_over_object{object_role::job_manager, "orders-0a1b2c3d-jm"};
  s.failed(take, failure_class::forbidden, "deployments is forbidden").decide();
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True CannotTakeOver"), HasSubstr("is forbidden")));
  EXPECT_FALSE(s.app.status.cluster);
  s.later(1s).decide();
  EXPECT_TRUE(s.does(take));
}

TEST(adopted_running, without_its_deployments_the_application_is_ours_and_gets_them_again) {
  auto s = adopted::running();
  s.seen.objects.deployments.clear();
  s.seen.objects.pods.clear();
  s.settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_THAT(s.touched,
              Each(AnyOf("create JobManager Deployment of 0a1b2c3d", "create TaskManager Deployment of 0a1b2c3d")));
}

TEST(adopted_running, a_paused_application_is_left_alone) {
  auto s = adopted::running();
  s.app.metadata.annotations[std::string{paused_annotation}] = "true";
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_FALSE(s.app.status.cluster);
}

// -- before the old job was touched -------------------------------------------------------------------------------

class adopted_before_the_move : public testing::TestWithParam<const char*> {};

TEST_P(adopted_before_the_move, the_old_job_goes_on_and_our_deploy_begins) {
  adopted s{GetParam()};
  s.app.spec.image = "registry/orders:2";
  s.job(old_cluster, old_job, job_state::running).checkpoints(old_cluster, old_job, {});
  s.settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.job_id(), old_job);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster)) << "what was half made is gone";
  EXPECT_THAT(s.touched, Not(Contains(HasSubstr("job"))));
}

TEST_P(adopted_before_the_move, an_edit_taken_back_deploys_nothing) {
  adopted s{GetParam()};
  s.job(old_cluster, old_job, job_state::running).checkpoints(old_cluster, old_job, {});
  s.settle();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster));
}

INSTANTIATE_TEST_SUITE_P(phases, adopted_before_the_move, testing::Values("Updating", "ClusterStarting", "Rescaling"));

TEST(adopted_rescaled, a_cluster_that_was_rescaled_in_place_is_known_by_its_name) {
  adopted s{"Rescaled"};
  s.app.status.job_status->parallelism = 5;
  s.app.spec.parallelism = 5; // the annotations still contain 3
  s.job(old_cluster, old_job, job_state::running).checkpoints(old_cluster, old_job, {});
  s.settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.app.status.deploy_hash, old_cluster);
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.touched, IsEmpty());
}

} // namespace
} // namespace flink
