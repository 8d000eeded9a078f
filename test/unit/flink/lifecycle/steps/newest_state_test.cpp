// The state from which a failed or lost job restarts: the newest one that was reported complete and still exists.
#include "test/unit/flink/lifecycle/recover.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace recover;
using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;
using testing::StartsWith;

rest::checkpoint taken(const scene& s, const char* path, std::chrono::seconds ago, bool is_savepoint = false) {
  return {path, s.milliseconds_now() - std::chrono::milliseconds{ago}.count(), is_savepoint, false};
}

/// The job has failed, its pause is over, and its JobManager reports these checkpoints.
scene told(rest::checkpoints (*all)(const scene&), job_state how = job_state::failed) {
  auto s = failed_job();
  s.later(10s).slots("c0", 2).job("c0", "old", how).exceptions("c0", "old", {}).checkpoints("c0", "old", all(s));
  return s.decide();
}

std::string restored(const scene& s) {
  return s.phase() == phase::SubmittingJob ? s.target().restore_path.value_or("nothing") : phase_text(s.phase());
}

TEST(newest_state, is_a_savepoint_or_a_checkpoint_whichever_is_newer) {
  EXPECT_EQ(restored(told([](const scene& s) {
              return rest::checkpoints{.latest_completed = taken(s, "file:/chk-9", 5s),
                                       .latest_savepoint = taken(s, "file:/sp", 9s, true)};
            })),
            "file:/chk-9");
  EXPECT_EQ(restored(told([](const scene& s) {
              return rest::checkpoints{.latest_completed = taken(s, "file:/chk-9", 9s),
                                       .latest_savepoint = taken(s, "file:/sp", 5s, true)};
            })),
            "file:/sp");
}

TEST(newest_state, is_not_a_checkpoint_that_was_discarded_or_has_no_path) {
  EXPECT_EQ(restored(told([](const scene& s) {
              auto gone = taken(s, "file:/chk-9", 1s);
              gone.discarded = true;
              return rest::checkpoints{.latest_completed = gone, .latest_savepoint = taken(s, "file:/sp", 5s, true)};
            })),
            "file:/sp");
  EXPECT_EQ(restored(told([](const scene& s) {
              return rest::checkpoints{.latest_completed = taken(s, "", 1s),
                                       .latest_savepoint = taken(s, "file:/sp", 5s, true)};
            })),
            "file:/sp");
}

/// A job is lost with its JobManager; what its status knows is all that is known.
scene lost(void (*know)(scene&)) {
  auto s = scene::running();
  know(s);
  s.pods("c0", 1).no_job("c0", "old").decide();
  s.later(10s).slots("c0", 2).no_job("c0", "old");
  s.no_checkpoints("c0", "old");
  return s.decide();
}

TEST(newest_state, is_what_the_status_knows_of_a_job_that_was_lost_with_its_job_manager) {
  EXPECT_EQ(restored(lost([](scene& s) {
              s.app.status.job_status->last_checkpoint = "file:/chk-3";
              s.app.status.job_status->last_checkpoint_time = k8s::timestamp::parse("2027-01-15T07:59:00Z");
              s.app.status.savepoints.push_back(
                  {"file:/sp", k8s::timestamp::parse("2027-01-15T07:59:30Z"), savepoint_reason::Nonce});
            })),
            "file:/chk-3")
      << "no savepoint from before is newer, whatever the clocks say";
  EXPECT_EQ(restored(lost([](scene& s) {
              s.app.status.savepoints.push_back(
                  {"file:/sp", k8s::timestamp::parse("2027-01-15T07:59:30Z"), savepoint_reason::Nonce});
            })),
            "file:/sp");
  EXPECT_EQ(restored(lost([](scene& s) {
              s.app.status.job_status->last_checkpoint = "file:/chk-3"; // of an unknown time
              s.app.status.savepoints.push_back(
                  {"file:/sp", k8s::timestamp::parse("2027-01-15T07:59:30Z"), savepoint_reason::Nonce});
            })),
            "file:/sp");
  auto nothing
      = lost([](scene& s) { s.app.status.savepoints.push_back({"file:/sp", std::nullopt, savepoint_reason::Nonce}); });
  EXPECT_EQ(nothing.phase(), phase::Failed);
  EXPECT_THAT(*nothing.app.status.reason, StartsWith("NoStateToRestore"));
}

/// An update of a job that keeps restarting, so that it would have to be cancelled; with this retention.
flink::phase update_with(const std::string& key, config_value retention) {
  auto s = scene::savepointing();
  s.app.spec.flink_config[key] = std::move(retention);
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "no"});
  s.later(1s).job("c0", "old", job_state::restarting, 0);
  return s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-7")).decide().phase();
}

TEST(newest_state, is_not_a_checkpoint_that_goes_with_its_job) {
  std::string key = "execution.checkpointing.externalized-checkpoint-retention";
  EXPECT_EQ(update_with(key, std::string{"RETAIN_ON_CANCELLATION"}), phase::Recovering);
  EXPECT_EQ(update_with(key, std::string{"DELETE_ON_CANCELLATION"}), phase::DeployFailed);
  EXPECT_EQ(update_with(key, std::string{"NO_EXTERNALIZED_CHECKPOINTS"}), phase::DeployFailed);
  EXPECT_EQ(update_with(key, true), phase::Recovering) << "nonsense, which Flink passes over or refuses by itself";
  EXPECT_EQ(
      update_with("execution.checkpointing.externalized-checkpoint.retention", std::string{"DELETE_ON_CANCELLATION"}),
      phase::Recovering)
      << "no version of Flink has this option";
}

TEST(newest_state, of_a_job_that_failed_is_kept_by_a_retention_that_deletes_it_with_a_cancelled_one) {
  auto s = failed_job();
  s.app.spec.flink_config["execution.checkpointing.externalized-checkpoint-retention"]
      = std::string{"DELETE_ON_CANCELLATION"};
  s.later(10s).slots("c0", 2).job("c0", "old", job_state::failed).exceptions("c0", "old", {});
  s.checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  EXPECT_EQ(restored(s), "file:/chk-3");
}

// -- faults that the simulation has met ---------------------------------------------------------------------------

TEST(newest_state, what_the_job_manager_said_while_the_job_ran_is_not_its_newest_state) {
  auto s = scene::savepointing();
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "not running"});
  s.checkpoints("c0", "old", {}); // from before
  s.later(5s).job("c0", "old", job_state::finished).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_THAT(s.acts(), Contains("ask checkpoints of old of c0"));
  s.checkpoints("c0", "old", {.latest_savepoint = rest::checkpoint{"file:/sp-9", s.milliseconds_now(), true, false}})
      .decide();
  ASSERT_EQ(s.phase(), phase::Recovering);
  s.jobs("c0").decide();
  EXPECT_EQ(s.target().restore_path, "file:/sp-9");
}

TEST(newest_state, a_checkpoint_of_the_job_is_newer_than_any_savepoint_from_before_whatever_the_clocks_say) {
  auto s = scene::running();
  auto& st = s.app.status;
  st.savepoints.push_back({"file:/sp-1", k8s::timestamp::parse("2099-01-01T00:00:00Z"), savepoint_reason::Update});
  st.job_status->last_checkpoint = "file:/chk-3";
  st.job_status->last_checkpoint_time = k8s::timestamp::parse(s.app.status.conditions.front().last_transition_time);
  s.app.spec.max_checkpoint_restore_age_seconds = 1'000'000;
  s.hash = "bbbbbbbb";
  s.decide();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  s.pods("c0", 1).decide(); // the JobManager restarts while the savepoint is taken
  s.jobs("c0").no_job("c0", "old").decide();
  s.no_checkpoints("c0", "old");
  s.decide().decide();
  EXPECT_EQ(s.target().restore_path, "file:/chk-3");
}

TEST(newest_state, the_newest_checkpoint_is_written_down_during_a_deploy_too) {
  auto s = scene::updating();
  s.job("c0", "old", job_state::running)
      .checkpoints(
          "c0", "old",
          {.completed = 5, .latest_completed = rest::checkpoint{"file:/chk-5", s.milliseconds_now(), false, false}})
      .decide();
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/chk-5");
}

TEST(newest_state, lost_state_is_not_needed_if_the_user_allows_it) {
  for (bool allowed : {false, true}) {
    auto s = scene::submitting();
    s.app.spec.fallback_without_state = allowed;
    auto before = *s.target().job_id;
    s.failed(s.submit(), failure_class::rejected, "Cannot find checkpoint or savepoint file/directory 'file:/sp'")
        .decide();
    EXPECT_EQ(s.phase(), allowed ? phase::SubmittingJob : phase::RollingBackJob);
    if (allowed) {
      EXPECT_FALSE(s.target().restore_path.has_value());
      EXPECT_NE(*s.target().job_id, before);
    }
  }
}

} // namespace
} // namespace flink
