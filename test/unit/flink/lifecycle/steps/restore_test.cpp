// spec.restoreFrom: the job is started again from a state that the user has chosen.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::HasSubstr;

/// The user names a path; the hash changes with the nonce.
scene chosen(scene s = scene::running(), const std::string& nonce = "1") {
  s.app.spec.restore_from = restore_from{"file:/chosen", nonce};
  s.hash = spec_digest{"hash-of-" + nonce};
  return s.decide();
}

/// ... and the old job has left its savepoint.
scene submitting() {
  auto s = chosen();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  s.done(s.stop()).savepoint("c0", s.target().trigger_id.value(), {.in_progress = false, .location = "file:/sp"});
  s.job("c0", "old", job_state::finished).decide();
  return s.done(switch_service{id}).jobs(id).no_job(id, *s.target().job_id).decide();
}

/// The JobManager refuses the submit for its path.
scene& path_is_missing(scene& s) {
  s.failed(s.submit(), failure_class::rejected, "FileNotFoundException: Cannot find checkpoint or savepoint");
  return s.later(1s).no_job(s.target().cluster_id, *s.target().job_id);
}

TEST(decide_restore, the_old_job_is_saved_and_the_new_one_starts_from_the_chosen_path) {
  auto s = submitting();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().start_from, "file:/chosen");
  EXPECT_EQ(s.target().restore_path, "file:/sp");
  EXPECT_EQ(s.app.status.savepoints.back().path, "file:/sp") << "the way back";
  EXPECT_TRUE(s.does(submit_job{s.target().cluster_id, *s.target().job_id, *s.target().job, "file:/chosen"}));
}

TEST(decide_restore, happens_once_per_nonce) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.done(s.submit()).job(id, job, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.restore_nonce, "1");
  EXPECT_EQ(s.app.status.job_status->restore_path, "file:/chosen");
  EXPECT_EQ(s.app.status.job_status->last_checkpoint, "file:/chosen");
  s.hash = "another";
  s.decide();
  ASSERT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_FALSE(s.target().start_from.has_value()) << "a later edit takes over the running job's state";
}

TEST(decide_restore, a_rollback_gives_the_old_version_its_own_state) {
  auto s = submitting();
  path_is_missing(s).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
  s.decide().jobs("c0").no_job("c0", *s.target().rollback->job_id).decide();
  EXPECT_TRUE(s.does(submit_job{"c0", *s.target().rollback->job_id,
                                job_parameters{.jar_name = "job.jar", .parallelism = 2}, "file:/sp"}));
}

TEST(decide_restore, a_chosen_path_that_does_not_exist_is_not_replaced_by_no_state) {
  auto s = submitting();
  s.app.spec.fallback_without_state = true;
  path_is_missing(s).decide();
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

TEST(decide_restore, wins_over_savepointPath_on_a_first_deploy) {
  scene s;
  s.finalized();
  s.app.spec.savepoint_path = "file:/first";
  s = chosen(s);
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).decide().done(switch_service{id}).jobs(id).no_job(id, *s.target().job_id).decide();
  EXPECT_TRUE(s.does(submit_job{id, *s.target().job_id, *s.target().job, "file:/chosen"}));
}

TEST(decide_restore, does_not_need_the_state_of_an_old_job_that_is_lost) {
  auto s = chosen();
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).decide();
  ASSERT_EQ(s.phase(), phase::Savepointing);
  s.no_cluster("c0").decide().decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().restore_path, "file:/chosen") << "a rollback has nothing better";
}

TEST(decide_restore, is_not_needed_again_after_its_job_was_suspended) {
  auto s = submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.done(s.submit()).job(id, job, job_state::running);
  s.app.spec.suspend = true;
  s.decide().decide();
  auto& e = *s.app.status.suspension;
  s.done(stop_job{id, job, *e.trigger_id})
      .savepoint(id, *e.trigger_id, {.in_progress = false, .location = "file:/newer"})
      .job(id, job, job_state::finished)
      .decide()
      .decide();
  EXPECT_EQ(s.app.status.savepoint_path, "file:/newer");
  EXPECT_EQ(s.app.status.restore_nonce, "1");
}

} // namespace
} // namespace flink
