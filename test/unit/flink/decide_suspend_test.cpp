// spec.suspend: out of every phase, back again, and what may not be lost on the way.
#include "test/unit/flink/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// The user sets spec.suspend.
scene suspending(scene s) {
  s.app.spec.suspend = true;
  return s.decide();
}

const ending& record(const scene& s) {
  return *s.app.status.suspension;
}

action last_stop(const scene& s) {
  return stop_job{*record(s).cluster_id, *record(s).job_id, *record(s).trigger_id};
}

/// ... and the stop of the job that serves has been accepted.
scene stopping() {
  auto s = suspending(scene::running()).decide();
  return s.done(last_stop(s));
}

scene& says(scene& s, rest::savepoint x) {
  return s.savepoint(*record(s).cluster_id, *record(s).trigger_id, std::move(x));
}

scene& saved(scene& s, const std::string& path) {
  return says(s, {.in_progress = false, .location = path});
}

scene& not_saved(scene& s, const std::string& why) {
  return says(s, {.in_progress = false, .failure = why});
}

/// Nothing of a cluster is left, and the operator sees it.
scene& clusters_gone(scene& s) {
  for (auto& id : clusters_in(s.seen.world))
    s.no_cluster(id);
  return s.decide();
}

/// A job that ran is suspended with its savepoint.
scene suspended() {
  auto s = stopping();
  saved(s, "file:/sp").job("c0", "old", job_state::finished).decide().decide();
  return clusters_gone(s);
}

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
  EXPECT_EQ(s.app.status.savepoints.back().reason, "Suspend");
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
  s.complaints = {{"spec.image", "is missing"}};
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
  s.told("c0").savepoints[trigger] = {std::nullopt, s.now.steady};
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
  s.app.status.phase = "DeployFailed";
  s.app.status.failed = failed_cluster{
      .id = "c9", .spec_hash = "bbbbbbbb", .failed_at = s.app.status.conditions[0].last_transition_time};
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

TEST(decide_suspend, gives_up_a_deploy_whose_cluster_is_starting_without_counting_it) {
  auto s = suspending(scene::updating());
  EXPECT_FALSE(s.app.status.target.has_value());
  EXPECT_THAT(s.app.status.history, IsEmpty());
  s.decide();
  EXPECT_EQ(record(s).job_id, "old");
}

TEST(decide_suspend, gives_up_a_first_deploy) {
  scene s;
  s.finalized().decide();
  auto id = s.target().cluster_id;
  s.cluster(id);
  s = suspending(s).decide().decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-" + id)));
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_FALSE(s.app.status.savepoint_path.has_value());
}

TEST(decide_suspend, takes_over_the_stop_that_is_under_way) {
  auto base = scene::savepointing();
  auto trigger = *base.target().trigger_id;
  auto s = suspending(base);
  EXPECT_EQ(record(s).trigger_id, trigger);
  s.app.spec.suspend = false;
  s.job("c0", "old", job_state::running).decide();
  EXPECT_TRUE(s.app.status.suspension.has_value()) << "the stop may have been sent";
}

TEST(decide_suspend, keeps_the_savepoint_of_an_update_whose_job_manager_is_gone) {
  auto base = scene::savepointing();
  base.done(base.stop()).savepoint("c0", *base.target().trigger_id, {.in_progress = false, .location = "file:/sp"});
  base.job("c0", "old", job_state::running).decide();
  ASSERT_EQ(base.target().restore_path, "file:/sp");
  auto s = suspending(base);
  s.no_cluster("c0").decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, saves_the_new_job_if_it_runs_already) {
  auto base = scene::submitting();
  auto id = base.target().cluster_id;
  auto job_id = *base.target().job_id;
  base.done(base.submit()).job(id, job_id, job_state::running);
  auto s = suspending(base).decide();
  EXPECT_EQ(record(s).job_id, job_id);
  s.decide().done(last_stop(s));
  saved(s, "file:/newer").job(id, job_id, job_state::finished).decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/newer");
  clusters_gone(s);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/newer");
}

TEST(decide_suspend, a_new_job_whose_tasks_do_not_run_leaves_what_it_was_started_from) {
  auto base = scene::submitting();
  auto id = base.target().cluster_id;
  auto job_id = *base.target().job_id;
  base.done(base.submit()).job(id, job_id, job_state::restarting, 0);
  auto s = suspending(base).decide();
  EXPECT_TRUE(s.does(cancel_job{id, job_id}));
  s.done(cancel_job{id, job_id}).job(id, job_id, job_state::canceled).decide();
  EXPECT_EQ(record(s).job_ended, true);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
}

TEST(decide_suspend, a_job_that_was_never_seen_ends_with_its_cluster_also_with_high_availability) {
  auto base = scene::submitting();
  base.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  auto s = suspending(base).decide();
  EXPECT_EQ(record(s).job_ended, true);
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

TEST(decide_suspend, a_rollback_leaves_the_state_that_the_old_version_was_to_get) {
  auto base = scene::submitting();
  auto id = base.target().cluster_id;
  auto job_id = *base.target().job_id;
  base.done(base.submit())
      .job(id, job_id, job_state::failed, 0)
      .failed(ask_exceptions{id, job_id}, failure_class::gone);
  base.decide();
  ASSERT_EQ(base.phase(), phase::RollingBackJob);
  auto s = suspending(base).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, a_job_that_failed_leaves_its_newest_state) {
  auto base = scene::running();
  base.job("c0", "old", job_state::failed)
      .checkpoints("c0", "old",
                   {.completed = 3, .latest_completed = rest::checkpoint{"file:/chk-3", 1'800'000'000'000}});
  auto s = suspending(base).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/chk-3");
  EXPECT_THAT(s.events(), HasSubstr("RestoringExternalizedCheckpoint"));
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, a_job_that_is_lost_leaves_the_state_that_is_recorded) {
  auto base = scene::running();
  base.app.status.job_status->last_checkpoint = "file:/chk-9";
  base.app.status.job_status->last_checkpoint_time = base.app.status.conditions[0].last_transition_time;
  base.no_cluster("c0");
  auto s = suspending(base).decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/chk-9");
}

TEST(decide_suspend, never_goes_on_silently_without_state) {
  auto base = scene::running();
  base.job("c0", "old", job_state::failed);
  auto s = suspending(base).decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True NoStateToRestore"));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("delete"))));
  auto back = s;
  back.app.spec.suspend = false;
  EXPECT_EQ(back.decide().phase(), phase::Running);
  s.app.spec.fallback_without_state = true;
  s.decide();
  EXPECT_EQ(record(s).job_ended, true);
}

TEST(decide_suspend, a_finished_job_is_suspended_without_state_and_that_is_said) {
  auto base = scene::running();
  base.job("c0", "old", job_state::finished);
  auto s = suspending(base).decide();
  EXPECT_EQ(record(s).job_ended, true);
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_TRUE(s.does(record_event{false, "Suspended",
                                  "suspended; resumes as a first deploy does: from spec.savepointPath, or without "
                                  "state"}));
}

TEST(decide_suspend, with_savepoints_disabled_the_job_is_cancelled_and_that_is_said) {
  auto base = scene::running();
  base.app.spec.savepoint_disabled = true;
  auto s = suspending(base);
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.decide();
  EXPECT_TRUE(s.does(cancel_job{"c0", "old"}));
  EXPECT_THAT(s.events(), HasSubstr("CancellingJob"));
  s.app.spec.suspend = false;
  s.decide();
  EXPECT_TRUE(s.app.status.suspension.has_value()) << "the cancel may have been sent";
  s.done(cancel_job{"c0", "old"}).job("c0", "old", job_state::canceled).decide();
  clusters_gone(s);
  EXPECT_EQ(s.phase(), phase::Suspended);
  EXPECT_FALSE(s.app.status.savepoint_path.has_value());
}

TEST(decide_suspend, a_cluster_that_turns_up_late_is_removed_unless_it_runs_a_job) {
  auto s = suspended();
  s.cluster("c7").jobs("c7").decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c7-jm")));
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
            s.seen.world.pods.clear();
          else
            s.job("c0", "old", state).checkpoints("c0", "old", {});
          ASSERT_TRUE(s.comes_to_rest()) << "never settles in " << phase_text(s.phase());
        }
}

TEST(decide_suspend, without_savepoints_the_phase_says_so_although_the_job_had_ended_before_it_was_cancelled) {
  auto s = stopping();
  not_saved(s, "no").decide();
  ASSERT_EQ(s.phase(), phase::Savepointing);
  s.app.spec.savepoint_disabled = true;
  s.later(1s).job("c0", "old", job_state::failed).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  EXPECT_TRUE(record(s).job_ended.value_or(false));
  EXPECT_FALSE(s.app.status.savepoint_path);
}

} // namespace
} // namespace flink
