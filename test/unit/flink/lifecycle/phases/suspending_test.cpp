// spec.suspend: out of every phase, back again, and what may not be lost on the way.
#include "test/unit/flink/lifecycle/suspension.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace suspension;
using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(decide_suspend, the_trigger_is_written_before_the_job_is_stopped) {
  auto s = suspending(scene::running());
  EXPECT_EQ(s.phase(), phase::Savepointing) << "the job still runs: Suspended would be a lie";
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("stop"))));
  ASSERT_TRUE(record(s).trigger_id.has_value());
  s.decide();
  EXPECT_TRUE(s.does(last_stop(s)));
  EXPECT_THAT(s.condition("Progressing"), StartsWith("True Suspending"));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("False"));
}

TEST(decide_suspend, the_clusters_go_once_the_state_is_saved_and_the_job_has_ended) {
  auto s = stopping();
  saved(s, "file:/sp").decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("delete"))));
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(record(s).job_ended, true);
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
  EXPECT_EQ(s.phase(), phase::Savepointing) << "Suspended means that nothing is there any more";
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_FALSE(s.app.status.cluster.has_value());
  EXPECT_EQ(s.app.status.savepoints.back().reason, savepoint_reason::Suspend);
  EXPECT_THAT(s.condition("Ready"), StartsWith("False Suspended"));
  EXPECT_THAT(s.condition("Progressing"), StartsWith("False Suspended"));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("False AsExpected"));
  EXPECT_THAT(s.events(), HasSubstr("Suspended"));
}

TEST(decide_suspend, nothing_is_asked_or_done_while_suspended) {
  auto s = suspended().later(10min).decide();
  EXPECT_THAT(s.last.actions, IsEmpty());
  auto before = s.app.status;
  s.hash = "bbbbbbbb";
  EXPECT_THAT(s.later(10min).decide().last.actions, IsEmpty()) << "an edit is deployed on resume";
  EXPECT_EQ(s.app.status, before);
}

TEST(decide_suspend, resumes_from_its_savepoint_with_the_spec_as_it_is_then) {
  auto s = suspended();
  s.hash = "bbbbbbbb";
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/sp");
}

TEST(decide_suspend, does_not_resume_with_a_spec_that_is_refused) {
  auto s = suspended();
  s.errors = {{"spec.image", "is missing"}};
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True InvalidSpec"));
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True InvalidSpec"));
}

TEST(decide_suspend, a_first_apply_creates_nothing) {
  scene s;
  s = suspending(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_THAT(s.acts(), IsEmpty());
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_suspend, a_deploy_out_of_a_suspension_whose_target_was_cut_off_ends_by_the_way_of_all_others) {
  scene s;
  s.finalized().decide().app.status.target.reset();
  s.app.status.history.emplace_back();
  ASSERT_EQ(s.phase(), phase::ClusterStarting);
  s.app.spec.suspend = true;
  EXPECT_EQ(s.decide().phase(), phase::Savepointing) << "its objects may not be seen yet";
  EXPECT_TRUE(s.comes_to_rest());
  EXPECT_EQ(s.phase(), phase::Suspended);
}

TEST(decide_suspend, a_savepoint_that_fails_is_tried_again_ever_more_slowly_and_said) {
  auto s = stopping();
  auto first = *record(s).trigger_id;
  not_saved(s, "no directory").job("c0", "old", job_state::running).later(2s).decide();
  EXPECT_EQ(*record(s).trigger_id, first) << "no faster than every ten seconds";
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True CannotSaveState"), HasSubstr("no directory")));
  s.later(9s).job("c0", "old", job_state::running).decide();
  EXPECT_NE(*record(s).trigger_id, first);
  auto second = *record(s).trigger_id;
  s.later(20min).done(last_stop(s));
  not_saved(s, "no directory").job("c0", "old", job_state::running).later(2min).decide();
  EXPECT_EQ(*record(s).trigger_id, second);
  s.later(4min).job("c0", "old", job_state::running).decide();
  EXPECT_NE(*record(s).trigger_id, second);
}

TEST(decide_suspend, an_answer_that_was_lost_leads_to_the_same_trigger_again) {
  auto s = suspending(scene::running()).decide();
  auto trigger = *record(s).trigger_id;
  s.failed(last_stop(s), failure_class::unknown);
  s.replies("c0").all<ask_savepoint>()[trigger] = {std::nullopt, s.now.steady};
  EXPECT_THAT(s.decide().acts(), Not(Contains(StartsWith("stop"))));
  s.later(3s).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(*record(s).trigger_id, trigger);
  EXPECT_TRUE(s.does(last_stop(s)));
}

TEST(decide_suspend, is_taken_back_at_once_before_anything_was_ordered) {
  auto s = suspending(scene::running());
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.suspension.has_value());
  EXPECT_EQ(s.app.status.cluster->id, "c0");
}

TEST(decide_suspend, goes_through_when_taken_back_after_the_stop_was_sent) {
  auto s = stopping();
  s.app.spec.suspend = false;
  says(s, {.in_progress = true}).decide();
  EXPECT_TRUE(s.app.status.suspension.has_value());
  saved(s, "file:/sp").job("c0", "old", job_state::finished).decide().decide();
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting) << "and resumes";
}

TEST(decide_suspend, is_taken_back_after_a_savepoint_that_failed) {
  auto s = stopping();
  not_saved(s, "no directory").job("c0", "old", job_state::running).decide();
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.suspension.has_value());
}

TEST(decide_suspend, a_restarted_operator_asks_before_it_takes_back) {
  auto s = stopping();
  s.app.spec.suspend = false;
  s.seen.outcomes.clear();
  s.seen.job_managers.clear();
  s.job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("ask savepoint " + *record(s).trigger_id)));
  not_saved(s, "no directory").decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_suspend, goes_back_to_a_deploy_that_had_failed_when_taken_back) {
  auto s = scene::running();
  s.app.status.phase = phase::DeployFailed;
  s.app.status.failed
      = failed_cluster{.id = "c9",
                       .spec_hash = "bbbbbbbb",
                       .failed_at = *k8s::timestamp::parse(s.app.status.conditions[0].last_transition_time)};
  s.hash = "bbbbbbbb";
  s = suspending(s);
  s.app.spec.suspend = false;
  EXPECT_EQ(s.decide().phase(), phase::DeployFailed);
}

TEST(decide_suspend, a_silent_job_manager_is_waited_for_and_said) {
  auto base = scene::running();
  base.pod("c0", "jobmanager", {.phase = "Pending"});
  auto s = suspending(base).decide();
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True CannotSaveState"), HasSubstr("does not answer")));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("delete"))));
}

TEST(decide_suspend, a_cluster_that_turns_up_late_is_removed_unless_it_runs_a_job) {
  auto s = suspended();
  s.cluster("c7").jobs("c7").decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c7-jm")));
  auto silent = s;
  silent.replies("c7").all<ask_jobs>().clear();
  EXPECT_THAT(silent.decide().acts(), Not(Contains(StartsWith("delete")))) << "it may run one";
  silent.no_job_manager("c7").decide();
  EXPECT_THAT(silent.acts(), Contains(StartsWith("delete JobManager Deployment app-c7-jm")));
  s.jobs("c7", {{"somebody", job_state::running}}).decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("delete"))));
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
}

TEST(decide_suspend, an_erased_status_is_not_taken_for_a_first_apply) {
  auto s = scene::running();
  s.app.status = {};
  s = suspending(s);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("delete"))));
}

TEST(decide_suspend, can_be_deleted_while_suspended_in_every_mode) {
  for (auto mode : {delete_mode::Savepoint, delete_mode::ForceCancel, delete_mode::None}) {
    auto s = suspended();
    s.app.spec.delete_mode = mode;
    s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
    s.seen.namespace_terminating = false;
    s.done(ask_namespace{}).decide().decide().decide();
    EXPECT_THAT(s.acts(), testing::ElementsAre("remove finalizer"));
  }
}

TEST(decide_suspend, a_deletion_takes_over_what_the_suspension_has_begun) {
  auto s = stopping();
  auto trigger = *record(s).trigger_id;
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.done(ask_namespace{}).decide();
  EXPECT_EQ(s.phase(), phase::Deleting);
  EXPECT_EQ(s.app.status.deletion->trigger_id, trigger);
  EXPECT_FALSE(s.app.status.suspension.has_value());
  s.savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp"}).job("c0", "old", job_state::finished);
  s.decide().decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
}

TEST(decide_suspend, interrupts_every_phase_and_settles_in_an_unchanging_world) {
  for (auto make : {scene::running, scene::updating, scene::savepointing, scene::submitting})
    for (bool pods : {false, true})
      for (bool taken_back : {false, true})
        for (auto state : {job_state::running, job_state::failed, job_state::finished, job_state::restarting}) {
          auto s = suspending(make());
          EXPECT_TRUE(s.app.status.suspension.has_value());
          s.app.spec.suspend = !taken_back;
          if (!pods)
            s.seen.objects.pods.clear();
          else
            s.job("c0", "old", state).checkpoints("c0", "old", {});
          ASSERT_TRUE(s.comes_to_rest()) << "never settles in " << phase_text(s.phase());
        }
}

} // namespace
} // namespace flink
