// How an application ends, in every mode and out of every phase.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

/// The user deletes; the operator has written so and knows that the namespace stays.
scene deleted(scene s) {
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide();
  s.seen.namespace_terminating = false;
  return s.done(ask_namespace{}).decide();
}

action last_stop(const scene& s) {
  return stop_job{*s.app.status.deletion->cluster_id, *s.app.status.deletion->job_id,
                  *s.app.status.deletion->trigger_id};
}

TEST(decide_delete, the_trigger_is_written_before_the_job_is_stopped) {
  auto s = deleted(scene::running());
  EXPECT_EQ(s.phase(), phase::Deleting);
  ASSERT_TRUE(s.app.status.deletion->trigger_id.has_value());
  EXPECT_FALSE(s.does(last_stop(s)));
  s.decide();
  EXPECT_TRUE(s.does(last_stop(s)));
}

TEST(decide_delete, everything_goes_once_the_state_is_saved_and_the_job_has_ended) {
  auto s = deleted(scene::running());
  s.done(last_stop(s))
      .savepoint("c0", *s.app.status.deletion->trigger_id, {.in_progress = false, .location = "file:/sp"});
  s.decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
  EXPECT_THAT(s.acts(), testing::Not(Contains(StartsWith("delete"))));
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.app.status.deletion->job_ended, true);
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
  s.no_cluster("c0").decide();
  EXPECT_THAT(s.acts(), ElementsAre("remove finalizer"));
  s.done(remove_finalizer{});
  s.app.metadata.finalizers.clear();
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_delete, a_failed_savepoint_is_tried_again_with_another_trigger_and_said) {
  auto s = deleted(scene::running());
  auto first = *s.app.status.deletion->trigger_id;
  s.done(last_stop(s)).savepoint("c0", first, {.in_progress = false, .failure = "no directory"}).later(11s);
  s.job("c0", "old", job_state::running).decide();
  EXPECT_NE(*s.app.status.deletion->trigger_id, first);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("no directory"));
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("deleteMode")) << "the way out is named";
}

TEST(decide_delete, keeps_the_finalizer_when_the_state_cannot_be_saved) {
  auto s = deleted(scene::running());
  s.done(last_stop(s))
      .savepoint("c0", *s.app.status.deletion->trigger_id, {.in_progress = false, .failure = "no"})
      .later(1h);
  s.job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.acts(), testing::Not(Contains(StartsWith("delete"))));
}

TEST(decide_delete, force_gives_the_state_up_after_the_time_that_the_user_set) {
  auto base = scene::running();
  base.app.spec.on_delete_timeout = on_delete_timeout::Force;
  base.app.spec.timeouts.emplace().delete_seconds = 60;
  auto s = deleted(base);
  s.done(last_stop(s))
      .savepoint("c0", *s.app.status.deletion->trigger_id, {.in_progress = false, .failure = "no"})
      .later(61s);
  s.job("c0", "old", job_state::running).decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment")));
}

TEST(decide_delete, force_cancel_takes_no_savepoint) {
  auto base = scene::running();
  base.app.spec.delete_mode = delete_mode::ForceCancel;
  auto s = deleted(base);
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0"));
  s.job("c0", "old", job_state::canceled).done(cancel_job{"c0", "old"}).decide().decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment")));
}

TEST(decide_delete, none_asks_nobody) {
  auto base = scene::running();
  base.app.spec.delete_mode = delete_mode::None;
  auto s = deleted(base);
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment")));
}

TEST(decide_delete, orphan_leaves_the_clusters_and_marks_them) {
  auto s = scene::running();
  s.seen.being_orphaned = true;
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide();
  EXPECT_EQ(s.app.status.deletion->orphan, true);
  s.seen.being_orphaned = false; // the next operator has not seen it, and need not
  s.decide();
  EXPECT_THAT(s.acts(), Contains("orphan JobManager Deployment app-c0-jm"));
  EXPECT_THAT(s.acts(), testing::Not(Contains(StartsWith("stop"))));
  EXPECT_THAT(s.acts(), testing::Not(Contains("remove finalizer")));
}

TEST(decide_delete, a_terminating_namespace_is_not_held_up) {
  auto s = scene::running();
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide();
  s.seen.namespace_terminating = true;
  s.done(ask_namespace{}).decide();
  EXPECT_THAT(s.acts(), ElementsAre("remove finalizer"));
  EXPECT_THAT(s.events(), HasSubstr("NamespaceTerminating"));
}

TEST(decide_delete, a_cluster_that_is_gone_holds_nothing_up) {
  auto base = scene::running();
  base.no_cluster("c0");
  auto s = deleted(base);
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("remove finalizer"));
}

TEST(decide_delete, a_silent_job_manager_is_waited_for_and_said) {
  auto base = scene::running();
  base.pod("c0", "jobmanager", {.phase = "Pending"});
  auto s = deleted(base);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True CannotSaveState"));
  EXPECT_THAT(s.acts(), testing::Not(Contains(StartsWith("delete"))));
}

TEST(decide_delete, takes_over_the_stop_that_is_under_way) {
  auto base = scene::savepointing();
  auto trigger = *base.target().trigger_id;
  auto s = deleted(base);
  EXPECT_EQ(s.app.status.deletion->trigger_id, trigger);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("stop job old of c0 by " + trigger));
}

TEST(decide_delete, saves_the_new_job_if_it_runs_already) {
  auto base = scene::submitting();
  auto id = base.target().cluster_id;
  auto job_id = *base.target().job_id;
  base.done(base.submit()).job(id, job_id, job_state::running);
  auto s = deleted(base);
  EXPECT_EQ(s.app.status.deletion->job_id, job_id);
  EXPECT_EQ(s.app.status.deletion->cluster_id, id);
}

TEST(decide_delete, is_not_held_up_by_a_job_that_was_never_seen_also_with_high_availability) {
  auto base = scene::submitting();
  base.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  auto s = deleted(base);
  EXPECT_EQ(s.app.status.deletion->job_ended, true);
}

TEST(decide_delete, interrupts_every_phase) {
  for (auto make : {scene::running, scene::updating, scene::savepointing, scene::submitting}) {
    auto s = make();
    s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
    EXPECT_EQ(s.decide().phase(), phase::Deleting);
  }
}

TEST(decide_without_application, removes_what_is_left_only_when_it_is_gone_for_certain) {
  auto s = scene::running();
  s.app.status = {};
  situation x{s.app, s.errors, s.hash, s.seen, s.settings, {"c", "j", "t"}, s.now};
  EXPECT_THAT(decide_without_application(x).actions, ElementsAre(action{ask_application{}}));
  s.seen.application_gone = true;
  auto d = decide_without_application(x);
  EXPECT_THAT(d.actions, Contains(action{delete_object{object_role::job_manager, "app-c0-jm", "uid-app-c0-jm"}}));
}

// Whatever state we start in, an unchanging world lets the machine come to rest.
TEST(decide_quiescence, an_unchanging_world_leads_to_an_unchanging_status) {
  for (auto make : {scene::running, scene::updating, scene::savepointing, scene::submitting})
    for (bool deleting : {false, true})
      for (bool pods : {false, true})
        for (bool edited : {false, true})
          for (auto state : {job_state::running, job_state::failed, job_state::finished, job_state::restarting}) {
            auto s = make();
            if (deleting)
              s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
            if (edited)
              s.hash = "dddddddd";
            if (!pods)
              s.seen.objects.pods.clear();
            s.seen.namespace_terminating = false;
            if (pods)
              s.job("c0", "old", state).checkpoints("c0", "old", {});
            ASSERT_TRUE(s.comes_to_rest()) << "never settles in " << phase_text(s.phase());
          }
}

TEST(decide_delete, what_was_left_behind_on_purpose_holds_no_deletion_up) {
  auto s = scene::running();
  s.app.spec.delete_mode = delete_mode::None;
  for (auto role : {"jm", "tm"}) {
    auto left = *s.seen.objects.deployments.at(std::string{"app-c0-"} + role);
    left.head.labels[std::string{labels::orphaned}] = "true";
    s.seen.objects.deployments[left.head.key.name] = std::make_shared<k8s::deployment>(left);
  }
  s.seen.objects.services.erase("app-c0");
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide().seen.namespace_terminating = false;
  s.done(ask_namespace{}).decide();
  EXPECT_THAT(s.acts(), Contains("remove finalizer"));
}

TEST(decide_delete, what_was_left_behind_on_purpose_or_is_going_is_not_deleted_again) {
  auto s = scene::running();
  s.app.spec.delete_mode = delete_mode::None;
  auto left = *s.seen.objects.deployments.at("app-c0-jm"), going = *s.seen.objects.deployments.at("app-c0-tm");
  left.head.labels[std::string{labels::orphaned}] = "true";
  going.head.deleting = true;
  s.seen.objects.deployments["app-c0-jm"] = std::make_shared<k8s::deployment>(left);
  s.seen.objects.deployments["app-c0-tm"] = std::make_shared<k8s::deployment>(going);
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide().seen.namespace_terminating = false;
  s.done(ask_namespace{}).decide();
  EXPECT_THAT(s.acts(), ElementsAre(StartsWith("delete versioned Service app-c0")));
}

TEST(decide_delete, a_deletion_that_leaves_the_clusters_ends_once_all_of_them_are_marked) {
  auto s = scene::running();
  s.seen.being_orphaned = true;
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide().decide();
  EXPECT_THAT(s.acts(), AllOf(Contains(StartsWith("orphan")), Not(Contains("remove finalizer"))));
  for (auto& [name, x] : s.seen.objects.deployments) {
    auto marked = *x;
    marked.head.labels[std::string{labels::orphaned}] = "true";
    x = std::make_shared<k8s::deployment>(marked);
  }
  s.decide();
  EXPECT_THAT(s.acts(), AllOf(Contains("orphan versioned Service app-c0"), Not(Contains("remove finalizer"))));
  auto marked = *s.seen.objects.services.at("app-c0");
  marked.head.labels[std::string{labels::orphaned}] = "true";
  s.seen.objects.services["app-c0"] = std::make_shared<k8s::service>(marked);
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("remove finalizer"));
}

TEST(decide_delete, a_deletion_waits_until_it_knows_whether_the_namespace_goes_too_or_cannot_ask) {
  auto s = scene::running();
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide().decide();
  EXPECT_THAT(s.acts(), ElementsAre("ask namespace"));
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("stop"))));
  s.failed(ask_namespace{}, failure_class::forbidden).decide();
  EXPECT_TRUE(s.app.status.deletion->trigger_id) << "the job is saved as if it stayed";
}

TEST(decide_delete, a_deletion_that_is_forced_says_when) {
  auto s = scene::running();
  s.app.spec.on_delete_timeout = on_delete_timeout::Force;
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.decide().seen.namespace_terminating = false;
  s.done(ask_namespace{}).decide();
  auto& record = *s.app.status.deletion;
  s.failed(stop_job{"c0", "old", *record.trigger_id}, failure_class::rejected, "no directory").decide();
  EXPECT_THAT(s.condition("Degraded"),
              HasSubstr("no directory; the operator deletes without a savepoint after timeouts.deleteSeconds"));
  s.later(24h).job("c0", "old", job_state::running);
  s.failed(stop_job{"c0", "old", *s.app.status.deletion->trigger_id}, failure_class::rejected, "no directory").decide();
  EXPECT_THAT(s.events(), HasSubstr("SavepointFailed"));
  EXPECT_EQ(s.app.status.reason, "ForcedDeletion");
  s.job("c0", "old", job_state::running);
  s.failed(stop_job{"c0", "old", *s.app.status.deletion->trigger_id}, failure_class::rejected, "no directory").decide();
  EXPECT_THAT(s.events(), IsEmpty()) << "told once";
}

} // namespace
} // namespace flink
