// The remedy in the message of a failed deploy causes a new deploy, although the spec hash does not contain it.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

/// The old job has ended, and nobody knows of any state.
scene without_state() {
  auto s = scene::savepointing();
  s.app.status.phase = phase::Recovering;
  s.job("c0", "old", job_state::canceled).checkpoints("c0", "old", {}).decide();
  return s;
}

/// The user edits something that does not count in the spec hash.
template <class F>
scene& edit(scene& s, F change) {
  change(s.app.spec);
  ++s.app.metadata.generation;
  return s.decide();
}

TEST(decide_remedy, a_message_that_advises_a_start_without_state_leads_to_one) {
  auto s = without_state();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  ASSERT_THAT(*s.app.status.reason, HasSubstr("spec.fallbackWithoutState"));
  EXPECT_TRUE(s.comes_to_rest());
  EXPECT_EQ(s.phase(), phase::DeployFailed) << "nothing has changed";
  edit(s, [](spec& x) { x.fallback_without_state = true; });
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).jobs("c0").decide();
  ASSERT_EQ(s.phase(), phase::Savepointing);
  s.done(s.stop()).savepoint("c0", *s.target().trigger_id, {.in_progress = false, .failure = "the job is canceled"});
  for (int passes = 0; passes < 4 && s.phase() != phase::SubmittingJob; ++passes)
    s.later(1s).job("c0", "old", job_state::canceled).jobs("c0").checkpoints("c0", "old", {}).decide();
  ASSERT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, std::nullopt);
}

TEST(decide_remedy, a_lost_job_without_state_starts_again_by_the_two_edits_that_its_condition_names) {
  auto s = scene::running();
  s.no_job("c0", "old").decide();
  ASSERT_THAT(s.condition("Degraded"),
              AllOf(StartsWith("True JobLost"), HasSubstr("fallbackWithoutState and change spec.restartNonce")));
  edit(s, [](spec& x) { x.fallback_without_state = true; });
  EXPECT_EQ(s.phase(), phase::Running) << "one of the two is not enough";
  s.hash = "bbbbbbbb"; // contains restartNonce
  edit(s, [](spec& x) { x.restart_nonce = "again"; });
  ASSERT_EQ(s.phase(), phase::ClusterStarting);
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).jobs("c0").no_job("c0", "old").decide();
  ASSERT_EQ(s.phase(), phase::Savepointing);
  s.failed(s.stop(), failure_class::gone, "Job old not found");
  for (int passes = 0; passes < 6 && s.phase() != phase::SubmittingJob; ++passes)
    s.later(1s).no_job("c0", "old").jobs("c0").no_checkpoints("c0", "old").decide();
  ASSERT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, std::nullopt);
}

struct remedy {
  const char* name;
  void (*apply)(spec&);
  bool deploys;
  friend void PrintTo(const remedy& x, std::ostream* out) { *out << x.name; }
};

const remedy remedies[] = {
    {"fallbackWithoutState", [](spec& x) { x.fallback_without_state = true; }, true},
    {"allowNonRestoredState", [](spec& x) { x.allow_non_restored_state = true; }, true},
    {"savepointDisabled", [](spec& x) { x.savepoint_disabled = true; }, true},
    {"maxCheckpointRestoreAgeSeconds", [](spec& x) { x.max_checkpoint_restore_age_seconds = 7200; }, true},
    {"savepointPath", [](spec& x) { x.savepoint_path = "s3://a"; }, true},
    {"savepointInfo", [](spec& x) { x.savepoint_info.emplace().savepoint_location = "s3://a"; }, true},
    {"restoreFrom.path", [](spec& x) { x.restore_from = restore_from{"s3://a", "1"}; }, true},
    {"timeouts.clusterStartSeconds", [](spec& x) { x.timeouts.emplace().cluster_start_seconds = 1200; }, true},
    {"timeouts.submitSeconds", [](spec& x) { x.timeouts.emplace().submit_seconds = 1200; }, true},
    {"timeouts.savepointSeconds", [](spec& x) { x.timeouts.emplace().savepoint_seconds = 1200; }, true},
    {"timeouts.jobStartSeconds", [](spec& x) { x.timeouts.emplace().job_start_seconds = 1200; }, true},
    {"acceptance.afterSeconds", [](spec& x) { x.acceptance.emplace().after_seconds = 60; }, true},
    {"acceptance.maxRestarts", [](spec& x) { x.acceptance.emplace().max_restarts = 10; }, true},
    {"acceptance.compileFirst", [](spec& x) { x.acceptance.emplace().compile_first = false; }, true},
    {"acceptance.requireCheckpoint", [](spec& x) { x.acceptance.emplace().require_checkpoint = true; }, true},
    {"a default that is spelled out", [](spec& x) { x.timeouts.emplace().submit_seconds = 300; }, false},
    {"the time of a deletion", [](spec& x) { x.timeouts.emplace().delete_seconds = 7; }, false},
    {"forceRollback taken back", [](spec& x) { x.force_rollback.reset(); }, false},
    {"a policy", [](spec& x) { x.delete_mode = delete_mode::None; }, false},
};

scene rolled_back() {
  auto s = scene::updating();
  s.app.spec.force_rollback = true;
  return s.decide();
}

class decide_remedy : public testing::TestWithParam<remedy> {};

TEST_P(decide_remedy, deploys_the_failed_version_again) {
  auto s = rolled_back();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  edit(s, GetParam().apply);
  EXPECT_EQ(s.phase(), GetParam().deploys ? phase::ClusterStarting : phase::DeployFailed);
}

INSTANTIATE_TEST_SUITE_P(remedies, decide_remedy, testing::ValuesIn(remedies));

TEST(decide_remedy, one_that_came_too_late_for_the_deploy_counts_after_it) {
  auto s = scene::updating();
  s.app.spec.allow_non_restored_state = true; // the deploy has begun without
  s.app.spec.force_rollback = true;
  s.decide();
  ASSERT_EQ(s.phase(), phase::DeployFailed);
  s.app.spec.force_rollback.reset();
  EXPECT_EQ(s.decide().phase(), phase::ClusterStarting);
  EXPECT_TRUE(s.target().job->allow_non_restored_state);
}

TEST(decide_remedy, a_deploy_that_an_earlier_release_gave_up_stays_so_until_the_spec_changes) {
  auto s = rolled_back();
  s.app.status.failed->remedy_hash.reset();
  edit(s, [](spec& x) { x.fallback_without_state = true; });
  EXPECT_EQ(s.phase(), phase::DeployFailed);
}

} // namespace
} // namespace flink
