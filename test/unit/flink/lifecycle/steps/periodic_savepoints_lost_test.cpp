// Savepoints beside a running job whose trigger, record or answer is lost, old or late.
#include "test/unit/flink/lifecycle/savepoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace savepoints;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::Not;
using testing::StartsWith;

/// The JobManager has no record of the trigger, and reports this newest savepoint of the job.
scene& forgotten(scene& s, std::optional<rest::checkpoint> newest) {
  s.replies("c0").all<ask_savepoint>()[request(s).trigger_id] = {std::nullopt, s.now.steady};
  return s.checkpoints("c0", "old", {.latest_savepoint = std::move(newest)});
}

TEST(decide_savepoint_lost, an_order_that_is_known_already_has_been_accepted) {
  auto s = asked();
  completes(s.failed(order(s), failure_class::duplicate), "file:/sp-1");
  EXPECT_EQ(s.app.status.last_savepoint->path, "file:/sp-1");
}

TEST(decide_savepoint_lost, is_looked_for_before_another_one_is_taken) {
  auto s = ordered();
  auto trigger = request(s).trigger_id;
  forgotten(s, std::nullopt).replies("c0").all<ask_checkpoints>().clear();
  s.decide();
  EXPECT_EQ(request(s).trigger_id, trigger);
  EXPECT_THAT(s.acts(), Contains("ask checkpoints of old of c0"));
}

TEST(decide_savepoint_lost, is_not_one_that_was_known_before) {
  auto s = ordered();
  auto trigger = request(s).trigger_id;
  s.app.status.savepoints.push_back({"file:/sp-0", s.app.status.last_updated_at.value(), savepoint_reason::Nonce});
  forgotten(s, rest::checkpoint{"file:/sp-0", s.milliseconds_now(), true}).decide();
  EXPECT_NE(request(s).trigger_id, trigger);
}

TEST(decide_savepoint_lost, is_not_one_from_before_it_was_asked_for) {
  auto s = ordered();
  auto trigger = request(s).trigger_id;
  forgotten(s, rest::checkpoint{"file:/sp-0", s.milliseconds_now() - 61'000, true}).decide();
  EXPECT_NE(request(s).trigger_id, trigger) << "not even by clocks that differ by a minute";
}

TEST(decide_savepoint_lost, one_that_is_complete_is_told_once_the_job_manager_lists_it) {
  auto s = ordered();
  auto trigger = request(s).trigger_id;
  s.savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp-1"})
      .done(ask_savepoint{"c0", "old", trigger});
  s.checkpoints("c0", "old", {}).decide();
  EXPECT_TRUE(s.app.status.savepoint_request) << "the list may come out of Flink's cache";
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/sp-1", s.milliseconds_now(), true}}).decide();
  EXPECT_EQ(s.app.status.last_savepoint->path, "file:/sp-1");
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/sp-1");
}

TEST(decide_savepoint_lost, one_that_is_complete_and_never_listed_is_told_after_a_while) {
  auto s = ordered();
  auto trigger = request(s).trigger_id;
  s.savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp-1"})
      .done(ask_savepoint{"c0", "old", trigger});
  s.later(5s).savepoint("c0", trigger, {.in_progress = false, .location = "file:/sp-1"});
  alive(s).decide();
  EXPECT_EQ(s.app.status.last_savepoint->path, "file:/sp-1");
  EXPECT_NE(s.app.status.job_status->last_checkpoint, "file:/sp-1") << "its time is not known";
}

TEST(decide_savepoint_lost, a_checkpoint_that_is_newer_stays_the_newest_state) {
  auto s = ordered();
  s.app.status.job_status->last_checkpoint = "file:/chk-9";
  s.app.status.job_status->last_checkpoint_time = k8s::timestamp::parse("2027-01-15T08:00:01Z"); // a second from now
  completes(s, "file:/sp-1");
  EXPECT_EQ(s.app.status.last_savepoint->path, "file:/sp-1");
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/chk-9");
}

TEST(decide_savepoint_lost, one_of_another_cluster_is_begun_anew) {
  auto s = ordered();
  s.app.status.savepoint_request->cluster_id = "c9";
  s.decide();
  EXPECT_FALSE(s.app.status.savepoint_request);
  EXPECT_EQ(request(s.decide()).cluster_id, "c0");
}

TEST(decide_savepoint_lost, one_that_a_schedule_asks_for_waits_in_silence_for_the_tasks) {
  auto s = scene::running();
  s.app.spec.savepoint_schedule = savepoint_schedule{.interval_seconds = 60};
  s.app.status.job_status->start_time = k8s::timestamp::parse("2027-01-15T07:00:00Z");
  alive(s, job_state::running, 2).decide();
  EXPECT_FALSE(s.app.status.savepoint_request);
  EXPECT_NE(s.last.waiting.reason, "SavepointWaiting");
  alive(s).decide();
  EXPECT_TRUE(s.app.status.savepoint_request);
}

TEST(decide_savepoint_lost, what_a_deploy_under_way_starts_from_is_not_disposed_of) {
  for (bool restores : {true, false}) {
    auto s = scene::running();
    s.app.spec.savepoint_schedule = savepoint_schedule{.interval_seconds = 3600, .keep = 1};
    for (auto* path : {"file:/sp-1", "file:/sp-2"})
      s.app.status.savepoints.push_back({path, s.app.status.last_updated_at.value(), savepoint_reason::Schedule});
    auto t = s;
    EXPECT_THAT(t.decide().acts(), Contains("dispose savepoint file:/sp-1 on c0"));
    auto& target = s.app.status.target.emplace();
    target = deploy_target{.cluster_id = "c9", .spec_hash = "bbbbbbbb", .attempt = 1};
    (restores ? target.restore_path : target.start_from) = "file:/sp-1";
    EXPECT_THAT(s.decide().acts(), Not(Contains(StartsWith("dispose"))));
  }
}

} // namespace
} // namespace flink
