// Savepoints beside a running job: asked for by a nonce, lost and found.
#include "test/unit/flink/lifecycle/savepoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace savepoints;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

TEST(decide_savepoint, the_trigger_is_in_the_status_that_is_written_before_the_order_goes_out) {
  auto s = asked();
  EXPECT_EQ(request(s).reason, savepoint_reason::Nonce);
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
  EXPECT_EQ(s.app.status.savepoints.back().reason, savepoint_reason::Nonce);
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
  s.replies("c0").all<ask_savepoint>()[trigger] = {std::nullopt, s.now.steady};
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
  s.replies("c0").all<ask_savepoint>()[trigger] = {std::nullopt, s.now.steady};
  s.checkpoints("c0", "old", {}).decide();
  EXPECT_NE(request(s).trigger_id, trigger);
}

TEST(decide_savepoint, a_savepoint_whose_trigger_is_forgotten_is_found) {
  auto s = ordered();
  s.replies("c0").all<ask_savepoint>()[request(s).trigger_id] = {std::nullopt, s.now.steady};
  auto now = s.milliseconds_now();
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

} // namespace
} // namespace flink
