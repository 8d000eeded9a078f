// Ways from phase to phase that hold out of many phases, and those that only a damaged status takes.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <boost/mp11/algorithm.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

std::vector<phase> all_phases() {
  std::vector<phase> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<phase>>([&](auto x) { out.push_back(x.value); });
  return out;
}

/// Phases in which an application of ours has a cluster that serves.
const std::vector<phase> with_a_cluster{phase::Running,        phase::ClusterStarting, phase::Savepointing,
                                        phase::Cancelling,     phase::Recovering,      phase::SubmittingJob,
                                        phase::RollingBackJob, phase::DeployFailed,    phase::Failed};

/// A job runs, and somebody has written this phase.
scene running_in(phase x) {
  auto s = scene::running();
  s.app.status.phase = x;
  return s;
}

scene failed_in(phase x) {
  auto s = running_in(x);
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {});
  return s;
}

// -- out of every phase ---------------------------------------------------------------------------------------------

TEST(decide_ways, a_deletion_begins_out_of_every_phase) {
  for (auto x : all_phases()) {
    auto s = running_in(x);
    s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
    EXPECT_EQ(s.decide().phase(), phase::Deleting) << phase_text(x);
    EXPECT_THAT(s.acts(), IsEmpty()) << "it is written down first";
  }
}

TEST(decide_ways, a_paused_application_is_left_alone_in_every_phase) {
  for (auto x : all_phases()) {
    auto s = running_in(x);
    s.app.metadata.annotations["flink.k8s.io/paused"] = "true";
    s.app.spec.suspend = true;
    s.hash = "bbbbbbbb";
    EXPECT_EQ(s.decide().phase(), x);
    EXPECT_EQ(s.last.waiting.reason, "Paused");
    EXPECT_THAT(s.acts(), IsEmpty());
  }
}

TEST(decide_ways, a_suspension_begins_out_of_every_phase_with_a_cluster) {
  for (auto x : with_a_cluster) {
    auto s = running_in(x);
    s.app.spec.suspend = true;
    EXPECT_EQ(s.decide().phase(), phase::Savepointing) << phase_text(x);
    s = running_in(x);
    s.app.spec.suspend = true;
    s.app.spec.savepoint_disabled = true;
    EXPECT_EQ(s.decide().phase(), phase::Cancelling) << phase_text(x);
  }
}

TEST(decide_ways, a_suspension_without_a_savepoint_is_taken_back_before_anything_was_ordered) {
  for (bool failed : {false, true}) {
    auto s = scene::running();
    if (failed)
      s.app.status.failed = failed_cluster{"c9", s.hash, *s.app.status.last_updated_at, {}};
    s.app.spec.suspend = true;
    s.app.spec.savepoint_disabled = true;
    s.decide();
    s.app.spec.suspend = false;
    s.decide();
    EXPECT_EQ(s.phase(), failed ? phase::DeployFailed : phase::Running);
    EXPECT_FALSE(s.app.status.suspension);
  }
}

TEST(decide_ways, a_suspension_that_wants_no_savepoint_any_more_cancels) {
  auto s = scene::running();
  s.app.spec.suspend = true;
  s.decide();
  s.app.spec.savepoint_disabled = true;
  s.decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  EXPECT_EQ(s.events(), "CancellingJob ");
  s.job("c0", "old", job_state::canceled).decide().decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  EXPECT_THAT(s.acts(), Contains(StartsWith("delete JobManager Deployment app-c0-jm")));
}

// -- the first deploy -----------------------------------------------------------------------------------------------

TEST(decide_ways, a_first_deploy_of_the_go_operator_begins_anew_out_of_every_phase) {
  for (auto x : {phase::Updating, phase::ClusterStarting, phase::Savepointing, phase::Cancelling, phase::Recovering,
                 phase::SubmittingJob, phase::RollingBackJob}) {
    auto s = scene{}.finalized();
    s.app.status.phase = x;
    EXPECT_EQ(s.decide().phase(), phase::ClusterStarting) << phase_text(x);
  }
}

TEST(decide_ways, an_application_that_has_lost_its_cluster_deploys_anew) {
  auto s = scene{}.finalized();
  s.app.status.phase = phase::Updating;
  s.app.status.history.emplace_back();
  EXPECT_EQ(s.decide().phase(), phase::ClusterStarting);
}

// -- a status that was damaged by hand --------------------------------------------------------------------------------

TEST(decide_ways, a_deploy_whose_target_was_removed_by_hand_is_given_up) {
  for (auto x :
       {phase::Savepointing, phase::Cancelling, phase::Recovering, phase::SubmittingJob, phase::RollingBackJob}) {
    auto s = running_in(x);
    EXPECT_EQ(s.decide().phase(), phase::DeployFailed) << phase_text(x);
    EXPECT_THAT(*s.app.status.reason, StartsWith("StatusIncomplete: "));
  }
}

TEST(decide_ways, a_cluster_that_starts_for_nothing_starts_anew) {
  auto s = running_in(phase::ClusterStarting);
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_TRUE(s.app.status.target);
}

// -- the version under way ------------------------------------------------------------------------------------------

TEST(decide_ways, an_edit_that_cannot_be_deployed_gives_the_deploy_up) {
  auto s = scene::updating();
  s.errors = {{"spec.image", "is missing"}};
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(*s.app.status.reason, StartsWith("InvalidSpec: "));
}

TEST(decide_ways, a_pod_that_crashes_is_seen_before_the_deploy_is_given_up) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).pod(id, "jobmanager", {.phase = "Running", .restarts = 1, .waiting_reason = "CrashLoopBackOff"});
  s.decide();
  EXPECT_EQ(s.last.waiting.reason, "CrashLoop");
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(decide_ways, a_deployment_without_its_pods_is_seen_before_the_deploy_is_given_up) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id);
  auto jm = *s.seen.objects.deployments["app-" + id + "-jm"];
  jm.replica_failure = "exceeded quota";
  s.seen.objects.deployments["app-" + id + "-jm"] = std::make_shared<k8s::deployment>(jm);
  s.decide();
  EXPECT_EQ(s.last.waiting.reason, "PodsRefused");
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  s.later(31s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_ways, a_savepoint_without_the_certainty_that_its_job_has_ended_is_told_after_a_while) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", s.target().trigger_id.value(), {.in_progress = false, .location = "file:/sp"});
  s.decide().later(601s).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_EQ(s.last.waiting.reason, "OldClusterUnconfirmed");
  EXPECT_THAT(s.last.waiting.message, HasSubstr("set the annotation flink.k8s.io/confirm-cluster-gone to c0"));
}

// -- a job that has failed --------------------------------------------------------------------------------------------

TEST(decide_ways, a_job_that_is_not_started_again_is_failed_for_good_wherever_it_served) {
  for (auto x : {phase::Running, phase::DeployFailed}) {
    auto s = failed_in(x);
    s.app.spec.job_failure_policy = job_failure_policy{.restart = restart_policy::Never};
    EXPECT_EQ(s.decide().phase(), phase::Failed);
  }
}

TEST(decide_ways, an_edit_does_not_start_a_failed_job_that_the_policy_never_starts) {
  auto s = failed_in(phase::Failed);
  s.app.spec.job_failure_policy = job_failure_policy{.restart = restart_policy::Never};
  s.app.metadata.generation = 2;
  EXPECT_EQ(s.decide().phase(), phase::Failed);
  EXPECT_EQ(s.events(), "JobFailed ");
}

TEST(decide_ways, a_failed_job_that_runs_after_all_is_not_failed) {
  EXPECT_EQ(running_in(phase::Failed).decide().phase(), phase::Running);
}

TEST(decide_ways, another_version_gets_its_cluster_out_of_failed) {
  auto s = failed_in(phase::Failed);
  s.hash = "bbbbbbbb";
  EXPECT_EQ(s.decide().phase(), phase::ClusterStarting);
}

} // namespace
} // namespace flink
