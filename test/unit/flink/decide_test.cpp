// The life cycle, told in the order in which an application lives it.
#include "test/unit/flink/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

// -- the first deploy --------------------------------------------------------------------------------

TEST(decide_first, asks_for_the_finalizer_before_anything_else) {
  scene s;
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("add finalizer"));
  EXPECT_FALSE(s.app.status.phase.has_value()) << "nothing is written before the first intent";
}

TEST(decide_first, writes_the_cluster_id_down_before_it_creates) {
  scene s;
  s.finalized().decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.target().cluster_id, "c1");
  EXPECT_EQ(s.target().job->jar_name, "job.jar");
  EXPECT_THAT(s.acts(),
              UnorderedElementsAre("create JobManager Deployment of c1", "create TaskManager Deployment of c1",
                                   "create versioned Service of c1", "create generic Service of c1"));
}

TEST(decide_first, creates_what_is_missing_and_nothing_twice) {
  scene s;
  s.finalized().decide().objects("c1");
  s.seen.world.services.erase("app-c1");
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("create versioned Service of c1"));
  s.done(create_object{object_role::versioned_service, "c1"}).decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_first, waits_for_the_slots_that_the_job_needs) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 1).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.last.waiting.reason, "TaskManagersStarting");
  EXPECT_THAT(s.last.waiting.message, HasSubstr("1 of 2"));
}

TEST(decide_first, submits_under_an_identity_that_is_written_first) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 2).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().job_id, "j2");
  EXPECT_EQ(s.target().job_manager, incarnation_of(*look_at_cluster(s.seen, "c1").leader));
  EXPECT_THAT(s.acts(), ElementsAre("ask jobs of c1"));
  s.jobs("c1").no_job("c1", "j2").decide();
  EXPECT_TRUE(s.does(s.submit()));
}

TEST(decide_first, is_running_once_all_tasks_run_and_falls_silent) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 2).decide().jobs("c1").no_job("c1", "j2").done(s.submit());
  s.job("c1", "j2", job_state::running, 3).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob) << "a task is missing";
  s.job("c1", "j2", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.deploy_hash, "c1");
  EXPECT_THAT(s.condition("Ready"), StartsWith("True JobRunning"));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("False"));
  s.checkpoints("c1", "j2", {}).decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_first, starts_from_the_savepoint_that_the_user_names) {
  scene s;
  s.app.spec.savepoint_path = "s3://b/sp";
  s.finalized().decide().cluster("c1").slots("c1", 2).decide();
  EXPECT_EQ(s.target().restore_path, "s3://b/sp");
}

TEST(decide_first, a_bounded_job_that_has_finished_is_a_success) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 2).decide().jobs("c1").no_job("c1", "j2").done(s.submit());
  s.job("c1", "j2", job_state::finished, 0).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Ready"), StartsWith("True"));
}

TEST(decide_first, a_refused_job_fails_the_deploy_and_an_edit_repairs_it) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 2).decide().jobs("c1").no_job("c1", "j2");
  s.failed(s.submit(), failure_class::rejected, "Jar file does not exist").decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Ready"), HasSubstr("Jar file does not exist"));
  EXPECT_EQ(s.app.status.failed->job_id, "j2");
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed) << "the same spec fails the same way";
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, "c1");
}

TEST(decide_first, the_next_try_does_not_start_before_the_earlier_cluster_has_ended) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 2).decide().jobs("c1").no_job("c1", "j2");
  s.failed(s.submit(), failure_class::rejected).decide();
  s.hash = "bbbbbbbb";
  s.decide();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide();
  ASSERT_EQ(s.phase(), phase::SubmittingJob);
  s.jobs(id).no_job(id, *s.target().job_id).decide();
  EXPECT_FALSE(s.does(s.submit()));
  EXPECT_EQ(s.last.waiting.reason, "EarlierClusterEnding");
  s.no_cluster("c1").decide();
  EXPECT_TRUE(s.does(s.submit()));
}

// -- what goes wrong while the cluster starts -----------------------------------------------------------

struct trouble {
  const char* name;
  k8s::pod pod;
  std::chrono::seconds after;
  bool fails;
  const char* words;
  friend void PrintTo(const trouble& x, std::ostream* out) { *out << x.name; }
};

const trouble troubles[] = {
    {"an image that cannot be pulled is shown at once",
     {.phase = "Pending", .waiting_reason = "ErrImagePull", .waiting_message = "not found"},
     1s,
     false,
     "not found"},
    {"and refused after a while",
     {.phase = "Pending", .waiting_reason = "ImagePullBackOff", .waiting_message = "not found"},
     31s,
     true,
     "not found"},
    {"an impossible image name is refused at once",
     {.phase = "Pending", .waiting_reason = "InvalidImageName", .waiting_message = "bad name"},
     0s,
     true,
     "bad name"},
    {"a container that is being created is waited for",
     {.phase = "Pending", .waiting_reason = "ContainerCreating"},
     60s,
     false,
     "JobManager pod"},
    {"a missing ConfigMap is refused after a while",
     {.phase = "Pending", .waiting_reason = "CreateContainerConfigError", .waiting_message = "configmap x not found"},
     31s,
     true,
     "configmap x"},
    {"a crash loop is refused",
     {.phase = "Running", .restarts = 3, .waiting_reason = "CrashLoopBackOff", .last_termination = "exit code 1"},
     5s,
     true,
     "exit code 1"},
    {"one crash is not a loop", {.phase = "Running", .ip = "127.0.0.2", .restarts = 1}, 5s, false, "answer"},
    {"a pod without a node waits for the whole patience",
     {.phase = "Pending", .unschedulable = "0/3 nodes are available"},
     599s,
     false,
     "0/3 nodes"},
    {"and no longer", {.phase = "Pending", .unschedulable = "0/3 nodes are available"}, 600s, true, "0/3 nodes"},
};

class while_starting : public testing::TestWithParam<trouble> {};

TEST_P(while_starting, the_old_job_is_untouched) {
  auto& x = GetParam();
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).pod(id, "jobmanager", x.pod).later(x.after);
  s.job("c0", "old", job_state::running).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), x.fails ? phase::DeployFailed : phase::ClusterStarting);
  auto told = x.fails ? s.condition("Degraded") : s.last.waiting.message;
  EXPECT_THAT(told, HasSubstr(x.words));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  for (auto& what : s.last.actions)
    EXPECT_NE(job_manager_of(what), "c0") << to_string(what);
}

INSTANTIATE_TEST_SUITE_P(decide, while_starting, testing::ValuesIn(troubles));

TEST(decide_update, a_refused_object_leaves_the_old_job_running_and_says_why) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.failed(create_object{object_role::task_manager, id}, failure_class::rejected, "quantity 'x' is invalid").decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("quantity 'x' is invalid"));
  EXPECT_EQ(s.app.status.cluster->id, "c0");
}

TEST(decide_update, an_object_of_somebody_else_under_our_name_is_never_touched) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  action create = create_object{object_role::job_manager, id};
  s.failed(create, failure_class::duplicate).decide();
  EXPECT_THAT(s.acts(), Contains("read JobManager Deployment of " + id));
  s.done(read_object{object_role::job_manager, id});
  s.seen.name_conflicts[to_string(create)] = "belongs to somebody else";
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True NameConflict"));
}

TEST(decide_update, a_job_that_does_not_compile_costs_the_running_job_nothing) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide();
  EXPECT_TRUE(s.does(s.compile()));
  s.failed(s.compile(), failure_class::rejected, "ClassNotFoundException: Nope").decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("Nope"));
  EXPECT_EQ(s.app.status.cluster->id, "c0");
}

TEST(decide_update, what_plan_says_of_a_main_that_runs_does_not_refuse) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).failed(s.compile(), failure_class::transient, "aborted pre-maturely").decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_update, compiling_first_can_be_switched_off) {
  auto s = scene::updating();
  s.app.spec.acceptance.emplace().compile_first = false;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
}

TEST(decide_update, an_edit_while_the_cluster_starts_makes_a_new_cluster_and_loses_nothing) {
  auto s = scene::updating();
  auto first = s.target().cluster_id;
  s.objects(first);
  s.hash = "cccccccc";
  s.app.metadata.generation = 3;
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.target().spec_hash, "cccccccc");
  EXPECT_NE(s.target().cluster_id, first);
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + first)));
}

TEST(decide_update, taking_the_edit_back_goes_on_as_before) {
  auto s = scene::updating();
  s.hash = "aaaaaaaa";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.target.has_value());
}

TEST(decide_update, force_rollback_gives_up_before_the_old_job_is_touched) {
  auto s = scene::updating();
  s.app.spec.force_rollback = true;
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

// -- moving the state -----------------------------------------------------------------------------------

TEST(decide_update, the_trigger_is_written_before_the_job_is_stopped) {
  auto s = scene::savepointing();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  ASSERT_TRUE(s.target().trigger_id.has_value());
  EXPECT_THAT(s.acts(), ElementsAre("stop job old of c0 by " + *s.target().trigger_id));
}

TEST(decide_update, the_new_job_waits_until_the_old_one_has_ended) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  s.decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp") << "written down before it could be forgotten";
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/sp");
}

TEST(decide_update, a_failed_savepoint_leaves_the_old_job_running) {
  auto s = scene::savepointing();
  s.done(s.stop()).later(1s).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "disk full"});
  s.done(ask_savepoint{"c0", "old", *s.target().trigger_id}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing) << "how the job was before says nothing of how it is now";
  s.later(1s).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("disk full"));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
}

TEST(decide_update, a_slow_savepoint_is_never_abandoned) {
  auto s = scene::savepointing();
  s.done(s.stop()).later(2h).savepoint("c0", *s.target().trigger_id, {.in_progress = true}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True SavepointSlow"));
}

TEST(decide_update, a_forgotten_trigger_is_looked_for_among_the_checkpoints) {
  auto s = scene::savepointing();
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.done(s.stop());
  s.told("c0").savepoints[*s.target().trigger_id] = learned<maybe<rest::savepoint>>{std::nullopt, s.now.steady};
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/found", taken, true, false}});
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/found");
}

TEST(decide_update, a_savepoint_after_which_the_job_went_on_is_not_that_of_a_forgotten_trigger) {
  auto s = scene::savepointing();
  auto now = s.milliseconds_now();
  s.done(s.stop());
  s.told("c0").savepoints[*s.target().trigger_id] = learned<maybe<rest::savepoint>>{std::nullopt, s.now.steady};
  s.checkpoints("c0", "old",
                {.latest_completed = rest::checkpoint{"file:/chk-9", now, false, false},
                 .latest_savepoint = rest::checkpoint{"file:/before", now - 1000, true, false}});
  s.job("c0", "old", job_state::canceled).comes_to_rest();
  EXPECT_EQ(s.target().restore_path, "file:/chk-9");
}

TEST(decide_update, without_savepoints_the_job_is_cancelled_and_its_end_awaited) {
  auto s = scene::updating();
  s.app.spec.savepoint_disabled = true;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0"));
  s.done(cancel_job{"c0", "old"}).job("c0", "old", job_state::cancelling).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.job("c0", "old", job_state::canceled).jobs("c0").decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_FALSE(s.target().restore_path.has_value());
}

TEST(decide_update, a_silent_old_job_manager_holds_the_new_job_back) {
  auto s = scene::savepointing();
  s.pod("c0", "jobmanager", {.phase = "Pending"}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True OldJobManagerDown"));
}

TEST(decide_update, a_job_cancelled_by_hand_is_continued_from_its_last_checkpoint) {
  auto s = scene::savepointing();
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "job is not running"});
  s.job("c0", "old", job_state::canceled);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/chk-7", taken, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/chk-7");
}

TEST(decide_update, a_lost_job_without_known_state_is_not_started_from_nothing) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "job is not running"});
  s.job("c0", "old", job_state::failed).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("fallbackWithoutState"));
}

TEST(decide_update, a_checkpoint_that_is_too_old_is_not_started_from) {
  auto s = scene::savepointing();
  s.app.spec.max_checkpoint_restore_age_seconds = 60;
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>((s.now.wall - 61s).time_since_epoch()).count();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "job is not running"});
  s.job("c0", "old", job_state::failed);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/chk-7", taken, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("maxCheckpointRestoreAgeSeconds"));
}

// -- the new job --------------------------------------------------------------------------------------------

TEST(decide_submit, becomes_the_serving_version_and_removes_the_old_one) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job_id = *s.target().job_id;
  s.decide();
  EXPECT_TRUE(s.does(s.submit()));
  s.done(s.submit()).job(id, job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->id, id);
  EXPECT_EQ(s.app.status.job_status->restore_path, "file:/sp");
  EXPECT_EQ(s.app.status.history.back().result, "Deployed");
  s.checkpoints(id, job_id, {}).decide();
  EXPECT_THAT(s.acts(), Contains("delete JobManager Deployment app-c0-jm (uid-app-c0-jm)"));
}

TEST(decide_submit, a_lost_answer_is_not_repeated_the_job_may_still_come) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  s.failed(s.submit(), failure_class::unknown).later(3s).no_job(id, *s.target().job_id).decide();
  EXPECT_FALSE(s.does(s.submit()));
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  s.job(id, *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_submit, what_was_never_sent_is_sent_again_under_the_same_identity) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::not_sent).later(5s).no_job(s.target().cluster_id, *s.target().job_id).decide();
  EXPECT_TRUE(s.does(s.submit()));
}

TEST(decide_submit, an_edit_meanwhile_is_deployed_afterwards) {
  auto s = scene::submitting();
  s.hash = "cccccccc";
  auto id = s.target().cluster_id;
  s.done(s.submit()).job(id, *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->spec_hash, "bbbbbbbb");
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.target().spec_hash, "cccccccc");
}

TEST(decide_submit, another_incarnation_of_the_job_manager_gets_another_identity) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto before = *s.target().job_id;
  s.done(s.submit()).pods(id, 1).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_NE(*s.target().job_id, before);
  EXPECT_EQ(s.target().job_manager->restarts, 1);
}

TEST(decide_submit, a_strange_job_on_the_cluster_is_a_reason_to_stop) {
  auto s = scene::submitting();
  s.jobs(s.target().cluster_id, {{"someone", job_state::running}}).decide();
  EXPECT_FALSE(s.does(s.submit()));
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

TEST(decide_submit, a_job_that_does_not_start_gives_the_old_version_its_job_back) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto failed_job = *s.target().job_id;
  s.failed(s.submit(), failure_class::rejected, "savepoint incompatible").decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  ASSERT_TRUE(s.target().rollback.has_value());
  auto again = s.target().rollback->job_id.value();
  EXPECT_FALSE(again.empty());
  EXPECT_NE(again, failed_job);
  s.jobs("c0").no_job("c0", again).done(switch_service{"c0"}).decide();
  EXPECT_THAT(s.acts(), Contains("submit job " + again + " to c0"));
  s.job("c0", again, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->job_id, again);
  EXPECT_EQ(s.app.status.cluster->id, "c0");
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("savepoint incompatible"));
}

TEST(decide_submit, the_old_job_is_not_started_while_the_new_one_may_still_appear) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  s.failed(s.submit(), failure_class::unknown).later(10min).no_job(id, *s.target().job_id).decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.no_job(id, *s.target().job_id).decide();
  EXPECT_FALSE(s.target().rollback->job_id.has_value());
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
  s.no_cluster(id).decide();
  EXPECT_TRUE(s.target().rollback->job_id.has_value());
}

// -- at rest --------------------------------------------------------------------------------------------------

TEST(decide_rest, a_settled_application_asks_only_now_and_then) {
  auto s = scene::running();
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  s.later(10s).decide();
  EXPECT_THAT(s.acts(), ElementsAre("ask job old of c0", "ask checkpoints of old of c0"));
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.job("c0", "old", rest::job_state::running)
      .checkpoints("c0", "old",
                   {.completed = 1, .latest_completed = rest::checkpoint{"file:/chk-1", taken, false, false}})
      .decide()
      .later(10s)
      .decide();
  EXPECT_THAT(s.acts(), ElementsAre("ask job old of c0")); // once one is written down, the next may take its time
}

TEST(decide_rest, writes_the_newest_checkpoint_down) {
  auto s = scene::running();
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.checkpoints("c0", "old", {.completed = 3, .latest_completed = rest::checkpoint{"file:/chk-3", taken, false, false}})
      .decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/chk-3");
}

TEST(decide_rest, a_silent_job_manager_is_written_down_as_red) {
  auto s = scene::running();
  action question = ask_job{"c0", "old"};
  s.failed(question, failure_class::transient, "no answer");
  s.seen.outcomes[to_string(question)].attempts = 3;
  s.later(1min).decide();
  EXPECT_EQ(s.app.status.cluster_status->health, "Red");
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True JobManagerSilent"));
}

TEST(decide_rest, says_so_when_the_job_is_lost_with_its_job_manager) {
  auto s = scene::running();
  s.no_job("c0", "old").decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("False JobLost"));
  EXPECT_THAT(s.condition("Ready"), HasSubstr("fallbackWithoutState"));
  s.app.status.job_status->last_checkpoint = "file:/chk-3";
  s.decide();
  EXPECT_THAT(s.condition("Ready"), HasSubstr("starts it from file:/chk-3"));
}

TEST(decide_rest, an_invalid_spec_is_told_and_touches_nothing) {
  auto s = scene::running();
  s.hash = "bbbbbbbb";
  s.complaints = {{"spec.parallelism", "expected a 32-bit integer, got \"two\""}};
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True InvalidSpec: spec.parallelism"));
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_rest, a_failed_cluster_is_kept_for_its_logs_and_then_removed) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).failed(create_object{object_role::ingress, id}, failure_class::rejected);
  s.app.spec.force_rollback = true;
  s.decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("scale app-" + id + "-tm to 0"));
  s.done(scale_deployment{"app-" + id + "-tm", 0}).later(11min).job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
}

TEST(decide_rest, going_back_to_the_running_spec_is_no_failure_any_more) {
  auto s = scene::updating();
  s.app.spec.force_rollback = true;
  s.decide();
  s.app.spec.force_rollback.reset();
  s.hash = "aaaaaaaa";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_rest, paused_means_hands_off) {
  auto s = scene::running();
  s.hash = "bbbbbbbb";
  s.app.metadata.annotations[std::string{paused_annotation}] = "true";
  s.later(1h).decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_rest, objects_that_an_erased_status_does_not_know_are_not_touched) {
  auto s = scene::running();
  s.app.status = {};
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
}

} // namespace
} // namespace flink
