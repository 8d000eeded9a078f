// What people read of cluster and job: status.clusterStatus, status.jobStatus and the conditions about them.
#include "config/defaults.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const job_status& job_of(const scene& s) {
  return *s.app.status.job_status;
}

const cluster_status& cluster_of(const scene& s) {
  return *s.app.status.cluster_status;
}

// -- jobs that fail and restart -------------------------------------------------------------------------------

TEST(health, a_job_that_flink_restarts_is_in_trouble_and_says_why) {
  auto s = scene::running();
  s.failing_job("c0", "old", job_state::restarting).decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True JobRestarting: job old has failed, and Flink restarts it"));
  EXPECT_TRUE(s.does(ask_exceptions{"c0", "old"}));
  EXPECT_EQ(job_of(s).health, health::Yellow);

  s.exceptions("c0", "old", {.latest = "IllegalStateException: no"}).decide();
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("restarts it: IllegalStateException: no"));
  EXPECT_THAT(s.condition("Ready"), StartsWith("False JobRestarting"));
  EXPECT_EQ(s.condition("Progressing"), "False Running: no deploy is in progress");
}

TEST(health, a_crash_loop_is_no_health_in_the_moments_in_which_its_tasks_run) {
  auto s = scene::running();
  s.failing_job("c0", "old", job_state::running, 59s).decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("False JobRestarting"));
  EXPECT_EQ(job_of(s).health, health::Yellow);

  s.failing_job("c0", "old", job_state::running, 60s).decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("True JobRunning"));
  EXPECT_EQ(job_of(s).health, health::Green);
  EXPECT_TRUE(job_of(s).last_failing_time);
}

/// The newest checkpoint completed so long ago, and one has failed a moment ago.
scene& checkpoints_fail(scene& s, std::chrono::milliseconds since) {
  auto now = s.milliseconds_now();
  rest::checkpoints x{.latest_completed = rest::checkpoint{"file:/chk-3", now - since.count(), false, false},
                      .latest_failed = rest::failed_checkpoint{now - 1000, "IO-problem detected."}};
  return s.job("c0", "old", job_state::running).checkpoints("c0", "old", std::move(x)).decide();
}

TEST(health, checkpoints_that_fail_for_long_are_trouble) {
  auto s = scene::running();
  checkpoints_fail(s, 599s);
  EXPECT_EQ(job_of(s).health, health::Green);
  checkpoints_fail(s.later(1s), 600s);
  EXPECT_EQ(job_of(s).health, health::Yellow);
  EXPECT_THAT(s.condition("Degraded"),
              StartsWith("True CheckpointsFail: no checkpoint of job old has completed since"));
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("IO-problem detected."));

  auto before = s.app.status;
  checkpoints_fail(s.later(60s), 660s);
  EXPECT_EQ(s.app.status, before) << "which is not written with every poll";
}

TEST(health, a_job_that_has_never_completed_one_counts_from_its_start) {
  auto s = scene::running();
  s.checkpoints("c0", "old", {.latest_failed = rest::failed_checkpoint{s.milliseconds_now(), "no"}}).decide();
  EXPECT_EQ(job_of(s).health, health::Yellow);
}

TEST(health, a_job_without_checkpoints_is_well) {
  auto s = scene::running();
  s.later(std::chrono::hours{1}).job("c0", "old", job_state::running).checkpoints("c0", "old", {}).decide();
  EXPECT_EQ(job_of(s).health, health::Green);
}

TEST(health, one_that_failed_before_the_newest_is_over) {
  auto s = scene::running();
  auto now = s.milliseconds_now();
  s.checkpoints("c0", "old",
                {.latest_completed = rest::checkpoint{"file:/chk-3", now - 700'000, false, false},
                 .latest_failed = rest::failed_checkpoint{now - 800'000, "no"}});
  s.decide();
  EXPECT_EQ(job_of(s).health, health::Green);
}

TEST(health, a_trouble_that_lasts_is_not_written_with_every_poll) {
  auto s = scene::running();
  s.failing_job("c0", "old", job_state::restarting).exceptions("c0", "old", {.latest = "no"}).decide();
  auto before = s.app.status;
  s.later(3s).failing_job("c0", "old", job_state::restarting, 3s).exceptions("c0", "old", {.latest = "no"}).decide();
  EXPECT_EQ(s.app.status, before);
}

TEST(health, a_job_that_has_failed_for_good_says_why) {
  auto s = scene::running();
  s.failing_job("c0", "old", job_state::failed).exceptions("c0", "old", {.latest = "Error: no"}).decide();
  EXPECT_THAT(s.condition("Ready"),
              StartsWith("False JobFailed: job old is FAILED: Error: no; the operator restarts it"));
  EXPECT_EQ(job_of(s).health, health::Red);
}

TEST(health, a_first_job_that_fails_says_why_in_the_reason_of_the_deploy) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 2).decide();
  auto id = *s.target().job_id;
  s.jobs("c1").failing_job("c1", id, job_state::failed).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob); // the cause is being asked for
  EXPECT_TRUE(s.does(ask_exceptions{"c1", id}));
  s.exceptions("c1", id, {.latest = "Error: no"}).decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(*s.app.status.reason, HasSubstr("became FAILED before all its tasks ran: Error: no"));
}

TEST(health, a_cause_that_nobody_tells_holds_nothing_up) {
  scene s;
  s.finalized().decide().cluster("c1").slots("c1", 2).decide();
  auto id = *s.target().job_id;
  s.jobs("c1").failing_job("c1", id, job_state::failed).failed(ask_exceptions{"c1", id}, failure_class::transient);
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

// -- restarts -----------------------------------------------------------------------------------------------------

TEST(health, a_restore_is_not_counted_as_a_restart) {
  auto s = scene::running();
  auto taken = s.milliseconds_now();
  rest::checkpoint first{"file:/chk-1", taken, false, false};
  s.checkpoints("c0", "old", {.completed = 1, .restored = 1, .latest_completed = first}).decide();
  EXPECT_EQ(job_of(s).last_checkpoint, "file:/chk-1");
  EXPECT_EQ(job_of(s).job_restart_count, 0);
}

TEST(health, restarts_are_counted_also_with_high_availability) {
  auto s = scene::running();
  s.app.spec.flink_config["high-availability.type"] = "kubernetes";
  s.failing_job("c0", "old", job_state::running, 2min).decide();
  EXPECT_TRUE(s.does(ask_restarts{"c0", "old"}));
  s.restarts("c0", "old", 3).decide();
  EXPECT_EQ(job_of(s).job_restart_count, 3);
}

TEST(health, the_newest_checkpoint_is_written_down_also_with_high_availability) {
  auto s = scene::running();
  s.app.spec.flink_config["high-availability.type"] = "kubernetes";
  auto taken = s.milliseconds_now();
  rest::checkpoint first{"file:/chk-1", taken, false, false};
  s.checkpoints("c0", "old", {.completed = 1, .latest_completed = first}).decide();
  EXPECT_EQ(job_of(s).last_checkpoint, "file:/chk-1");
}

TEST(health, a_new_job_has_no_restarts_and_is_not_asked) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.done(s.submit()).job(id, job, job_state::running).decide();
  ASSERT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(job_of(s).job_restart_count, 0);
  s.decide();
  EXPECT_FALSE(s.does(ask_restarts{id, job}));
}

TEST(health, restarts_that_are_not_gathered_yet_change_nothing) {
  auto s = scene::running();
  s.failing_job("c0", "old", job_state::running, 2min).restarts("c0", "old", 3).decide();
  s.restarts("c0", "old", std::nullopt).decide();
  EXPECT_EQ(job_of(s).job_restart_count, 3);
}

// -- what nobody knows ----------------------------------------------------------------------------------------

TEST(health, nothing_is_said_of_a_job_whose_job_manager_is_silent) {
  auto s = scene::running();
  for (int i = 0; i < config::defaults::breaker_failures; ++i)
    s.failed(ask_job{"c0", "old"}, failure_class::unknown);
  s.seen.outcomes[ask_job{"c0", "old"}].attempts = config::defaults::breaker_failures;
  s.decide();
  EXPECT_EQ(cluster_of(s).health, health::Red);
  EXPECT_FALSE(job_of(s).health);
  EXPECT_FALSE(job_of(s).running_tasks);
}

TEST(health, nothing_is_said_of_a_job_whose_job_manager_is_down) {
  auto s = scene::running();
  s.pod("c0", "jobmanager", {.phase = "Pending"}).decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("False JobManagerDown"));
  EXPECT_EQ(cluster_of(s).health, health::Red);
  EXPECT_FALSE(job_of(s).health);
}

TEST(health, where_no_job_runs_it_is_red) {
  auto s = scene::running();
  s.app.status.job_status->job_id.reset();
  s.decide();
  EXPECT_THAT(s.condition("Ready"), StartsWith("False NoJob"));
  EXPECT_EQ(job_of(s).health, health::Red);
  s.app.status.savepoint_path = "file:/sp";
  EXPECT_THAT(s.decide().condition("Ready"), HasSubstr("edit the spec to start one from file:/sp"));
}

// -- during an update -------------------------------------------------------------------------------------------

TEST(health, the_old_job_is_watched_while_the_new_cluster_starts) {
  auto s = scene::updating();
  s.objects("c2").later(10s).decide();
  EXPECT_TRUE(s.does(ask_job{"c0", "old"}));
  s.failing_job("c0", "old", job_state::restarting).decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(job_of(s).health, health::Yellow);
  EXPECT_EQ(job_of(s).state, "RESTARTING");
}

TEST(health, an_old_job_that_is_lost_while_the_new_cluster_starts_is_red) {
  auto s = scene::updating();
  s.objects("c2").later(10s).no_job("c0", "old").decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(job_of(s).state, "LOST");
  EXPECT_EQ(job_of(s).health, health::Red);
}

TEST(health, a_job_that_was_ended_for_the_new_one_is_not_green) {
  auto s = scene::submitting();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(job_of(s).state, "FINISHED");
  EXPECT_EQ(job_of(s).health, health::Yellow);
}

TEST(health, each_state_of_a_job_has_a_colour) {
  struct row {
    job_state state;
    flink::health health;
  };
  for (auto& [state, expected] : std::initializer_list<row>{{job_state::running, health::Green},
                                                            {job_state::initializing, health::Yellow},
                                                            {job_state::created, health::Yellow},
                                                            {job_state::reconciling, health::Yellow},
                                                            {job_state::restarting, health::Yellow},
                                                            {job_state::failing, health::Yellow},
                                                            {job_state::cancelling, health::Red},
                                                            {job_state::canceled, health::Red},
                                                            {job_state::suspended, health::Red},
                                                            {job_state::unknown, health::Red}}) {
    auto s = scene::running();
    s.job("c0", "old", state).exceptions("c0", "old", {}).decide();
    EXPECT_EQ(job_of(s).health, expected) << rest::to_string(state);
  }
}

TEST(health, what_a_job_was_restored_from_is_told_with_its_first_checkpoint) {
  auto s = scene::running();
  auto told = with_checkpoint(s, "file:/chk-1");
  told.latest_restored = rest::checkpoint{.external_path = "file:/sp"};
  s.checkpoints("c0", "old", told).decide();
  EXPECT_EQ(job_of(s).last_checkpoint, "file:/chk-1");
  EXPECT_EQ(job_of(s).restore_path, "file:/sp");
}

TEST(health, a_checkpoint_without_a_path_is_no_state) {
  auto s = scene::running();
  s.checkpoints("c0", "old", with_checkpoint(s, "")).decide();
  EXPECT_FALSE(job_of(s).last_checkpoint);
}

TEST(health, a_message_is_cut_to_what_a_condition_takes) {
  auto s = scene::running();
  s.errors = {{"spec.image", std::string(5000, 'x')}};
  s.decide();
  EXPECT_LT(s.condition("Degraded").size(), 1100u);
}

TEST(health, a_bounded_job_that_has_finished_is_green) {
  auto s = scene::running();
  s.job("c0", "old", job_state::finished, 0).decide();
  EXPECT_EQ(job_of(s).health, health::Green);
  EXPECT_THAT(s.condition("Ready"), StartsWith("True JobRunning"));
}

TEST(health, slots_from_before_the_job_took_its_own_are_not_told) {
  auto s = scene::running();
  s.slots("c0", 2, 0).later(10s).decide();
  EXPECT_TRUE(s.does(ask_overview{"c0"}));
  s.failing_job("c0", "old", job_state::restarting).decide(); // a status that is written anyway
  EXPECT_EQ(cluster_of(s).number_of_task_slots, 2);
  EXPECT_FALSE(cluster_of(s).available_task_slots);
  s.slots("c0", 2, 1).job("c0", "old", job_state::running).decide();
  EXPECT_EQ(cluster_of(s).available_task_slots, 1);
}

TEST(health, an_application_whose_update_failed_says_that_it_waits_for_an_edit) {
  auto s = scene::updating();
  s.app.spec.force_rollback = true;
  s.decide().decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_EQ(s.last.waiting.reason, "DeployFailed");
  EXPECT_THAT(s.last.waiting.message, HasSubstr("waiting for an edit of the spec: ForceRollback"));
}

TEST(health, what_changed_is_said_where_only_numbers_did) {
  auto s = scene::running();
  rest::checkpoint first{"file:/chk-1", s.milliseconds_now(), false, false};
  s.checkpoints("c0", "old", {.completed = 1, .latest_completed = first}).decide();
  EXPECT_EQ(s.last.reason, "the newest state is file:/chk-1");
}

// -- addresses --------------------------------------------------------------------------------------------------

TEST(health, the_way_to_flinks_pages_is_told_where_there_is_an_ingress) {
  auto s = scene::running();
  EXPECT_FALSE(cluster_of(s).cluster_overview_url);
  EXPECT_FALSE(job_of(s).job_overview_url);

  s.settings.render.ingress_url_format = "{{$jobCluster}}.example.com";
  s.decide();
  EXPECT_EQ(cluster_of(s).cluster_overview_url, "app.example.com/#/overview");
  EXPECT_EQ(job_of(s).job_overview_url, "app.example.com/#/jobs/old");

  s.app.spec.ingress.emplace().host = "flink.example.com";
  s.decide();
  EXPECT_EQ(job_of(s).job_overview_url, "flink.example.com/#/jobs/old");
}

// -- for autoscalers ----------------------------------------------------------------------------------------------

/// As the API server has it: the TaskManager Deployment of a cluster selects its pods.
void with_selector(scene& s, const cluster_id& id) {
  auto& known = s.seen.objects.deployments.at("app-" + id + "-tm");
  auto x = *known;
  x.selector = {{"flink-app", "app"}, {"pod-deployment-selector", id + "-tm"}};
  known = std::make_shared<k8s::deployment>(std::move(x));
}

TEST(health, the_selector_of_the_scale_subresource_is_that_of_the_task_managers) {
  auto s = scene::running();
  with_selector(s, "c0");
  s.decide();
  EXPECT_EQ(s.app.status.selector, "flink-app=app,pod-deployment-selector=c0-tm");

  s.seen.objects.deployments.erase("app-c0-tm");
  s.decide();
  EXPECT_FALSE(s.app.status.selector) << "no TaskManager serves";
}

TEST(health, the_selector_follows_the_job_to_its_new_cluster) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  with_selector(s, id);
  EXPECT_FALSE(s.app.status.selector);
  s.done(s.submit()).job(id, *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.app.status.selector, "flink-app=app,pod-deployment-selector=" + id + "-tm");
}

// -- rights -----------------------------------------------------------------------------------------------------

constexpr auto no_proxy = R"(pods "app-c1-jm" is forbidden: User "u" cannot get resource "pods/proxy")";

TEST(rights, a_missing_right_to_reach_the_job_manager_is_told_while_its_cluster_starts) {
  scene s;
  s.finalized().decide().cluster("c1").failed(ask_overview{"c1"}, failure_class::forbidden, no_proxy, 403).decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True Forbidden: access to the JobManager is denied: "));
  EXPECT_THAT(s.condition("Ready"), HasSubstr("cannot get resource \"pods/proxy\""));
}

TEST(rights, credentials_that_are_not_accepted_are_told_apart) {
  scene s;
  s.finalized().decide().cluster("c1").failed(ask_overview{"c1"}, failure_class::forbidden, "Unauthorized", 401);
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True Unauthorized: "));
}

TEST(rights, a_closed_way_is_not_called_silence) {
  auto s = scene::running();
  s.failed(ask_job{"c0", "old"}, failure_class::forbidden, no_proxy, 403);
  s.seen.outcomes[ask_job{"c0", "old"}].attempts = config::defaults::breaker_failures;
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True Forbidden"));
  EXPECT_THAT(s.condition("Degraded"), Not(HasSubstr("does not answer")));
}

TEST(rights, an_order_to_the_api_server_that_is_not_allowed_is_told) {
  scene s;
  s.failed(add_finalizer{}, failure_class::forbidden, "cannot patch resource \"flinkapplications\"", 403).decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True Forbidden: cannot patch"));
}

} // namespace
} // namespace flink
