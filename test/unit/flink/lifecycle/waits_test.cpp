// The waits of each phase, and how it reports them.
#include "test/unit/flink/lifecycle/recover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace recover;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

/// One of the two TaskManagers that the job needs is there.
scene one_task_manager() {
  auto s = scene::running();
  s.app.spec.task_manager_config.emplace().task_slots = 1;
  return s;
}

/// Somebody, or we, have scaled the JobManager of the cluster that serves.
scene& job_manager_replicas(scene& s, int32_t n) {
  auto& known = s.seen.objects.deployments["app-c0-jm"];
  auto changed = *known;
  changed.replicas = n;
  known = std::make_shared<k8s::deployment>(changed);
  return s;
}

TEST(decide_waits, a_restart_waits_for_what_it_needs_and_says_what) {
  auto s = failed_job();
  ASSERT_EQ(s.phase(), phase::Recovering);
  s.later(10s);
  auto t = s;
  t.seen.objects.deployments.erase("app-c0-tm");
  EXPECT_EQ(t.decide().last.waiting.reason, "ObjectsMissing");
  EXPECT_THAT(t.acts(), Contains("create TaskManager Deployment of c0"));
  t = s;
  EXPECT_EQ(t.no_job_manager("c0").decide().last.waiting.reason, "JobManagerDown");
  EXPECT_EQ(job_manager_replicas(t, 0).decide().last.waiting.reason, "JobManagerRestarting");
  EXPECT_THAT(t.acts(), Contains("scale app-c0-jm to 1"));
  t = s;
  EXPECT_EQ(t.slots("c0", 0).decide().last.waiting.reason, "TaskManagersStarting");
  t = s;
  t.replies("c0").all<ask_job>().clear();
  EXPECT_EQ(t.slots("c0", 2).decide().last.waiting.reason, "OldClusterUnconfirmed");
  t = s;
  t.replies("c0").all<ask_checkpoints>().clear();
  EXPECT_EQ(t.slots("c0", 2).decide().last.waiting.reason, "LookingForState");
}

TEST(decide_waits, a_job_that_is_started_again_waits_for_its_cluster_and_says_so) {
  auto s = submitting_again();
  auto t = s;
  t.seen.objects.deployments.erase("app-c0-tm");
  EXPECT_EQ(t.decide().last.waiting.reason, "ObjectsMissing");
  t = s;
  EXPECT_EQ(t.no_job_manager("c0").decide().last.waiting.reason, "JobManagerDown");
  job_manager_replicas(t, 0).decide();
  EXPECT_THAT(t.condition("Degraded"), StartsWith("True JobFailed"));
  EXPECT_THAT(t.last.waiting.message, HasSubstr("the operator restarts it: restarting the JobManager of cluster c0"));
}

TEST(decide_waits, a_cluster_that_serves_and_was_scaled_to_nothing_gets_its_pods_back) {
  auto s = scene::running();
  job_manager_replicas(s, 0);
  auto& task_managers = s.seen.objects.deployments["app-c0-tm"];
  auto none = *task_managers;
  none.replicas = 0;
  task_managers = std::make_shared<k8s::deployment>(none);
  s.no_job_manager("c0").decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 1"));
  EXPECT_THAT(s.acts(), Contains(StartsWith("scale app-c0-tm to")));
  s = scene::savepointing();
  job_manager_replicas(s, 0).no_job_manager("c0").decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 1"));
  s = scene::running();
  s.app.spec.suspend = true;
  job_manager_replicas(s, 0).no_job_manager("c0").decide().decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-jm to 1"));
}

TEST(decide_waits, a_task_manager_that_somebody_took_away_comes_back_where_the_job_misses_its_tasks) {
  auto s = one_task_manager();
  auto edited = s;
  s.decide();
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("scale")))) << "one is left, and all tasks run: nothing to do with us";
  auto ended = s;
  s.job("c0", "old", rest::job_state::restarting, 2).decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 2"));
  ended.job("c0", "old", rest::job_state::finished, 0).decide();
  EXPECT_THAT(ended.acts(), Not(Contains(StartsWith("scale"))));
  s.job("c0", "old", rest::job_state::running).replies("c0").all<ask_job>()["old"].value->vertices[0].parallelism = 1;
  EXPECT_THAT(s.decide().acts(), Not(Contains(StartsWith("scale")))) << "as the program fixes it";
  s.app.spec.scale_mode = scale_mode::Adaptive;
  EXPECT_THAT(s.decide().acts(), Contains("scale app-c0-tm to 2")) << "its scheduler makes do with one";
  edited.hash = "bbbbbbbb"; // taskSlots may be another number by now
  edited.errors.push_back({"spec.image", "is missing"});
  edited.job("c0", "old", rest::job_state::restarting, 2).decide();
  EXPECT_THAT(edited.acts(), Not(Contains(StartsWith("scale"))));
}

TEST(decide_waits, a_job_that_is_started_again_gets_the_task_managers_that_it_needs) {
  auto s = one_task_manager();
  s.no_job("c0", "old").another_job_manager("c0").no_job("c0", "old").decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 2"));
}

TEST(decide_waits, a_job_that_is_cancelled_for_an_update_waits_for_its_job_manager) {
  auto s = scene::updating();
  s.app.status.phase = phase::Cancelling;
  EXPECT_EQ(s.no_job_manager("c0").decide().last.waiting.reason, "OldJobManagerDown");
}

TEST(decide_waits, an_ending_asks_first_whether_a_job_that_was_submitted_runs) {
  auto s = scene::submitting();
  s.replies(s.target().cluster_id).all<ask_job>().clear();
  auto t = s;
  s.app.spec.suspend = true;
  EXPECT_EQ(s.decide().decide().last.waiting.reason, "AskingJob");
  t.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  t.decide().seen.namespace_terminating = false;
  EXPECT_EQ(t.done(ask_namespace{}).decide().last.waiting.reason, "AskingJob");
}

} // namespace
} // namespace flink
