// New and ClusterStarting: the first deploy, and an update until its cluster stands.
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
  s.seen.objects.services.erase("app-c1");
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
    {"a sidecar in a crash loop is refused after a while, although Flink's own container has never restarted",
     {.phase = "Running",
      .restarts = 9,
      .container_restarts = {{"jobmanager", 0}, {"proxy", 9}},
      .waiting_reason = "CrashLoopBackOff",
      .last_termination = "container proxy: Error (exit code 1)"},
     29s,
     false,
     "container proxy: Error"},
};

class while_starting : public testing::TestWithParam<trouble> {};

TEST_P(while_starting, the_old_job_is_untouched) {
  auto& x = GetParam();
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).pod(id, "jobmanager", x.pod).decide().later(x.after);
  s.job("c0", "old", job_state::running).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(s.phase(), x.fails ? phase::DeployFailed : phase::ClusterStarting);
  auto told = x.fails ? s.condition("Degraded") : s.last.waiting.message;
  EXPECT_THAT(told, HasSubstr(x.words));
  EXPECT_EQ(s.app.status.job_status->job_id, "old");
  for (auto& what : s.last.actions)
    EXPECT_NE(job_manager_of(what), "c0") << to_string(what);
}

INSTANTIATE_TEST_SUITE_P(decide, while_starting, testing::ValuesIn(troubles));

TEST(decide_update, a_secret_that_is_missed_late_has_time_to_come_since_then) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).pod(id, "jobmanager", {.phase = "Pending", .waiting_reason = "ContainerCreating"}).later(5min).decide();
  k8s::pod without_secret{
      .phase = "Pending", .waiting_reason = "CreateContainerConfigError", .waiting_message = "secret \"s3\" not found"};
  s.pod(id, "jobmanager", without_secret).decide().later(29s).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("secret \"s3\" not found"));
  s.later(1s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

TEST(decide_update, pods_that_the_api_server_refuses_end_it_after_a_while) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  auto name = "app-" + id + "-jm";
  auto refused = *s.objects(id).seen.objects.deployments.at(name);
  refused.replica_failure = "exceeded quota";
  s.seen.objects.deployments[name] = std::make_shared<k8s::deployment>(refused);
  s.decide().later(29s).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  s.later(1s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("PodsRefused: Deployment " + name));
}

TEST(decide_update, a_cluster_that_is_not_ready_in_time_ends_it) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).pod(id, "jobmanager", {.phase = "Pending", .waiting_reason = "ContainerCreating"}).decide();
  s.later(599s).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  s.later(1s).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("ClusterStartTimeout: the cluster was not ready within 600 s"));
}

TEST(decide_update, the_last_words_of_a_container_that_keeps_crashing_are_in_the_message) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.objects(id).pod(id, "jobmanager",
                    {.phase = "Running",
                     .restarts = 3,
                     .waiting_reason = "CrashLoopBackOff",
                     .last_termination = "Error (exit code 1)",
                     .last_message = "INFO starting\nCaused by: java.io.IOException: no such bucket\n\tat x.y"});
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("Error (exit code 1): IOException: no such bucket"));
}

// -- a first deploy -------------------------------------------------------------------------------------

scene first_deploy() {
  scene s;
  s.finalized().decide();
  s.objects(s.target().cluster_id).decide();
  return s;
}

class first_start : public testing::TestWithParam<trouble> {};

TEST_P(first_start, ends_only_by_what_needs_an_edit) {
  auto& x = GetParam();
  auto s = first_deploy();
  auto id = s.target().cluster_id;
  bool final = x.pod.restarts == 3 || x.pod.waiting_reason == "InvalidImageName";
  s.pod(id, "jobmanager", x.pod).decide().later(24h).decide();
  EXPECT_EQ(s.phase(), final ? phase::DeployFailed : phase::ClusterStarting);
  EXPECT_THAT(s.condition("Degraded"), AllOf(StartsWith("True"), HasSubstr(x.words)));
}

INSTANTIATE_TEST_SUITE_P(decide, first_start, testing::ValuesIn(troubles));

TEST(decide_first, continues_by_itself_when_a_late_secret_has_come) {
  auto s = first_deploy();
  auto id = s.target().cluster_id;
  k8s::pod without_secret{
      .phase = "Pending", .waiting_reason = "CreateContainerConfigError", .waiting_message = "secret \"s3\" not found"};
  s.pod(id, "jobmanager", without_secret).decide().later(1h).decide();
  ASSERT_THAT(s.condition("Degraded"), AllOf(StartsWith("True"), HasSubstr("secret \"s3\" not found")));
  s.cluster(id).slots(id, 2).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("False"));
}

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
  s.seen.name_conflicts[create] = "does not belong to this application";
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

TEST(decide_update, a_main_that_runs_to_compile_the_job_is_waited_for_and_holds_up_no_edit) {
  auto s = scene::updating();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).under_way(s.compile()).later(20min).slots(id, 2).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_FALSE(s.does(s.compile()));
  EXPECT_EQ(s.last.waiting.reason, "CompilingJob");
  s.hash = "cccccccc";
  s.decide();
  EXPECT_EQ(s.target().spec_hash, "cccccccc");
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

} // namespace
} // namespace flink
