// A truncated status, or one of an old operator: every phase fails the deploy, continues or starts again, and
// none touches a job for what it does not know.
#include "test/unit/flink/lifecycle/bluegreen.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>

namespace flink {
namespace {

using rest::job_state;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

scene rolling_back() {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::rejected, "no");
  return s.decide();
}

scene cancelling() {
  auto s = scene::updating();
  s.app.spec.savepoint_disabled = true;
  auto id = s.target().cluster_id;
  s.cluster(id).slots(id, 2).done(s.compile()).jobs("c0");
  return s.decide();
}

scene recovering() {
  auto s = scene::running();
  s.job("c0", "old", job_state::failed).exceptions("c0", "old", {});
  return s.decide();
}

struct cut {
  const char* name;
  scene (*begin)();
  flink::phase phase;
  void (*damage)(status&);
  friend void PrintTo(const cut& x, std::ostream* out) { *out << x.name; }
};

const cut cuts[] = {
    {"Savepointing without a target", scene::savepointing, phase::Savepointing, [](status& x) { x.target.reset(); }},
    {"Savepointing without a trigger", scene::savepointing, phase::Savepointing,
     [](status& x) { x.target->trigger_id.reset(); }},
    {"Cancelling without a target", cancelling, phase::Cancelling, [](status& x) { x.target.reset(); }},
    {"SubmittingJob without a target", scene::submitting, phase::SubmittingJob, [](status& x) { x.target.reset(); }},
    {"SubmittingJob without a job", scene::submitting, phase::SubmittingJob, [](status& x) { x.target->job.reset(); }},
    {"SubmittingJob without an identity", scene::submitting, phase::SubmittingJob,
     [](status& x) { x.target->job_id.reset(); }},
    {"RollingBackJob without a target", rolling_back, phase::RollingBackJob, [](status& x) { x.target.reset(); }},
    {"RollingBackJob without its reason", rolling_back, phase::RollingBackJob,
     [](status& x) { x.target->rollback.reset(); }},
    {"RollingBackJob without a job", rolling_back, phase::RollingBackJob, [](status& x) { x.job_status.reset(); }},
    {"Recovering without a target", recovering, phase::Recovering, [](status& x) { x.target.reset(); }},
    {"Recovering without what ran", recovering, phase::Recovering, [](status& x) { x.target->job.reset(); }},
    {"Recovering without a cluster", recovering, phase::Recovering, [](status& x) { x.cluster.reset(); }},
    {"Recovering without a job", recovering, phase::Recovering, [](status& x) { x.job_status.reset(); }},
};

class cut_by_hand : public testing::TestWithParam<cut> {};

TEST_P(cut_by_hand, gives_the_deploy_up_and_touches_no_job) {
  auto s = GetParam().begin();
  ASSERT_EQ(s.phase(), GetParam().phase);
  GetParam().damage(s.app.status);
  s.decide();
  EXPECT_EQ(s.phase(), phase::DeployFailed);
  EXPECT_THAT(*s.app.status.reason, StartsWith("StatusIncomplete: "));
  for (auto verb : {"stop", "cancel", "submit"})
    EXPECT_THAT(s.acts(), Not(Contains(StartsWith(verb))));
}

INSTANTIATE_TEST_SUITE_P(statuses, cut_by_hand, testing::ValuesIn(cuts));

// -- a status without a cluster that its phase relies on -----------------------------------------------

const cut unnamed[] = {
    {"Savepointing without a cluster", scene::savepointing, phase::Savepointing, [](status& x) { x.cluster.reset(); }},
    {"Cancelling without a cluster", cancelling, phase::Cancelling, [](status& x) { x.cluster.reset(); }},
    {"RollingBackJob without a cluster", rolling_back, phase::RollingBackJob, [](status& x) { x.cluster.reset(); }},
    {"Running without a cluster", [] { return scene::running(); }, phase::Running,
     [](status& x) { x.cluster.reset(); }},
    {"DualRunning without the older version", bluegreen::both, phase::DualRunning,
     [](status& x) { x.cluster.reset(); }},
    {"DualRunning without the newer version", bluegreen::both, phase::DualRunning,
     [](status& x) { x.updating_cluster.reset(); }},
};

/// A version was deployed by this operator, not by the Go operator.
scene& deployed_by_us(scene& s) {
  s.app.status.history.push_back({.spec_hash = "aaaaaaaa", .cluster_id = "c0", .result = deploy_result::Deployed});
  return s;
}

class unnamed_by_hand : public testing::TestWithParam<cut> {};

TEST_P(unnamed_by_hand, keeps_every_object_and_changes_nothing) {
  auto s = GetParam().begin();
  ASSERT_EQ(s.phase(), GetParam().phase);
  GetParam().damage(s.app.status);
  deployed_by_us(s).decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_EQ(s.phase(), GetParam().phase);
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
}

INSTANTIATE_TEST_SUITE_P(statuses, unnamed_by_hand, testing::ValuesIn(unnamed));

TEST(decide_damage, a_suspension_does_not_touch_a_cluster_that_the_status_does_not_name) {
  auto s = scene::running();
  s.app.status.cluster.reset();
  s.app.spec.suspend = true;
  deployed_by_us(s).decide();
  EXPECT_THAT(s.acts(), IsEmpty());
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
}

TEST(decide_damage, without_the_unnamed_cluster_the_application_is_deployed_again) {
  auto s = scene::running();
  s.app.status.cluster.reset();
  deployed_by_us(s).decide();
  ASSERT_THAT(s.condition("Degraded"), StartsWith("True StatusLost"));
  s.no_cluster("c0").decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
}

TEST(decide_damage, a_cluster_that_serves_without_a_record_of_its_job_gets_one_for_the_next) {
  auto s = scene::running();
  s.app.status.job_status.reset();
  s.decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_TRUE(s.app.status.job_status);
  EXPECT_THAT(s.condition("Ready"), StartsWith("False NoJob"));
}

TEST(decide_damage, a_pause_without_its_beginning_is_over) {
  auto s = recovering();
  s.app.status.job_failures->last_failed_at.reset();
  s.slots("c0", 2).checkpoints("c0", "old", with_checkpoint(s, "file:/chk-3")).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
}

TEST(decide_damage, many_complaints_are_counted_rather_than_told) {
  auto s = scene::running();
  for (int i = 0; i < 7; ++i)
    s.errors.push_back({"spec.field" + std::to_string(i), "is odd"});
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), HasSubstr("spec.field4: is odd; and 2 more"));
  EXPECT_THAT(s.condition("Degraded"), Not(HasSubstr("spec.field5")));
}

TEST(decide_damage, an_invalid_spec_is_told_beside_the_trouble_that_there_is) {
  auto s = scene::running();
  s.errors = {{"spec.image", "is missing"}};
  s.seen.objects.deployments.erase("app-c0-tm");
  s.decide();
  EXPECT_THAT(s.condition("Degraded"), StartsWith("True InvalidSpec: spec.image: is missing; also: "));
}

} // namespace
} // namespace flink
