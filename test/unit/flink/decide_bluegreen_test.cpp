// BlueGreen: two colours, and the user says which goes.
#include "test/unit/flink/scene.hpp"

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
using testing::UnorderedElementsAre;

/// Service or Ingress of a colour.
void coloured_objects(scene& s, const std::string& id, const std::string& colour) {
  auto head = s.head("app-" + colour, id, "");
  head.labels[std::string{labels::version}] = colour;
  s.seen.world.services[head.key.name]
      = std::make_shared<k8s::service>(k8s::service{.head = head, .selector = {{"pod-deployment-selector", id}}});
  s.seen.world.ingresses[head.key.name] = std::make_shared<k8s::ingress>(k8s::ingress{.head = head});
}

/// The first version, green, runs.
scene green() {
  auto s = scene::running();
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.app.status.deployment_mode = "BlueGreen";
  s.app.status.deploy_version = "green";
  s.seen.world.services.erase("app");
  coloured_objects(s, "c0", "green");
  s.seen.world.ingresses.clear();
  return s.decide();
}

/// ... and was edited.
scene edited() {
  auto s = green();
  s.hash = "bbbbbbbb";
  s.app.metadata.generation = 2;
  return s.decide();
}

action take(const scene& s) {
  return take_savepoint{"c0", "old", *s.target().trigger_id};
}

/// ... the old job gives its state away.
scene saving() {
  auto s = edited();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile());
  coloured_objects(s, id, "blue");
  s.seen.world.ingresses.clear();
  return s.decide();
}

/// ... and the new job is being submitted beside it.
scene submitting() {
  auto s = saving();
  auto trigger = *s.target().trigger_id;
  s.done(take(s)).later(1s).savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp"});
  s.done(ask_savepoint{"c0", "old", trigger}).decide();
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/sp", taken, true, false}}).decide();
  auto id = s.target().cluster_id;
  return s.jobs(id).no_job(id, *s.target().job_id);
}

/// Both run. The newer job is "new".
scene both() {
  auto s = submitting();
  auto id = s.target().cluster_id;
  s.app.status.target->job_id = "new";
  s.done(s.submit()).job(id, "new", job_state::running).checkpoints(id, "new", {}).decide();
  return s.job("c0", "old", job_state::running).checkpoints("c0", "old", {}).decide().decide();
}

std::string newer(const scene& s) {
  return s.app.status.updating_cluster->id;
}

/// All objects of a version's cluster and colour have gone.
scene& gone(scene& s, const std::string& id) {
  s.no_cluster(id);
  return s;
}

TEST(decide_bluegreen, the_first_version_is_green) {
  scene s;
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.finalized().decide();
  EXPECT_EQ(s.app.status.deployment_mode, "BlueGreen");
  EXPECT_EQ(s.app.status.updating_version, "green");
  EXPECT_EQ(colour_of(s.app.status, "c1"), "green");
  s.cluster("c1").slots("c1", 2).decide();
  EXPECT_THAT(s.acts(), Contains("create generic Service of c1")) << "app is not the Service of a colour";
  coloured_objects(s, "c1", "green");
  s.decide().jobs("c1").no_job("c1", *s.target().job_id).done(s.submit());
  s.job("c1", *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  auto& st = s.app.status;
  EXPECT_EQ(st.deploy_version, "green");
  EXPECT_FALSE(st.updating_version.has_value());
  ASSERT_EQ(st.version_statuses.size(), 2U);
  EXPECT_EQ(st.version_statuses[0].version_hash, "c1");
  EXPECT_EQ(st.version_statuses[0].app_version, "green");
  EXPECT_EQ(st.version_statuses[0].job_status, st.job_status);
  EXPECT_EQ(st.version_statuses[1], version_status{});
}

TEST(decide_bluegreen, the_next_is_blue_and_a_failed_blue_is_followed_by_blue) {
  auto s = edited();
  EXPECT_EQ(s.app.status.updating_version, "blue");
  EXPECT_EQ(s.app.status.updating_hash, s.target().cluster_id);
  EXPECT_EQ(colour_of(s.app.status, "c0"), "green");
  s.failed(create_object{object_role::job_manager, s.target().cluster_id}, failure_class::rejected).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_FALSE(s.app.status.updating_version.has_value());
  s.hash = "cccccccc";
  s.decide();
  EXPECT_EQ(s.app.status.updating_version, "blue");
}

TEST(decide_bluegreen, a_first_version_that_failed_leaves_no_colour_behind_in_another_mode) {
  scene s;
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.finalized().decide();
  s.failed(create_object{object_role::task_manager, "c1"}, failure_class::rejected).decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  coloured_objects(s, "c1", "green");
  s.app.spec.deployment_mode = deployment_mode::Dual;
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.app.status.deployment_mode, "Dual");
  EXPECT_FALSE(s.app.status.updating_version.has_value());
  EXPECT_THAT(s.app.status.version_statuses, IsEmpty());
  s.decide();
  EXPECT_THAT(s.acts(), Contains("delete generic Service app-green (uid-app-green)"));
}

TEST(decide_bluegreen, the_trigger_is_written_before_the_savepoint_and_nobody_is_stopped) {
  auto s = saving();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.acts(), ElementsAre("take savepoint " + *s.target().trigger_id + " of old of c0"));
}

TEST(decide_bluegreen, the_new_job_starts_from_the_savepoint_beside_the_old_one) {
  auto s = submitting();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/sp");
  EXPECT_EQ(s.app.status.savepoints.back().path, "file:/sp");
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp") << "the old job could go on from there too";
  s.decide();
  EXPECT_TRUE(s.does(s.submit()));
}

TEST(decide_bluegreen, a_checkpoint_from_before_the_savepoint_does_not_take_its_place) {
  auto s = submitting();
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.hash = "aaaaaaaa"; // back to rest
  s.failed(s.submit(), failure_class::rejected).decide().decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken - 5000, false, false}}).decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp");
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken + 5000, false, false}}).decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/cp");
}

TEST(decide_bluegreen, without_savepoints_it_starts_from_nothing) {
  auto s = edited();
  auto id = s.target().cluster_id;
  s.app.spec.savepoint_disabled = true;
  s.cluster(id).slots(id, 2).done(s.compile());
  coloured_objects(s, id, "blue");
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_FALSE(s.target().restore_path.has_value());
}

TEST(decide_bluegreen, both_run_and_the_status_tells_of_both) {
  auto s = both();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  auto& st = s.app.status;
  EXPECT_EQ(st.deploy_version, "green");
  EXPECT_EQ(st.updating_version, "blue");
  EXPECT_EQ(st.deploy_hash, "c0");
  EXPECT_EQ(st.updating_hash, newer(s));
  EXPECT_EQ(st.version_statuses[0].job_status->job_id, "old");
  EXPECT_EQ(st.version_statuses[1].job_status->job_id, "new");
  EXPECT_EQ(st.version_statuses[1].job_status->health, "Green");
  EXPECT_EQ(st.version_statuses[1].cluster_status->health, "Green");
  EXPECT_EQ(st.version_statuses[1].version_hash, newer(s));
  EXPECT_THAT(s.condition("Ready"), StartsWith("True DualRunning"));
  EXPECT_THAT(s.condition("Ready"), AllOf(HasSubstr("c0 (green)"), HasSubstr(newer(s) + " (blue)")));
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.last.reason, "") << "nothing is written at rest";
}

TEST(decide_bluegreen, a_trouble_of_the_newer_version_is_told) {
  auto s = both();
  s.job(newer(s), "new", job_state::failed, 0).decide();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True JobEnded"), HasSubstr(newer(s) + " (blue)")));
  EXPECT_EQ(s.app.status.version_statuses[1].job_status->state, "FAILED");
  EXPECT_EQ(s.app.status.job_status->state, "RUNNING");
}

struct version_trouble {
  const char* name;
  void (*happens)(scene&);
  const char* words;
  friend void PrintTo(const version_trouble& x, std::ostream* out) { *out << x.name; }
};

const version_trouble version_troubles[] = {
    {"its JobManager has no pod", [](scene& s) { s.pod("c0", "jobmanager", {.phase = "Pending"}); }, "JobManagerDown"},
    {"its JobManager does not know the job", [](scene& s) { s.no_job("c0", "old"); }, "JobLost"},
    {"its JobManager is silent",
     [](scene& s) {
       s.failed(ask_job{"c0", "old"}, failure_class::unknown);
       s.seen.outcomes[to_string(action{ask_job{"c0", "old"}})].attempts = 3;
     },
     "JobManagerSilent"},
    {"its job was cancelled by hand", [](scene& s) { s.job("c0", "old", job_state::canceled, 0); }, "JobEnded"},
};

class trouble_of_the_older : public testing::TestWithParam<version_trouble> {};

TEST_P(trouble_of_the_older, is_told_and_left_to_the_user) {
  auto s = both();
  GetParam().happens(s);
  s.decide();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_THAT(s.condition("Degraded"), StartsWith(std::string{"True "} + GetParam().words));
}

INSTANTIATE_TEST_SUITE_P(decide_bluegreen, trouble_of_the_older, testing::ValuesIn(version_troubles));

// -- tearing down -------------------------------------------------------------------------------------------

TEST(decide_bluegreen, a_hash_of_long_ago_tears_nothing_down) {
  auto s = both();
  s.app.spec.tear_down_version_hash = "cafecafe";
  s.decide();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_bluegreen, a_teardown_is_written_down_before_the_job_is_cancelled) {
  auto s = both();
  s.app.spec.tear_down_version_hash = "c0";
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.app.status.teardown->cluster_id, "c0");
  EXPECT_EQ(s.app.status.teardown_hash, "c0");
  s.app.spec.tear_down_version_hash.reset(); // too late
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("cancel job old of c0"));
}

TEST(decide_bluegreen, the_older_version_goes_and_the_newer_serves) {
  auto s = both();
  auto blue = newer(s);
  s.app.spec.tear_down_version_hash = "c0";
  s.decide().decide().job("c0", "old", job_state::canceled, 0).decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
  EXPECT_EQ(s.phase(), phase::DualRunning);
  gone(s, "c0");
  coloured_objects(s, "c0", "green");
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  auto& st = s.app.status;
  EXPECT_EQ(st.cluster->id, blue);
  EXPECT_EQ(st.deploy_hash, blue);
  EXPECT_EQ(st.deploy_version, "blue");
  EXPECT_EQ(st.job_status->job_id, "new");
  EXPECT_EQ(st.version_statuses[0].job_status->job_id, "new");
  EXPECT_EQ(st.version_statuses[1], version_status{});
  EXPECT_FALSE(st.updating_version.has_value());
  EXPECT_EQ(st.teardown_hash, "c0");
  s.job(blue, "new", job_state::running).decide();
  EXPECT_THAT(s.acts(), UnorderedElementsAre("delete generic Service app-green (uid-app-green)",
                                             "delete Ingress app-green (uid-app-green)"));
  EXPECT_THAT(s.condition("Ready"), StartsWith("True"));
}

/// Of two versions the newer has gone.
scene newer_torn_down() {
  auto s = both();
  auto blue = newer(s);
  s.app.spec.tear_down_version_hash = blue;
  s.decide().decide().job(blue, "new", job_state::canceled, 0).decide();
  return gone(s, blue);
}

TEST(decide_bluegreen, the_newer_version_goes_and_is_not_deployed_again_by_itself) {
  auto s = newer_torn_down();
  auto blue = newer(s);
  coloured_objects(s, blue, "blue");
  s.job("c0", "old", job_state::running).decide().decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->id, "c0");
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  EXPECT_THAT(s.acts(), UnorderedElementsAre("delete generic Service app-blue (uid-app-blue)",
                                             "delete Ingress app-blue (uid-app-blue)"));
  EXPECT_THAT(s.condition("Ready"), StartsWith("False VersionTornDown"));
}

TEST(decide_bluegreen, what_was_torn_down_can_be_asked_for_again_after_a_revert) {
  auto s = newer_torn_down();
  s.job("c0", "old", job_state::running).decide();
  s.hash = "aaaaaaaa";
  s.decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("True"));
  s.hash = "bbbbbbbb";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(decide_bluegreen, a_version_whose_job_manager_is_silent_or_whose_job_restarts_is_told_of) {
  auto silent = both();
  action question = ask_job{"c0", "old"};
  silent.failed(question, failure_class::transient, "no answer");
  silent.seen.outcomes[to_string(question)].attempts = 3;
  silent.later(1min).decide();
  EXPECT_THAT(silent.condition("Degraded"), StartsWith("True JobManagerSilent: the JobManager of version c0"));
  auto restarting = both();
  auto blue = newer(restarting);
  restarting.job(blue, "new", job_state::restarting, 0).exceptions(blue, "new", {.latest = "no"}).decide();
  EXPECT_THAT(restarting.condition("Degraded"), StartsWith("True JobRestarting: job new has failed"));
}

TEST(decide_bluegreen, a_job_manager_that_cannot_cancel_goes_with_its_cluster) {
  auto s = both();
  s.app.spec.tear_down_version_hash = "c0";
  s.decide().failed(cancel_job{"c0", "old"}, failure_class::unknown).decide();
  EXPECT_THAT(s.acts(), Contains("cancel job old of c0")) << "cancelling twice is harmless";
  s.later(61s).decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
}

TEST(decide_bluegreen, a_version_without_a_job_manager_goes_at_once) {
  auto s = both();
  s.app.spec.tear_down_version_hash = "c0";
  s.pod("c0", "jobmanager", {.phase = "Pending"}).decide().decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
}

// -- edits --------------------------------------------------------------------------------------------------

TEST(decide_bluegreen, an_edit_while_both_run_waits_for_a_teardown_and_is_deployed_then) {
  auto s = both();
  auto blue = newer(s);
  s.hash = "cccccccc";
  s.app.metadata.generation = 3;
  s.decide();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_THAT(s.condition("Ready"), AllOf(StartsWith("False EditWaits"), HasSubstr("tearDownVersionHash")));
  s.app.spec.tear_down_version_hash = blue;
  s.decide().decide().job(blue, "new", job_state::canceled, 0).decide();
  gone(s, blue).job("c0", "old", job_state::running).decide().decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.target().spec_hash, "cccccccc");
  EXPECT_FALSE(s.app.status.teardown.has_value());
}

TEST(decide_bluegreen, an_edit_while_the_savepoint_is_taken_supersedes_the_version) {
  auto s = saving();
  auto first = s.target().cluster_id;
  s.hash = "cccccccc";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, first);
  EXPECT_EQ(s.app.status.updating_version, "blue");
}

TEST(decide_bluegreen, an_edit_taken_back_while_the_savepoint_is_taken_leaves_one_version) {
  auto s = saving();
  s.hash = "aaaaaaaa";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.updating_hash.has_value());
}

// -- what goes wrong ----------------------------------------------------------------------------------------

TEST(decide_bluegreen, a_failed_savepoint_costs_the_old_version_nothing) {
  auto s = saving();
  s.done(take(s)).later(1s).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "disk full"});
  s.done(ask_savepoint{"c0", "old", *s.target().trigger_id}).later(1s).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("disk full"));
  EXPECT_EQ(s.app.status.cluster->id, "c0");
}

TEST(decide_bluegreen, a_refused_savepoint_too) {
  auto s = saving();
  s.failed(take(s), failure_class::rejected, "no directory").later(1s).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_bluegreen, a_slow_savepoint_is_given_up_because_the_old_job_goes_on) {
  auto s = saving();
  s.done(take(s)).savepoint("c0", *s.target().trigger_id, {.in_progress = true}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  s.later(600s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_bluegreen, a_lost_trigger_is_followed_by_another_savepoint) {
  auto s = saving();
  auto first = *s.target().trigger_id;
  s.failed(take(s), failure_class::unknown);
  s.told("c0").savepoints[first] = learned<maybe<rest::savepoint>>{std::nullopt, s.now.steady};
  s.decide();
  EXPECT_NE(*s.target().trigger_id, first);
  EXPECT_EQ(s.phase(), phase::Savepointing);
  s.decide();
  EXPECT_TRUE(s.does(take(s)));
}

TEST(decide_bluegreen, an_old_job_manager_that_stays_away_fails_the_deploy_in_time) {
  auto s = saving();
  s.pod("c0", "jobmanager", {.phase = "Pending"}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  s.later(600s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_bluegreen, an_old_job_that_has_ended_gives_its_newest_state) {
  auto s = saving();
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.failed(take(s), failure_class::rejected, "not running").later(1s).job("c0", "old", job_state::failed, 0).jobs("c0");
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/cp");
}

TEST(decide_bluegreen, a_savepoint_of_a_deploy_that_is_edited_again_is_still_the_jobs_newest_state) {
  auto s = saving();
  auto trigger = *s.target().trigger_id;
  s.done(take(s)).later(1s).savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp"});
  s.done(ask_savepoint{"c0", "old", trigger}).decide();
  s.hash = "cccccccc";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp");
}

TEST(decide_bluegreen, beside_an_old_job_that_struggles_the_second_version_starts_from_its_newest_state) {
  auto s = saving();
  auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.failed(take(s), failure_class::rejected, "not running").later(1s).job("c0", "old", job_state::restarting, 0);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/cp");
  EXPECT_THAT(s.acts(), Not(Contains(HasSubstr("cancel")))) << "it goes on";
}

TEST(decide_bluegreen, a_new_job_that_fails_is_ended_for_certain_and_the_old_version_is_untouched) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.done(s.submit()).job(id, job, job_state::restarting, 1).decide().later(10min);
  s.job(id, job, job_state::restarting, 1).decide();
  ASSERT_EQ(s.phase(), phase::RollingBackJob);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("cancel job " + job + " of " + id));
  EXPECT_THAT(s.acts(), Not(Contains(HasSubstr("of c0"))));
  s.job(id, job, job_state::canceled, 0).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.cluster->id, "c0");
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  EXPECT_FALSE(s.app.status.savepoint_path.has_value()) << "the old job has gone on from there";
}

TEST(decide_bluegreen, a_second_version_beside_no_job_takes_over_alone) {
  auto s = green();
  s.app.status.job_status->job_id.reset();
  s.hash = "bbbbbbbb";
  s.decide();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2);
  coloured_objects(s, id, "blue");
  s.jobs("c0").decide().jobs(id).no_job(id, *s.target().job_id).done(s.submit());
  s.job(id, *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.deploy_version, "blue");
}

TEST(decide_bluegreen, a_status_cut_by_hand_leaves_the_version_that_serves) {
  auto s = both();
  s.app.status.updating_cluster.reset();
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->id, "c0");
}

// -- deletion -----------------------------------------------------------------------------------------------

TEST(decide_bluegreen, a_deletion_saves_both_jobs_one_after_the_other) {
  auto s = both();
  auto blue = newer(s);
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.decide().decide();
  EXPECT_EQ(s.app.status.deletion->job_id, "new");
  auto trigger = *s.app.status.deletion->trigger_id;
  s.done(stop_job{blue, "new", trigger}).savepoint(blue, trigger, {.in_progress = false, .location = "file:/blue"});
  s.job(blue, "new", job_state::finished, 0).decide().decide();
  EXPECT_EQ(s.app.status.deletion->job_id, "old");
  trigger = *s.app.status.deletion->trigger_id;
  s.done(stop_job{"c0", "old", trigger}).savepoint("c0", trigger, {.in_progress = false, .location = "file:/green"});
  s.job("c0", "old", job_state::finished, 0).decide();
  EXPECT_EQ(s.app.status.savepoints.back().path, "file:/green");
  EXPECT_EQ(s.app.status.savepoints[s.app.status.savepoints.size() - 2].path, "file:/blue");
  s.decide();
  EXPECT_TRUE(s.app.status.deletion->job_ended.value_or(false));
}

TEST(decide_bluegreen, a_deletion_does_not_take_the_savepoint_beside_for_its_own) {
  auto s = saving();
  auto beside = *s.target().trigger_id;
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.decide().decide();
  EXPECT_NE(s.app.status.deletion->trigger_id, beside);
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("stop job old of c0")));
}

TEST(decide_bluegreen, a_savepoint_that_was_known_before_is_not_taken_for_the_one_that_was_lost) {
  auto s = saving();
  auto first = *s.target().trigger_id;
  s.app.status.savepoints.push_back({"file:/earlier", "2026-01-01T00:00:00Z", "Nonce"});
  s.done(take(s)).told("c0").savepoints[first] = learned<maybe<rest::savepoint>>{std::nullopt, s.now.steady};
  s.checkpoints("c0", "old",
                {.latest_savepoint = rest::checkpoint{"file:/earlier", s.milliseconds_now(), true, false}});
  s.decide();
  EXPECT_FALSE(s.target().restore_path.has_value());
  EXPECT_NE(*s.target().trigger_id, first);
}

TEST(decide_bluegreen, an_old_job_that_runs_after_all_is_not_cancelled_for_its_newest_state) {
  auto s = saving();
  s.app.status.phase = "Recovering";
  s.job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("cancel"))));
}

TEST(decide_bluegreen, the_savepoint_beside_is_not_the_state_of_a_job_that_is_gone) {
  auto s = submitting();
  EXPECT_EQ(s.target().restore_path, "file:/sp");
  EXPECT_FALSE(s.app.status.savepoint_path.has_value()) << "the old job has gone on from there";
}

TEST(decide_bluegreen, a_savepoint_that_the_user_asks_for_while_both_run_is_the_older_versions) {
  auto s = both();
  s.app.spec.savepoint_nonce = "1";
  s.decide();
  ASSERT_TRUE(s.app.status.savepoint_request.has_value());
  EXPECT_EQ(s.app.status.savepoint_request->job_id, "old");
}

TEST(decide_bluegreen, a_suspension_waits_while_both_run_and_says_for_what) {
  auto s = both();
  s.app.spec.suspend = true;
  s.decide();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  EXPECT_FALSE(s.app.status.suspension.has_value());
  EXPECT_THAT(s.condition("Ready"), AllOf(StartsWith("False SuspendWaits"), HasSubstr("tearDownVersionHash")));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("stop"))));
}

TEST(decide_bluegreen, the_version_that_is_left_after_a_teardown_is_suspended) {
  auto s = both();
  s.app.spec.suspend = true;
  s.app.spec.tear_down_version_hash = "c0";
  s.decide().job("c0", "old", job_state::canceled).decide();
  gone(s, "c0").decide().decide().decide();
  ASSERT_TRUE(s.app.status.suspension.has_value());
  EXPECT_EQ(s.app.status.suspension->job_id, "new");
  EXPECT_TRUE(s.app.status.suspension->trigger_id.has_value());
}

TEST(decide_bluegreen, a_suspension_while_the_savepoint_is_taken_stops_the_old_job_under_a_trigger_of_its_own) {
  auto s = saving();
  auto beside = *s.target().trigger_id;
  s.app.spec.suspend = true;
  s.decide();
  EXPECT_FALSE(s.app.status.suspension->trigger_id.has_value());
  s.job("c0", "old", job_state::running).decide();
  ASSERT_TRUE(s.app.status.suspension->trigger_id.has_value());
  EXPECT_NE(s.app.status.suspension->trigger_id, beside);
  EXPECT_FALSE(s.app.status.target.has_value());
}

TEST(decide_bluegreen, a_suspension_ends_the_job_that_is_not_accepted_and_saves_the_one_that_serves) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto unwanted = *s.target().job_id;
  s.done(s.submit()).app.spec.suspend = true;
  s.job(id, unwanted, job_state::running).job("c0", "old", job_state::running).decide().decide();
  EXPECT_TRUE(s.decide().does(cancel_job{id, unwanted}));
  s.job(id, unwanted, job_state::canceled).decide();
  EXPECT_EQ(s.app.status.suspension->job_id, "old");
  auto stop = stop_job{"c0", "old", *s.app.status.suspension->trigger_id};
  EXPECT_TRUE(s.decide().does(stop));
  s.done(stop).savepoint("c0", stop.trigger_id, {.in_progress = false, .location = "file:/last"}).decide();
  s.job("c0", "old", job_state::finished).decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/last");
  EXPECT_EQ(s.app.status.suspension->job_ended, true);
}

TEST(decide_bluegreen, a_suspension_resumes_from_the_newest_state_of_an_old_job_that_ended_by_itself) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto unwanted = *s.target().job_id;
  s.done(s.submit()).app.spec.suspend = true;
  s.decide().job(id, unwanted, job_state::canceled).job("c0", "old", job_state::failed);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/chk-9", s.milliseconds_now(), false, false}});
  s.decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/chk-9");
}

TEST(decide_bluegreen, a_first_version_that_is_suspended_keeps_the_state_that_it_was_to_resume_from) {
  scene s;
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.app.status.savepoint_path = "file:/sp";
  s.finalized().decide();
  ASSERT_EQ(s.phase(), phase::ClusterStarting);
  s.app.spec.suspend = true;
  s.decide().decide().decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/sp");
}

TEST(decide_bluegreen, a_deletion_cancels_a_version_that_is_not_accepted_and_saves_the_one_that_serves) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto unwanted = *s.target().job_id;
  s.done(s.submit()).app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.job(id, unwanted, job_state::running, 0).job("c0", "old", job_state::running).decide().decide();
  EXPECT_TRUE(s.does(cancel_job{id, unwanted}));
  s.job(id, unwanted, job_state::canceled).decide();
  EXPECT_EQ(s.app.status.deletion->job_id, "old");
  EXPECT_TRUE(s.app.status.deletion->trigger_id.has_value());
}

} // namespace
} // namespace flink
