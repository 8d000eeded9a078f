// scaleMode InPlace: TaskManagers are added where the job runs, and it is started again there.
#include "test/unit/flink/lifecycle/inplace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace inplace;
using rest::job_state;
using testing::Contains;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(decide_inplace, what_there_was_is_written_down_before_task_managers_are_added) {
  auto s = asked_for(4);
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_EQ(s.target().cluster_id, "c0");
  EXPECT_EQ(s.target().old_replicas, (replica_counts{1, 1}));
  EXPECT_THAT(s.acts(), IsEmpty());
  s.decide();
  EXPECT_THAT(s.acts(), Contains("scale app-c0-tm to 2"));
  EXPECT_THAT(s.acts(), Not(Contains(StartsWith("create"))));
}

TEST(decide_inplace, the_job_is_stopped_once_the_slots_are_there) {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 2).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  s.slots("c0", 4).done(s.compile()).decide();
  EXPECT_EQ(s.phase(), phase::Savepointing);
  EXPECT_TRUE(s.does(s.stop()));
}

TEST(decide_inplace, it_is_started_again_there_with_the_new_parallelism) {
  auto s = submitting();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  s.decide();
  EXPECT_TRUE(s.does(s.submit()));
  EXPECT_EQ(s.target().job->parallelism, 4);
  auto job = *s.target().job_id;
  s.done(s.submit()).job("c0", job, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->id, "c0");
  EXPECT_EQ(s.app.status.cluster->spec_hash, s.hash);
  EXPECT_EQ(s.app.status.job_status->parallelism, 4);
  EXPECT_EQ(s.app.status.job_status->restore_path, "file:/sp");
  s.checkpoints("c0", job, {}).decide();
  EXPECT_THAT(s.acts(), IsEmpty());
}

TEST(decide_inplace, the_job_is_compiled_first_on_the_cluster_that_serves) {
  auto s = asked_for(4);
  with_task_managers(s, 2).slots("c0", 4).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
  EXPECT_TRUE(s.does(s.compile()));
  EXPECT_EQ(s.last.waiting.reason, "CompilingJob");
}

TEST(decide_inplace, with_savepoints_disabled_the_old_job_is_cancelled) {
  auto s = asked_for(4);
  s.app.spec.savepoint_disabled = true;
  with_task_managers(s, 2).slots("c0", 4).done(s.compile()).decide();
  EXPECT_EQ(s.phase(), phase::Cancelling);
  s.job("c0", "old", job_state::canceled).jobs("c0").decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_EQ(s.target().cluster_id, "c0");
}

TEST(decide_inplace, after_a_deploy_that_failed_too) {
  auto s = running();
  s.app.status.phase = phase::DeployFailed;
  s.app.status.failed = failed_cluster{
      .id = "c7", .spec_hash = "77777777", .failed_at = *k8s::timestamp::parse("2026-01-01T00:00:00Z")};
  wish_parallelism(s, 4).decide();
  EXPECT_EQ(s.phase(), phase::Rescaling);
}

struct other_wish {
  const char* name;
  void (*wish)(scene&);
  friend void PrintTo(const other_wish& x, std::ostream* out) { *out << x.name; }
};

const other_wish other_wishes[] = {
    {"less", [](scene& s) { s.app.spec.parallelism = 1; }},
    {"more, and another image",
     [](scene& s) {
       s.app.spec.parallelism = 4;
       s.app.spec.image = "image:2";
     }},
    {"more, by a new cluster",
     [](scene& s) {
       s.app.spec.parallelism = 4;
       s.app.spec.scale_mode = scale_mode::NewCluster;
     }},
    {"more, and no job runs",
     [](scene& s) {
       s.app.spec.parallelism = 4;
       s.app.status.job_status->job_id.reset();
     }},
    {"more, and the Deployment was deleted by hand",
     [](scene& s) {
       s.app.spec.parallelism = 4;
       s.seen.objects.deployments.erase("app-c0-tm");
     }},
};

class another_way : public testing::TestWithParam<other_wish> {};

TEST_P(another_way, is_by_a_new_cluster) {
  auto s = running();
  GetParam().wish(s);
  s.hash = spec_hash(s.app);
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_NE(s.target().cluster_id, "c0");
}

INSTANTIATE_TEST_SUITE_P(decide_inplace, another_way, testing::ValuesIn(other_wishes));

} // namespace
} // namespace flink
