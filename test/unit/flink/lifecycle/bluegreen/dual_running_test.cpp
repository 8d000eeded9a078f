// BlueGreen: a second version comes to run beside the first.
#include "config/defaults.hpp"
#include "test/unit/flink/lifecycle/bluegreen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace bluegreen;
namespace defaults = config::defaults;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(decide_bluegreen, the_first_version_is_green) {
  scene s;
  s.app.spec.deployment_mode = deployment_mode::BlueGreen;
  s.finalized().decide();
  EXPECT_EQ(s.app.status.deployment_mode, deployment_mode::BlueGreen);
  EXPECT_EQ(s.app.status.updating_version, colour::green);
  EXPECT_EQ(colour_of(s.app.status, "c1"), colour::green);
  s.cluster("c1").slots("c1", 2).decide();
  EXPECT_THAT(s.acts(), Contains("create generic Service of c1")) << "app is not the Service of a colour";
  coloured_objects(s, "c1", "green");
  s.decide().jobs("c1").no_job("c1", *s.target().job_id).done(s.submit());
  s.job("c1", *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  auto& st = s.app.status;
  EXPECT_EQ(st.deploy_version, colour::green);
  EXPECT_FALSE(st.updating_version.has_value());
  ASSERT_EQ(st.version_statuses.size(), 2U);
  EXPECT_EQ(st.version_statuses[0].version_hash, "c1");
  EXPECT_EQ(st.version_statuses[0].app_version, colour::green);
  EXPECT_EQ(st.version_statuses[0].job_status, st.job_status);
  EXPECT_EQ(st.version_statuses[1], version_status{});
}

TEST(decide_bluegreen, the_next_is_blue_and_a_failed_blue_is_followed_by_blue) {
  auto s = edited();
  EXPECT_EQ(s.app.status.updating_version, colour::blue);
  EXPECT_EQ(s.app.status.updating_hash, s.target().cluster_id);
  EXPECT_EQ(colour_of(s.app.status, "c0"), colour::green);
  s.failed(create_object{object_role::job_manager, s.target().cluster_id}, failure_class::rejected).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_FALSE(s.app.status.updating_version.has_value());
  s.hash = "cccccccc";
  s.decide();
  EXPECT_EQ(s.app.status.updating_version, colour::blue);
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
  EXPECT_EQ(s.app.status.deployment_mode, deployment_mode::Dual);
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
  auto taken = s.milliseconds_now();
  s.hash = "aaaaaaaa"; // back to rest
  s.failed(s.submit(), failure_class::rejected).decide().decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken - 5000, false, false}}).decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp");
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken + 5000, false, false}}).decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/cp");
}

TEST(decide_bluegreen, a_slow_clock_of_ours_does_not_make_an_older_checkpoint_newer) {
  auto s = saving();
  auto trigger = *s.target().trigger_id;
  auto taken = s.milliseconds_now();
  s.job("c0", "old", job_state::running).now.wall -= std::chrono::minutes{5};
  s.done(take(s)).savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp"});
  s.done(ask_savepoint{"c0", "old", trigger}).decide();
  s.hash = "cccccccc"; // superseded before the JobManager has reported when it was taken
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken - 5000, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  s.decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp");
}

TEST(decide_bluegreen, the_time_of_the_savepoint_is_the_job_managers) {
  auto s = saving();
  auto trigger = *s.target().trigger_id;
  s.done(take(s)).savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp"});
  s.done(ask_savepoint{"c0", "old", trigger}).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing) << "the list may come out of Flink's cache";
  EXPECT_EQ(s.last.waiting.reason, "Savepointing");
  s.app.status.savepoints.push_back({"file:/before", s.app.status.last_updated_at.value(), savepoint_reason::Update});
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/before", s.milliseconds_now(), true, false}});
  EXPECT_EQ(s.decide().phase(), phase::Savepointing) << "which may still tell of another one";
  s.later(defaults::rest_cache_age).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob) << "it is not waited for longer than that can last";
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

TEST(decide_bluegreen, both_run_and_the_status_describes_both) {
  auto s = both();
  EXPECT_EQ(s.phase(), phase::DualRunning);
  auto& st = s.app.status;
  EXPECT_EQ(st.deploy_version, colour::green);
  EXPECT_EQ(st.updating_version, colour::blue);
  EXPECT_EQ(st.deploy_hash, "c0");
  EXPECT_EQ(st.updating_hash, newer(s));
  EXPECT_EQ(st.version_statuses[0].job_status->job_id, "old");
  EXPECT_EQ(st.version_statuses[1].job_status->job_id, "new");
  EXPECT_EQ(st.version_statuses[1].job_status->health, health::Green);
  EXPECT_EQ(st.version_statuses[1].cluster_status->health, health::Green);
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
       s.seen.outcomes[ask_job{"c0", "old"}].attempts = 3;
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

TEST(decide_bluegreen, an_edit_while_the_savepoint_is_taken_supersedes_the_version) {
  auto s = saving();
  auto first = s.target().cluster_id;
  s.hash = "cccccccc";
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, first);
  EXPECT_EQ(s.app.status.updating_version, colour::blue);
}

TEST(decide_bluegreen, an_edit_taken_back_while_the_savepoint_is_taken_leaves_one_version) {
  auto s = saving();
  s.hash = "aaaaaaaa";
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_FALSE(s.app.status.updating_hash.has_value());
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
  EXPECT_EQ(s.app.status.deploy_version, colour::blue);
}

} // namespace
} // namespace flink
