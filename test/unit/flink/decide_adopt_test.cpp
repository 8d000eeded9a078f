// What the Go operator left, in each of its phases: no job is touched that runs, no state is forgotten.
#include "test/unit/flink/adopted.hpp"

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

adopted running() {
  adopted s{"Running"};
  s.job(old_cluster, old_job, job_state::running).checkpoints(old_cluster, old_job, {});
  return s;
}

// -- what is recognised ------------------------------------------------------------------------------------------

TEST(adopted_world, every_status_of_the_go_operator_can_be_read) {
  for (auto* phase : {"Running", "Updating", "ClusterStarting", "Rescaling", "Rescaled", "Savepointing", "Cancelling",
                      "Recovering", "SubmittingJob", "RollingBackJob", "DeployFailed", "DualRunning", "Deleting",
                      "FirstCluster", "FirstSubmit", "FirstFailed"}) {
    adopted s{phase};
    EXPECT_THAT(s.complaints, IsEmpty()) << phase;
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
  learn_object(s.seen, std::make_shared<const k8s::pod>(stranger), false);
  s.settle();
  EXPECT_EQ(look_at_cluster(s.seen, old_cluster).task_manager_pods.size(), 1U);
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster));
}

// -- Running ------------------------------------------------------------------------------------------------------

TEST(adopted_running, objects_are_taken_over_before_the_status_says_so) {
  auto s = running();
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
  auto s = running();
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
  auto s = running();
  s.settle();
  auto& job = *s.app.status.job_status;
  EXPECT_EQ(job.jar_name, "orders.jar");
  EXPECT_THAT(*job.program_args_list, ElementsAre("--rate", "5", "--name", "late orders"));
  EXPECT_EQ(job.last_checkpoint, "s3://shop/checkpoints/chk-120");
  EXPECT_FALSE(s.app.status.failed_deploy_hash) << "the Go operator never cleared it";
  EXPECT_FALSE(s.app.status.retry_count);
}

TEST(adopted_running, falls_silent) {
  auto s = running();
  s.settle();
  auto before = s.app.status;
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.app.status, before);
}

TEST(adopted_running, another_operator_finishes_what_one_had_begun) {
  auto s = running();
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
  auto s = running();
  s.app.spec.image = "registry/orders:2";
  s.settle();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.serving(), old_cluster) << "the old job still runs there";
  EXPECT_THAT(s.touched, Not(Contains(HasSubstr("stop job"))));
}

TEST(adopted_running, what_cannot_be_told_is_taken_for_equal_and_said) {
  auto s = running();
  s.edited("orders-0a1b2c3d-jm", R"({"metadata":{"annotations":{"flink-job-properties":null}}})").settle();
  EXPECT_EQ(s.app.status.cluster->spec_hash, s.hash);
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.condition("Ready"), AllOf(StartsWith("True AdoptedUnverified"), HasSubstr("flink-job-properties")));
}

TEST(adopted_running, an_object_that_cannot_be_patched_is_shown_and_tried_again) {
  auto s = running();
  action take = take_over_object{object_role::job_manager, "orders-0a1b2c3d-jm"};
  s.failed(take, failure_class::forbidden, "deployments is forbidden").decide();
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True CannotTakeOver"), HasSubstr("is forbidden")));
  EXPECT_FALSE(s.app.status.cluster);
  s.later(1s).decide();
  EXPECT_TRUE(s.does(take));
}

TEST(adopted_running, without_its_deployments_the_application_is_ours_and_gets_them_again) {
  auto s = running();
  s.seen.world.deployments.clear();
  s.seen.world.pods.clear();
  s.settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_THAT(s.touched,
              Each(AnyOf("create JobManager Deployment of 0a1b2c3d", "create TaskManager Deployment of 0a1b2c3d")));
}

TEST(adopted_running, a_paused_application_is_left_alone) {
  auto s = running();
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
  s.app.spec.parallelism = 5; // the annotations still say 3
  s.job(old_cluster, old_job, job_state::running).checkpoints(old_cluster, old_job, {});
  s.settle();
  EXPECT_EQ(s.serving(), old_cluster);
  EXPECT_EQ(s.app.status.deploy_hash, old_cluster);
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.touched, IsEmpty());
}

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
  s.seen.outcomes[to_string(action{ask_jobs{new_cluster}})].attempts = 3;
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
  for (auto& [name, x] : s.seen.world.pods) {
    auto copy = std::make_shared<k8s::pod>(*x);
    copy->head.deleting = true;
    x = std::move(copy);
  }
  s.seen.world.deployments.clear();
  s.seen.world.services.erase("orders-4e5f6071");
  s.decide();
  EXPECT_EQ(s.last.waiting.reason, "RemovingHalfMade");
  s.seen.world.pods.clear();
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(adopted_first, a_spec_that_cannot_be_deployed_is_told_once) {
  adopted s{"FirstCluster"};
  s.complaints = {{"spec.parallelism", "no number"}};
  s.decide();
  EXPECT_THAT(s.condition("Degraded"),
              AllOf(StartsWith("True InvalidSpec: spec.parallelism"), Not(HasSubstr("besides"))));
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
  auto s = running();
  s.deleted().settle();
  EXPECT_EQ(s.phase(), phase::Deleting);
  EXPECT_THAT(s.seen.world.deployments.at("orders-0a1b2c3d-jm")->head.owner_uids, IsEmpty());
  EXPECT_THAT(s.touched, Contains(HasSubstr("stop job " + old_job)));
}

TEST(adopted_deletion, a_silent_job_manager_does_not_hide_what_the_user_can_do) {
  adopted s{"Deleting"};
  s.deleted();
  for (action x : {action{ask_jobs{old_cluster}}, action{ask_savepoint{old_cluster, old_job, go_trigger}},
                   action{ask_job{old_cluster, old_job}}}) {
    s.failed(x, failure_class::transient);
    s.seen.outcomes[to_string(x)].attempts = 3;
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

// -- BlueGreen ------------------------------------------------------------------------------------------------------

TEST(adopted_blue_green, is_left_alone_and_says_what_to_do) {
  adopted s{"DualRunning"};
  s.settle();
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True BlueGreenNotAdopted"), HasSubstr("savepointPath")));
  EXPECT_THAT(s.touched, IsEmpty());
  EXPECT_THAT(s.clusters(), ElementsAre(old_cluster, new_cluster));
}

} // namespace
} // namespace flink
