// BlueGreen: what goes wrong on the way to the second version costs the first one nothing.
#include "test/unit/flink/lifecycle/bluegreen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace bluegreen;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

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
  s.replies("c0").all<ask_savepoint>()[first] = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.decide();
  EXPECT_NE(*s.target().trigger_id, first);
  EXPECT_EQ(s.phase(), phase::Savepointing);
  s.decide();
  EXPECT_TRUE(s.does(take(s)));
}

TEST(decide_bluegreen, a_trigger_that_is_lost_again_and_again_is_given_up_in_time) {
  auto s = saving();
  auto lost = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.failed(take(s), failure_class::unknown).replies("c0").all<ask_savepoint>()[*s.target().trigger_id] = lost;
  s.later(601s).job("c0", "old", job_state::running).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("no longer knows the savepoint; the old job keeps running"));
}

TEST(decide_bluegreen, each_of_two_versions_says_what_it_misses) {
  auto s = both();
  auto t = s;
  t.seen.objects.deployments.erase("app-c0-jm");
  t.no_job_manager("c0").decide();
  EXPECT_EQ(t.last.waiting.reason, "ObjectsMissing");
  t = s;
  t.seen.job_managers.clear();
  t.decide();
  EXPECT_EQ(t.last.waiting.reason, "DualRunning") << "nobody has been asked yet";
  EXPECT_TRUE(t.does(ask_job{"c0", "old"}));
  t = s;
  t.app.status.job_status->stop_trigger_id = "t9";
  t.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(t.last.waiting.reason, "JobEnded") << "a stop that came late has ended it";
  t = s;
  t.job(newer(t), "new", job_state::running, 3).decide();
  EXPECT_THAT(t.condition("Ready"), StartsWith("False JobNotRunning: some tasks of one version are not running"));
  s.job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.last.waiting.reason, "DualRunning") << "a bounded job is through";
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
  auto taken = s.milliseconds_now();
  s.failed(take(s), failure_class::rejected, "not running").later(1s).job("c0", "old", job_state::failed, 0).jobs("c0");
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken, false, false}}).decide();
  EXPECT_EQ(s.phase(), phase::Recovering);
  s.decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/cp");
}

TEST(decide_bluegreen, the_newest_state_of_an_old_job_that_has_ended_is_known_after_a_deploy_that_was_given_up) {
  auto s = saving();
  auto id = s.target().cluster_id;
  auto taken = s.milliseconds_now();
  s.failed(take(s), failure_class::rejected, "not running")
      .later(1s)
      .job("c0", "old", job_state::canceled, 0)
      .jobs("c0");
  s.checkpoints("c0", "old", {.latest_completed = rest::checkpoint{"file:/cp", taken, false, false}}).decide().decide();
  ASSERT_EQ(s.phase(), phase::SubmittingJob);
  s.jobs(id).no_job(id, *s.target().job_id).failed(s.submit(), failure_class::rejected, "no").decide().decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/cp");
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
  auto taken = s.milliseconds_now();
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

TEST(decide_bluegreen, a_savepoint_that_was_known_before_is_not_taken_for_the_one_that_was_lost) {
  auto s = saving();
  auto first = *s.target().trigger_id;
  s.app.status.savepoints.push_back(
      {"file:/earlier", k8s::timestamp::parse("2026-01-01T00:00:00Z"), savepoint_reason::Nonce});
  s.done(take(s)).replies("c0").all<ask_savepoint>()[first]
      = observed<or_not_found<rest::savepoint>>{std::nullopt, s.now.steady};
  s.checkpoints("c0", "old",
                {.latest_savepoint = rest::checkpoint{"file:/earlier", s.milliseconds_now(), true, false}});
  s.decide();
  EXPECT_FALSE(s.target().restore_path.has_value());
  EXPECT_NE(*s.target().trigger_id, first);
}

TEST(decide_bluegreen, an_old_job_that_runs_after_all_is_not_cancelled_for_its_newest_state) {
  auto s = saving();
  s.app.status.phase = phase::Recovering;
  s.job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("cancel"))));
}

TEST(decide_bluegreen, the_savepoint_beside_is_not_the_state_of_a_job_that_is_gone) {
  auto s = submitting();
  EXPECT_EQ(s.target().restore_path, "file:/sp");
  EXPECT_FALSE(s.app.status.savepoint_path.has_value()) << "the old job has gone on from there";
}

} // namespace
} // namespace flink
