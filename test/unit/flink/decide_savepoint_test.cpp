// Savepoints beside a running job: asked for by a nonce or a schedule, lost and found, disposed of.
#include "k8s/time.hpp"
#include "test/unit/flink/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

const savepoint_request& request(const scene& s) {
  return *s.app.status.savepoint_request;
}

action order(const scene& s) {
  return take_savepoint{request(s).cluster_id, request(s).job_id, request(s).trigger_id};
}

/// The job runs, and the picture is as fresh as it was.
scene& alive(scene& s, job_state state = job_state::running, int32_t tasks = 4) {
  return s.job("c0", "old", state, tasks).checkpoints("c0", "old", {});
}

/// The user asks for a savepoint now.
scene asked(scene s = scene::running()) {
  s.app.spec.savepoint_nonce = "1";
  return s.decide();
}

/// ... and the JobManager has taken the order.
scene ordered() {
  auto s = asked();
  return s.done(order(s));
}

scene& completes(scene& s, const std::string& path) {
  s.savepoint("c0", request(s).trigger_id, {.in_progress = false, .location = path});
  rest::checkpoint newest{
      path, std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count(), true};
  return s.checkpoints("c0", "old", {.completed = 1, .latest_savepoint = newest}).decide();
}

std::string ago(const scene& s, std::chrono::seconds x) {
  return k8s::format_time(s.now.wall - x);
}

/// A job whose schedule has completed these savepoints, a minute apart, the last one now.
scene scheduled(std::initializer_list<const char*> paths, int32_t keep = 2) {
  auto s = scene::running();
  s.app.spec.savepoint_schedule = savepoint_schedule{.interval_seconds = 60, .keep = keep};
  auto age = std::chrono::minutes{paths.size()};
  for (auto* path : paths)
    s.app.status.savepoints.push_back({path, ago(s, --age), "Schedule"});
  return s;
}

// -- nonce --------------------------------------------------------------------------------------------

TEST(decide_savepoint, the_trigger_is_in_the_status_that_is_written_before_the_order_goes_out) {
  auto s = asked();
  EXPECT_EQ(request(s).reason, "Nonce");
  EXPECT_EQ(request(s).job_id, "old");
  EXPECT_TRUE(s.does(order(s)));
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_THAT(s.condition("Ready"), StartsWith("True")) << "the job goes on";
}

TEST(decide_savepoint, tells_where_it_is) {
  auto s = ordered();
  s.decide();
  EXPECT_THAT(s.acts(), Contains(StartsWith("ask savepoint")));
  completes(s, "file:/sp-1");
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  EXPECT_EQ(s.app.status.last_savepoint->path, "file:/sp-1");
  EXPECT_EQ(s.app.status.last_savepoint->nonce, "1");
  EXPECT_EQ(s.app.status.savepoints.back().path, "file:/sp-1");
  EXPECT_EQ(s.app.status.savepoints.back().reason, "Nonce");
  EXPECT_THAT(s.events(), HasSubstr("SavepointCompleted"));
  EXPECT_FALSE(s.app.status.savepoint_path.has_value()) << "nothing is to be restored";
  alive(s).decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value()) << "once per nonce";
}

TEST(decide_savepoint, is_state_that_a_lost_job_is_started_from) {
  auto s = ordered();
  completes(s, "file:/sp-1");
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp-1");
  rest::checkpoint older{"file:/chk-1", 1'000};
  s.later(2min).job("c0", "old", job_state::running).checkpoints("c0", "old", {.latest_completed = older}).decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp-1") << "a checkpoint from before it is not newer";
}

TEST(decide_savepoint, a_failure_is_told_and_not_repeated) {
  auto s = ordered();
  s.savepoint("c0", request(s).trigger_id, {.in_progress = false, .failure = "disk full"}).decide();
  EXPECT_EQ(s.app.status.last_savepoint->failure, "disk full");
  EXPECT_THAT(s.app.status.savepoints, IsEmpty());
  EXPECT_THAT(s.events(), HasSubstr("SavepointFailed"));
  alive(s).decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  s.app.spec.savepoint_nonce = "2";
  EXPECT_EQ(request(s.decide()).nonce, "2");
}

TEST(decide_savepoint, an_order_that_is_refused_is_a_failure) {
  auto s = asked();
  s.failed(order(s), failure_class::gone, "no such job").decide();
  EXPECT_EQ(s.app.status.last_savepoint->failure, "no such job");
}

TEST(decide_savepoint, a_lost_answer_leads_to_the_same_trigger_again) {
  auto s = asked();
  auto trigger = request(s).trigger_id;
  s.failed(order(s), failure_class::unknown);
  s.told("c0").savepoints[trigger] = {std::nullopt, s.now.steady};
  EXPECT_FALSE(s.decide().does(order(s)));
  alive(s.later(3s)).decide();
  EXPECT_TRUE(s.does(order(s)));
  EXPECT_EQ(request(s).trigger_id, trigger);
}

TEST(decide_savepoint, a_restarted_operator_goes_on) {
  auto s = ordered();
  auto trigger = request(s).trigger_id;
  s.seen.outcomes.clear();
  s.decide();
  EXPECT_TRUE(s.does(take_savepoint{"c0", "old", trigger})) << "under the same trigger nothing happens twice";
}

TEST(decide_savepoint, a_trigger_that_is_forgotten_is_looked_for_and_taken_again) {
  auto s = ordered();
  auto trigger = request(s).trigger_id;
  s.told("c0").savepoints[trigger] = {std::nullopt, s.now.steady};
  s.checkpoints("c0", "old", {}).decide();
  EXPECT_NE(request(s).trigger_id, trigger);
}

TEST(decide_savepoint, a_savepoint_whose_trigger_is_forgotten_is_found) {
  auto s = ordered();
  s.told("c0").savepoints[request(s).trigger_id] = {std::nullopt, s.now.steady};
  auto now = std::chrono::duration_cast<std::chrono::milliseconds>(s.now.wall.time_since_epoch()).count();
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/sp-1", now, true}}).decide();
  EXPECT_EQ(s.app.status.last_savepoint->path, "file:/sp-1");
}

TEST(decide_savepoint, another_life_of_the_job_manager_gets_another_trigger) {
  auto s = ordered();
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  auto trigger = request(s).trigger_id;
  s.pods("c0", 1);
  alive(s).decide();
  EXPECT_NE(request(s).trigger_id, trigger);
  EXPECT_EQ(request(s).job_manager->restarts, 1);
  EXPECT_FALSE(s.does(order(s)));
  s.decide();
  EXPECT_TRUE(s.does(order(s)));
}

TEST(decide_savepoint, waits_for_all_tasks_and_says_so) {
  auto base = scene::running();
  alive(base, job_state::running, 2);
  auto s = asked(base);
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  EXPECT_THAT(s.condition("Ready"), HasSubstr("savepointNonce"));
  EXPECT_EQ(s.last.waiting.reason, "SavepointWaiting");
  auto before = s.app.status;
  alive(s.later(3s), job_state::running, 2).decide();
  EXPECT_EQ(s.app.status, before) << "without flapping";
  alive(s).decide();
  EXPECT_TRUE(s.app.status.savepoint_request.has_value());
}

TEST(decide_savepoint, the_nonce_of_a_first_apply_asks_for_nothing) {
  scene s;
  s.finalized();
  s.app.spec.savepoint_nonce = "1";
  s.decide();
  EXPECT_EQ(s.app.status.savepoint_nonce, "1");
}

TEST(decide_savepoint, one_for_a_job_that_was_replaced_is_begun_anew_with_its_successor) {
  auto s = ordered();
  s.app.status.job_status->job_id = "new";
  s.job("c0", "new", job_state::running).checkpoints("c0", "new", {}).decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  s.decide();
  EXPECT_EQ(request(s).job_id, "new");
}

TEST(decide_savepoint, does_not_hold_a_deploy_up) {
  auto s = ordered();
  s.hash = "bbbbbbbb";
  EXPECT_EQ(s.decide().phase(), phase::ClusterStarting);
}

TEST(decide_savepoint, one_of_a_job_that_has_ended_has_failed) {
  auto s = ordered();
  alive(s, job_state::finished).decide();
  EXPECT_EQ(s.app.status.last_savepoint->failure, "the job is FINISHED");
}

// -- schedule -----------------------------------------------------------------------------------------

TEST(decide_savepoint, the_schedule_asks_one_interval_after_its_last_success) {
  auto s = scheduled({"file:/sp-1"});
  s.decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  alive(s.later(59s)).decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  EXPECT_LE(s.last.look_again, 1s) << "on time";
  alive(s.later(1s)).decide();
  EXPECT_EQ(request(s).reason, "Schedule");
}

TEST(decide_savepoint, the_schedule_asks_one_interval_after_its_last_attempt) {
  auto s = scheduled({"file:/sp-1"});
  s.later(10min);
  s.app.status.last_savepoint = savepoint_result{.reason = "Schedule", .finished_at = ago(s, 30s), .failure = "no"};
  alive(s).decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  alive(s.later(30s)).decide();
  EXPECT_TRUE(s.app.status.savepoint_request.has_value());
}

TEST(decide_savepoint, the_first_of_a_schedule_comes_one_interval_after_the_jobs_start) {
  auto s = scheduled({});
  s.app.status.job_status->start_time = ago(s, 30s);
  s.decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  s.app.status.job_status->start_time = ago(s, 61s);
  s.decide();
  EXPECT_TRUE(s.app.status.savepoint_request.has_value());
}

TEST(decide_savepoint, a_schedule_asks_nothing_between_two_savepoints) {
  auto s = scheduled({"file:/sp-1"});
  s.decide();
  auto before = s.app.status;
  s.later(5s).decide();
  EXPECT_EQ(s.app.status, before);
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_savepoint, a_spec_that_is_refused_asks_for_nothing) {
  auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"});
  s.app.spec.savepoint_schedule->interval_seconds = 0;
  s.complaints = {{"spec.savepointSchedule.intervalSeconds", "is missing"}};
  s.decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_savepoint, older_ones_than_the_schedule_keeps_are_disposed_of_and_forgotten) {
  auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"}).decide();
  action order = dispose_savepoint{"c0", "file:/sp-1"};
  EXPECT_TRUE(s.does(order));
  s.done(order).told("c0").disposal_ids["file:/sp-1"] = "d1";
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("ask disposal d1 of c0"));
  s.told("c0").disposals["d1"] = {rest::disposal{.in_progress = true}, s.now.steady};
  EXPECT_EQ(s.decide().app.status.savepoints.size(), 3u);
  s.told("c0").disposals["d1"] = {rest::disposal{.in_progress = false}, s.now.steady};
  EXPECT_EQ(s.decide().app.status.savepoints.size(), 2u);
  EXPECT_EQ(s.app.status.savepoints.front().path, "file:/sp-2");
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_savepoint, one_that_is_gone_already_is_forgotten_silently_and_others_with_a_warning) {
  for (auto* why : {"FileNotFoundException: Cannot find it", "AccessDeniedException: no"}) {
    auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"}).decide();
    s.done(dispose_savepoint{"c0", "file:/sp-1"}).told("c0").disposal_ids["file:/sp-1"] = "d1";
    s.told("c0").disposals["d1"] = {rest::disposal{.in_progress = false, .failure = why}, s.now.steady};
    EXPECT_EQ(s.decide().app.status.savepoints.size(), 2u);
    EXPECT_EQ(s.events(), std::string_view{why}.starts_with("File") ? "" : "SavepointNotDisposed ");
  }
}

TEST(decide_savepoint, a_disposal_that_another_life_was_asked_for_is_asked_for_again) {
  auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"}).decide();
  action order = dispose_savepoint{"c0", "file:/sp-1"};
  s.done(order).pods("c0", 1).later(3s);
  alive(s).decide();
  EXPECT_TRUE(s.does(order));
}

TEST(decide_savepoint, a_disposal_that_is_forgotten_is_asked_for_again) {
  auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"}).decide();
  action order = dispose_savepoint{"c0", "file:/sp-1"};
  s.done(order).told("c0").disposal_ids["file:/sp-1"] = "d1";
  s.later(3s).told("c0").disposals["d1"] = {std::nullopt, s.now.steady};
  alive(s).decide();
  EXPECT_TRUE(s.does(order));
}

TEST(decide_savepoint, a_disposal_that_is_refused_is_given_up_and_one_whose_answer_was_lost_repeated) {
  auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"}).decide();
  action order = dispose_savepoint{"c0", "file:/sp-1"};
  auto refused = s;
  refused.failed(order, failure_class::rejected).decide();
  EXPECT_EQ(refused.app.status.savepoints.size(), 2u);
  s.failed(order, failure_class::unknown).later(3s);
  EXPECT_TRUE(alive(s).decide().does(order));
}

TEST(decide_savepoint, what_a_job_could_be_started_from_is_never_disposed_of) {
  using change = void (*)(scene&);
  for (change needed : {change{[](scene& s) { s.app.status.job_status->restore_path = "file:/sp-1"; }},
                        change{[](scene& s) { s.app.status.job_status->last_checkpoint = "file:/sp-1"; }},
                        change{[](scene& s) { s.app.status.savepoint_path = "file:/sp-1"; }},
                        change{[](scene& s) { s.app.spec.savepoint_path = "file:/sp-1"; }},
                        change{[](scene& s) { s.app.spec.restore_from = restore_from{"file:/sp-1", "1"}; }}}) {
    auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"});
    needed(s);
    EXPECT_THAT(s.decide().acts(), Not(Contains(StartsWith("dispose"))));
  }
}

TEST(decide_savepoint, savepoints_that_the_schedule_has_not_taken_are_not_disposed_of) {
  auto s = scheduled({"file:/sp-2", "file:/sp-3"});
  s.app.status.savepoints.insert(s.app.status.savepoints.begin(), {"file:/sp-1", ago(s, 1h), "Nonce"});
  EXPECT_THAT(s.decide().acts(), IsEmpty());
}

TEST(decide_savepoint, the_history_forgets_the_oldest_that_are_not_the_schedules) {
  auto s = scheduled({"file:/sp-2", "file:/sp-3"});
  for (int i = 0; i < 10; ++i)
    s.app.status.savepoints.push_back({"file:/u-" + std::to_string(i), ago(s, 1h), "Update"});
  s.app.spec.savepoint_nonce = "1";
  s.decide().done(order(s));
  completes(s, "file:/sp-9");
  EXPECT_EQ(s.app.status.savepoints.size(), 12u);
  EXPECT_EQ(s.app.status.savepoints[2].path, "file:/u-1");
}

} // namespace
} // namespace flink
