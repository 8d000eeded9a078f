// Savepoints by a schedule, and the disposal of old ones.
#include "k8s/time.hpp"
#include "test/unit/flink/lifecycle/savepoints.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace savepoints;
using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

k8s::timestamp ago(const scene& s, std::chrono::seconds x) {
  return k8s::timestamp{s.now.wall - x};
}

/// A job whose schedule has completed these savepoints, a minute apart, the last one now.
scene scheduled(std::initializer_list<const char*> paths, int32_t keep = 2) {
  auto s = scene::running();
  s.app.spec.savepoint_schedule = savepoint_schedule{.interval_seconds = 60, .keep = keep};
  auto age = std::chrono::minutes{paths.size()};
  for (auto* path : paths)
    s.app.status.savepoints.push_back({path, ago(s, --age), savepoint_reason::Schedule});
  return s;
}

TEST(decide_savepoint, the_schedule_asks_one_interval_after_its_last_success) {
  auto s = scheduled({"file:/sp-1"});
  s.decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  alive(s.later(59s)).decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  EXPECT_LE(s.last.requeue_after, 1s) << "on time";
  alive(s.later(1s)).decide();
  EXPECT_EQ(request(s).reason, savepoint_reason::Schedule);
}

TEST(decide_savepoint, the_schedule_asks_one_interval_after_its_last_attempt) {
  auto s = scheduled({"file:/sp-1"});
  s.later(10min);
  s.app.status.last_savepoint
      = savepoint_result{.reason = savepoint_reason::Schedule, .finished_at = ago(s, 30s), .failure = "no"};
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
  s.errors = {{"spec.savepointSchedule.intervalSeconds", "is missing"}};
  s.decide();
  EXPECT_FALSE(s.app.status.savepoint_request.has_value());
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_savepoint, older_ones_than_the_schedule_keeps_are_disposed_of_and_forgotten) {
  auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"}).decide();
  action order = dispose_savepoint{"c0", "file:/sp-1"};
  EXPECT_TRUE(s.does(order));
  s.done(order).replies("c0").disposal_ids["file:/sp-1"] = "d1";
  s.decide();
  EXPECT_THAT(s.acts(), ElementsAre("ask disposal d1 of c0"));
  s.replies("c0").all<ask_disposal>()["d1"] = {rest::disposal{.in_progress = true}, s.now.steady};
  EXPECT_EQ(s.decide().app.status.savepoints.size(), 3u);
  s.replies("c0").all<ask_disposal>()["d1"] = {rest::disposal{.in_progress = false}, s.now.steady};
  EXPECT_EQ(s.decide().app.status.savepoints.size(), 2u);
  EXPECT_EQ(s.app.status.savepoints.front().path, "file:/sp-2");
  s.decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_savepoint, one_that_is_gone_already_is_forgotten_silently_and_others_with_a_warning) {
  for (auto* why : {"FileNotFoundException: Cannot find it", "AccessDeniedException: no"}) {
    auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"}).decide();
    s.done(dispose_savepoint{"c0", "file:/sp-1"}).replies("c0").disposal_ids["file:/sp-1"] = "d1";
    s.replies("c0").all<ask_disposal>()["d1"] = {rest::disposal{.in_progress = false, .failure = why}, s.now.steady};
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
  s.done(order).replies("c0").disposal_ids["file:/sp-1"] = "d1";
  s.later(3s).replies("c0").all<ask_disposal>()["d1"] = {std::nullopt, s.now.steady};
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
                        change{[](scene& s) { s.app.spec.savepoint_path = "file:/sp-1"; }}, change{[](scene& s) {
                          s.app.status.version_statuses.emplace_back().job_status.emplace().restore_path = "file:/sp-1";
                        }},
                        change{[](scene& s) { s.app.spec.restore_from = restore_from{"file:/sp-1", "1"}; }}}) {
    auto s = scheduled({"file:/sp-1", "file:/sp-2", "file:/sp-3"});
    needed(s);
    EXPECT_THAT(s.decide().acts(), Not(Contains(StartsWith("dispose"))));
  }
}

TEST(decide_savepoint, savepoints_that_the_schedule_has_not_taken_are_not_disposed_of) {
  auto s = scheduled({"file:/sp-2", "file:/sp-3"});
  s.app.status.savepoints.insert(s.app.status.savepoints.begin(), {"file:/sp-1", ago(s, 1h), savepoint_reason::Nonce});
  EXPECT_THAT(s.decide().acts(), IsEmpty());
}

TEST(decide_savepoint, the_history_forgets_the_oldest_that_are_not_the_schedules) {
  auto s = scheduled({"file:/sp-2", "file:/sp-3"});
  for (int i = 0; i < 10; ++i)
    s.app.status.savepoints.push_back({"file:/u-" + std::to_string(i), ago(s, 1h), savepoint_reason::Update});
  s.app.spec.savepoint_nonce = "1";
  s.decide().done(order(s));
  completes(s, "file:/sp-9");
  EXPECT_EQ(s.app.status.savepoints.size(), 12u);
  EXPECT_EQ(s.app.status.savepoints[2].path, "file:/u-1");
}

} // namespace
} // namespace flink
