// SubmittingJob: the job of the version under way is started, once.
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;
using testing::Contains;

TEST(decide_submit, becomes_the_serving_version_and_removes_the_old_one) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job_id = *s.target().job_id;
  s.decide();
  EXPECT_TRUE(s.does(s.submit()));
  s.done(s.submit()).job(id, job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->id, id);
  EXPECT_EQ(s.app.status.job_status->restore_path, "file:/sp");
  EXPECT_EQ(s.app.status.history.back().result, deploy_result::Deployed);
  s.checkpoints(id, job_id, {}).decide();
  EXPECT_THAT(s.acts(), Contains("delete JobManager Deployment app-c0-jm (uid-app-c0-jm)"));
}

TEST(decide_submit, a_lost_answer_is_not_repeated_the_job_may_still_come) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  s.failed(s.submit(), failure_class::unknown).later(3s).no_job(id, *s.target().job_id).decide();
  EXPECT_FALSE(s.does(s.submit()));
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  s.job(id, *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
}

TEST(decide_submit, what_was_never_sent_is_sent_again_under_the_same_identity) {
  auto s = scene::submitting();
  s.failed(s.submit(), failure_class::not_sent).later(5s).no_job(s.target().cluster_id, *s.target().job_id).decide();
  EXPECT_TRUE(s.does(s.submit()));
}

TEST(decide_submit, is_not_repeated_while_its_main_runs) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  s.under_way(s.submit()).later(20min).done(switch_service{id}).no_job(id, *s.target().job_id).decide();
  EXPECT_THAT(s.acts(), testing::IsEmpty());
  EXPECT_EQ(s.last.waiting.reason, "SubmittingJob");
  s.job(id, *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running) << "main() may go on after execute()";
}

TEST(decide_submit, is_sent_to_another_life_of_the_job_manager_though_the_one_before_has_not_answered) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
  s.under_way(s.submit()).another_job_manager(id).decide();
  s.jobs(id).no_job(id, *s.target().job_id).decide();
  EXPECT_TRUE(s.does(s.submit()));
}

TEST(decide_submit, no_other_identity_is_submitted_while_the_call_may_have_reached_the_new_life_of_the_same_pod) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  s.under_way(s.submit()).pods(id, 1).decide();
  EXPECT_EQ(s.target().job_id, job);
  EXPECT_EQ(s.last.waiting.reason, "SubmittingJob");
  s.seen.under_way.clear();
  s.failed(s.submit(), failure_class::unknown, "no answer in time");
  s.pods(id, 1).decide();
  EXPECT_EQ(s.target().job_id, job) << "its main() may still be running";
  EXPECT_EQ(s.last.waiting.reason, "StartUncertain");
  EXPECT_THAT(s.acts(), Contains("scale app-" + id + "-jm to 0"));
  s.another_job_manager(id).decide();
  EXPECT_NE(s.target().job_id, job);
}

TEST(decide_submit, a_job_manager_that_was_stopped_for_certainty_is_started_again_in_time) {
  auto s = scene::submitting();
  auto& deployment = s.seen.objects.deployments["app-" + s.target().cluster_id + "-jm"];
  auto stopped = *deployment;
  stopped.replicas = 0;
  deployment = std::make_shared<k8s::deployment>(stopped);
  s.decide();
  EXPECT_EQ(s.last.waiting.reason, "JobManagerRestarting");
  EXPECT_THAT(s.acts(), testing::IsEmpty()) << "its pod is there still";
  auto t = s;
  EXPECT_EQ(t.later(481s).decide().phase(), phase::RollingBackJob);
  s.no_job_manager(s.target().cluster_id).decide();
  EXPECT_THAT(s.acts(), Contains("scale app-" + s.target().cluster_id + "-jm to 1"));
}

TEST(decide_submit, what_an_operator_before_may_have_submitted_to_the_same_pod_is_ruled_out_first) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto job = *s.target().job_id;
  auto unsent = s;
  EXPECT_NE(unsent.pods(id, 1).decide().target().job_id, job) << "we know that we have not sent it";
  s.another_operator();
  auto other_pod = s;
  EXPECT_NE(other_pod.another_job_manager(id).decide().target().job_id, job);
  auto late = s;
  EXPECT_NE(late.later(1h).pods(id, 1).decide().target().job_id, job);
  s.pods(id, 1).decide();
  EXPECT_EQ(s.target().job_id, job) << "its main() may run in this life, which the watch had not told";
  EXPECT_EQ(s.last.waiting.reason, "StartUncertain");
  EXPECT_THAT(s.acts(), Contains("scale app-" + id + "-jm to 0"));
}

TEST(decide_submit, a_main_that_runs_holds_up_neither_a_rollback_nor_a_deletion) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  s.under_way(s.submit()).no_job(id, *s.target().job_id);
  auto t = s;
  t.app.spec.force_rollback = true;
  EXPECT_EQ(t.decide().phase(), phase::RollingBackJob);
  EXPECT_THAT(t.decide().acts(), Contains(testing::StartsWith("delete JobManager Deployment app-" + id)));
  s.app.metadata.deletion_timestamp = "2026-01-01T00:00:00Z";
  s.seen.namespace_terminating = false;
  s.decide().decide().decide();
  EXPECT_EQ(s.phase(), phase::Deleting);
  EXPECT_THAT(s.acts(), Contains(testing::StartsWith("delete JobManager Deployment app-" + id)));
}

TEST(decide_submit, the_tasks_of_a_job_whose_main_took_long_have_as_much_time_as_others) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto deploying = [&](scene x, std::chrono::seconds later, std::chrono::milliseconds age) {
    auto& job = *x.target().job_id;
    x.later(later).done(x.submit()).done(switch_service{id}).job(id, job, job_state::running, 0);
    x.replies(id).all<ask_job>()[job].value->start_time = x.milliseconds_now() - age.count();
    return x.decide().phase();
  };
  EXPECT_EQ(deploying(s, 280s, 1s), phase::SubmittingJob);
  EXPECT_EQ(deploying(s, 458s, 179s), phase::SubmittingJob);
  EXPECT_EQ(deploying(s, 460s, 181s), phase::RollingBackJob);
  EXPECT_EQ(deploying(s, 481s, 1s), phase::RollingBackJob) << "not longer than main() and tasks may take together";
}

TEST(decide_submit, an_edit_meanwhile_is_deployed_afterwards) {
  auto s = scene::submitting();
  s.hash = "cccccccc";
  auto id = s.target().cluster_id;
  s.done(s.submit()).job(id, *s.target().job_id, job_state::running).decide();
  EXPECT_EQ(s.phase(), phase::Running);
  EXPECT_EQ(s.app.status.cluster->spec_hash, "bbbbbbbb");
  s.decide();
  EXPECT_EQ(s.phase(), phase::ClusterStarting);
  EXPECT_EQ(s.target().spec_hash, "cccccccc");
}

TEST(decide_submit, another_incarnation_of_the_job_manager_gets_another_identity) {
  auto s = scene::submitting();
  auto id = s.target().cluster_id;
  auto before = *s.target().job_id;
  s.done(s.submit()).pods(id, 1).decide();
  EXPECT_EQ(s.phase(), phase::SubmittingJob);
  EXPECT_NE(*s.target().job_id, before);
  EXPECT_EQ(s.target().job_manager->restarts, 1);
}

TEST(decide_submit, a_strange_job_on_the_cluster_is_a_reason_to_stop) {
  auto s = scene::submitting();
  s.jobs(s.target().cluster_id, {{"someone", job_state::running}}).decide();
  EXPECT_FALSE(s.does(s.submit()));
  EXPECT_EQ(s.phase(), phase::RollingBackJob);
}

} // namespace
} // namespace flink
