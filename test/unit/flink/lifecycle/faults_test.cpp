// Faults that the simulation has met, each as the smallest story that shows it.
#include "flink/admission/record.hpp"
#include "flink/observation/apply_reply.hpp"
#include "k8s/time.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

scene rolling_back() {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::rejected, "no").decide().decide();
  auto again = *s.target().rollback->job_id;
  return s.jobs("c0").no_job("c0", again).done(switch_service{"c0"});
}

action submit_of_rollback(const scene& s) {
  auto& job = *s.app.status.job_status;
  job_parameters parameters{.jar_name = *job.jar_name, .parallelism = *job.parallelism};
  return submit_job{"c0", *s.target().rollback->job_id, parameters, s.target().restore_path.value_or("")};
}

// -- what is written is read back ----------------------------------------------------------------------

TEST(decide_faults, a_rollback_that_has_not_chosen_its_job_yet_is_read_back) {
  auto x = read_record(R"({"metadata":{"name":"a","namespace":"ns","uid":"u"},"spec":{"image":"i","jarName":"j.jar",
    "parallelism":1},"status":{"phase":"RollingBackJob","target":{"clusterId":"0123abcd","specHash":"89abcdef",
    "generation":2,"attempt":1,"rollback":{"reason":"the savepoint does not fit"}}}})");
  ASSERT_TRUE(x.app.status.target && x.app.status.target->rollback);
  EXPECT_EQ(x.app.status.target->rollback->reason, "the savepoint does not fit");
  EXPECT_FALSE(x.app.status.target->rollback->job_id.has_value());
}

// -- high availability -------------------------------------------------------------------------------------

TEST(decide_faults, with_high_availability_a_job_that_was_submitted_and_is_not_there_has_ended_unseen) {
  auto s = rolling_back();
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  auto again = *s.target().rollback->job_id;
  s.failed(submit_of_rollback(s), failure_class::duplicate, "already submitted").later(1s).no_job("c0", again);
  EXPECT_EQ(s.decide().phase(), phase::RollingBackJob) << "it may be on its way";
  s.later(20min).no_job("c0", again).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("RollbackFailed: job " + again + " had already started and ended"));
}

TEST(decide_faults, with_high_availability_a_job_that_comes_back_after_it_was_cancelled_is_cancelled_again) {
  auto s = scene::updating();
  s.app.status.phase = phase::Cancelling;
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  auto cancel = cancel_job{"c0", "old"};
  s.done(cancel).pods("c0", 1).job("c0", "old", job_state::running).decide();
  EXPECT_FALSE(s.does(cancel)) << "it takes a while";
  s.later(20s).job("c0", "old", job_state::running).decide();
  EXPECT_TRUE(s.does(cancel));
}

TEST(decide_faults, a_job_that_does_not_come_back_in_another_life_of_its_job_manager_has_ended_after_a_while) {
  auto s = scene::updating();
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  s.app.status.job_status->last_checkpoint = "file:/cp/chk-1";
  s.app.status.job_status->last_checkpoint_time = k8s::timestamp{s.now.wall};
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  s.pods("c0", 1).failed(s.stop(), failure_class::gone, "no such job", 404).no_job("c0", "old").later(170s);
  s.checkpoints("c0", "old", {}).no_job("c0", "old").comes_to_rest();
  EXPECT_EQ(s.phase(), phase::Savepointing) << "Flink may bring it back";
  s.later(20s).no_job("c0", "old").jobs("c0").checkpoints("c0", "old", {}).comes_to_rest();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/cp/chk-1");
}

// -- what people do by hand ---------------------------------------------------------------------------------

TEST(decide_faults, what_is_left_of_a_cluster_whose_job_manager_was_deleted_by_hand_goes_and_the_update_goes_on) {
  auto s = scene::savepointing();
  s.app.status.job_status->last_checkpoint = "file:/cp/chk-1";
  s.app.status.job_status->last_checkpoint_time = k8s::timestamp{s.now.wall};
  s.seen.objects.deployments.erase("app-c0-jm");
  s.seen.objects.pods.erase("app-c0-jobmanager");
  s.decide();
  EXPECT_TRUE(s.does(delete_object{object_role::task_manager, "app-c0-tm", "uid-app-c0-tm"}));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True OldJobManagerDown"));
  s.no_cluster("c0").decide();
  EXPECT_NE(s.phase(), phase::Savepointing);
  EXPECT_TRUE(s.comes_to_rest());
  EXPECT_EQ(s.target().restore_path, "file:/cp/chk-1");
}

// -- orders that do not come true --------------------------------------------------------------------------

TEST(decide_faults, a_finalizer_patch_that_met_an_edit_is_tried_again) {
  scene s;
  s.failed(add_finalizer{}, failure_class::rejected, "the test operation failed").later(1s).decide();
  EXPECT_THAT(s.acts(), Contains("add finalizer"));
}

TEST(decide_faults, a_deletion_that_was_said_to_be_done_and_does_not_show_is_ordered_again) {
  auto s = scene::running();
  s.objects("c9");
  action order = delete_object{object_role::job_manager, "app-c9-jm", "uid-app-c9-jm"};
  s.decide();
  ASSERT_TRUE(s.does(order));
  s.done(order).later(1s).decide();
  EXPECT_FALSE(s.does(order));
  s.later(10s).decide();
  EXPECT_TRUE(s.does(order));
}

TEST(decide_faults, what_a_deletion_finds_gone_is_forgotten_though_no_watch_has_shown_it) {
  auto s = scene::running();
  delete_object order{object_role::job_manager, "app-c0-jm", "uid-app-c0-jm"};
  apply_reply(
      s.seen, s.app, order,
      {.status = 404,
       .body
       = R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","details":{"name":"app-c0-jm","kind":"deployments"},"code":404})"});
  EXPECT_FALSE(s.seen.objects.deployments.contains("app-c0-jm"));
  EXPECT_TRUE(s.seen.objects.deployments.contains("app-c0-tm"));
}

TEST(decide_faults, an_object_in_the_way_is_looked_at_until_it_is_gone_and_then_created) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  action create = create_object{object_role::job_manager, id};
  read_object read{object_role::job_manager, id};
  s.failed(create, failure_class::duplicate).done(read).decide();
  EXPECT_FALSE(s.does(read));
  s.later(2s).decide();
  EXPECT_TRUE(s.does(read));
  apply_reply(
      s.seen, s.app, read,
      {.status = 404,
       .body
       = R"({"kind":"Status","apiVersion":"v1","status":"Failure","reason":"NotFound","details":{"name":"app-c0-jm","kind":"deployments"},"code":404})"});
  s.decide();
  EXPECT_TRUE(s.does(create));
}

// -- rollback -------------------------------------------------------------------------------------------------

TEST(decide_faults, a_rollback_that_fails_keeps_the_state_for_the_next_edit) {
  auto s = rolling_back();
  s.failed(submit_of_rollback(s), failure_class::rejected, "no").no_job("c0", *s.target().rollback->job_id).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

TEST(decide_faults, nor_does_a_job_go_on_elsewhere_while_another_one_runs_on_its_cluster) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "job is not running"});
  s.job("c0", "old", job_state::failed).replies("c0").all<ask_jobs>().clear();
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/chk-7", s.milliseconds_now(), false, false}});
  s.comes_to_rest();
  EXPECT_EQ(s.phase(), phase::Recovering) << "nobody has said yet what else runs there";
  s.jobs("c0", {{.id = "old", .state = job_state::failed}, {.id = "unknown", .state = job_state::running}}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True UnknownJob"));
  s.jobs("c0", {{.id = "old", .state = job_state::failed}}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
}

TEST(decide_faults, nor_where_the_old_job_was_to_be_cancelled_and_is_not_known_there) {
  auto s = scene::updating();
  s.app.spec.savepoint_disabled = true;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  ASSERT_EQ(s.phase(), phase::Cancelling);
  s.no_job("c0", "old").replies("c0").all<ask_jobs>().clear();
  s.decide();
  EXPECT_EQ(s.last.waiting.reason, "LookingForJob");
  s.jobs("c0", {{.id = "unknown", .state = job_state::running}}).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True UnknownJob"));
}

TEST(decide_faults, an_old_job_that_had_finished_by_itself_is_not_repeated_when_the_new_version_fails) {
  auto s = rolling_back();
  s.app.status.target->rollback->job_id.reset();
  s.app.status.savepoint_path.reset();
  s.app.status.job_status->restore_path = s.target().restore_path; // it had left nothing newer
  s.app.status.job_status->state = "FINISHED";
  s.job(s.target().cluster_id, *s.target().job_id, job_state::failed).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("the old job had already finished"));
}

TEST(decide_faults, a_rollback_to_a_cluster_whose_job_manager_was_deleted_by_hand_ends) {
  auto s = rolling_back();
  s.seen.objects.deployments.erase("app-c0-jm");
  s.seen.objects.pods.erase("app-c0-jobmanager");
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp") << "the next edit starts from it";
}

TEST(decide_faults, a_job_that_the_status_does_not_name_keeps_the_next_one_from_being_started) {
  auto s = scene::updating();
  s.app.status.job_status->job_id.reset();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting) << "nobody has said yet what the old cluster runs";
  s.jobs("c0", {{.id = "unknown", .state = job_state::running}}).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("cluster c0 runs job unknown, which is not in the status"));
  s.jobs("c0", {{.id = "unknown", .state = job_state::canceled}}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
}

TEST(decide_faults, a_rollback_that_nobody_answers_restarts_the_job_manager_and_submits_again) {
  auto s = rolling_back();
  auto first = *s.target().rollback->job_id;
  s.failed(submit_of_rollback(s), failure_class::unknown).later(20min).no_job("c0", first).decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 0"));
  // The Deployment has none, and its pod goes.
  s.seen.objects.deployments["app-c0-jm"] = std::make_shared<k8s::deployment>(
      k8s::deployment{.head = s.head("app-c0-jm", "c0", "jobmanager"), .replicas = 0});
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains("scale app-c0-jm to 1")));
  s.seen.objects.pods.erase("app-c0-jobmanager");
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 1"));
  s.objects("c0").pods("c0", 1).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  EXPECT_NE(*s.target().rollback->job_id, first);
}

TEST(decide_faults, what_a_job_manager_told_long_ago_does_not_justify_a_submit) {
  auto s = scene::submitting();
  s.later(10s).decide();
  EXPECT_FALSE(s.does(s.submit()));
  EXPECT_TRUE(s.does(ask_jobs{s.target().cluster_id}));
  s.jobs(s.target().cluster_id, {{"somebody's", job_state::running}}).decide();
  EXPECT_FALSE(s.does(s.submit()));
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

TEST(decide_faults, a_rolled_back_job_that_waits_for_slots_is_known_so_that_it_can_be_ended) {
  auto s = rolling_back();
  auto again = *s.target().rollback->job_id;
  s.done(submit_of_rollback(s)).later(20min).job("c0", again, job_state::running, 0).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->job_id, again);
}

TEST(decide_faults, a_failed_job_of_a_version_that_was_given_up_is_asked_for_only_until_it_is_over) {
  auto s = scene::running();
  s.app.status.failed = failed_cluster{"c9", "cccccccc", k8s::timestamp{s.now.wall}, "dead"};
  s.cluster("c9").job("c9", "dead", job_state::failed).decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("ask job dead"))));
}

} // namespace
} // namespace flink
