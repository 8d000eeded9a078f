// BlueGreen: the user says which of two versions goes.
#include "test/unit/flink/lifecycle/bluegreen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace bluegreen;
using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;
using testing::UnorderedElementsAre;

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
  EXPECT_EQ(st.deploy_version, colour::blue);
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
  silent.seen.outcomes[question].attempts = 3;
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

TEST(decide_bluegreen, a_newer_version_that_the_status_has_lost_is_kept_until_somebody_removes_it) {
  auto s = both();
  auto lost = s.app.status.updating_cluster->id;
  s.app.status.updating_cluster.reset();
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
  s.no_cluster(lost).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->id, "c0");
}

} // namespace
} // namespace flink
