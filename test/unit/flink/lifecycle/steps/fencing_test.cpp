// May this job still run? Every combination of what can be known, against tables that name each combination once.
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "test/unit/flink/lifecycle/scene.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace flink {
namespace {

using namespace std::chrono_literals;
using rest::job_state;

/// The values that one fact can have, one letter each.
using columns = std::vector<std::string>;

template <class Result>
struct row {
  /// One letter per column; '.' stands for any value.
  std::string when;
  Result result;
};

std::vector<std::string> combinations(const columns& all) {
  std::vector<std::string> out{""};
  for (auto& letters : all) {
    std::vector<std::string> longer;
    for (auto& x : out)
      for (char c : letters)
        longer.push_back(x + c);
    out = std::move(longer);
  }
  return out;
}

bool matches(const std::string& when, const std::string& x) {
  return std::equal(when.begin(), when.end(), x.begin(), x.end(), [](char a, char b) { return a == '.' || a == b; });
}

/// Holds the function against the table. Fails if a combination has no row, or more than one.
template <class Result, class Function>
void expect_table(const columns& all, const std::vector<row<Result>>& table, Function of) {
  for (auto& x : combinations(all)) {
    std::vector<row<Result>> found;
    std::ranges::copy_if(table, std::back_inserter(found), [&](auto& y) { return matches(y.when, x); });
    ASSERT_EQ(found.size(), 1U) << x;
    EXPECT_EQ(of(x), found.front().result) << x << " in row " << found.front().when;
  }
}

/// A pass over a scene.
class passing {
public:
  explicit passing(const scene& s)
      : in_{s.app, s.errors, s.hash, s.seen, s.settings, {"c", "j", "t"}, s.now}, pass_{in_} {}

  flink::pass& operator*() { return pass_; }
  flink::pass* operator->() { return &pass_; }

private:
  situation in_;
  flink::pass pass_;
};

void high_availability(scene& s) {
  s.app.spec.flink_config["high-availability.type"] = std::string{"kubernetes"};
}

/// The answer of a cluster's JobManager about a job: n: there is no JobManager pod; s: silent; r: it runs; t: it is
/// over; 4: unknown to it (404).
void answer(scene& s, const cluster_id& cluster, const job_id& job, char how) {
  if (how == 'n')
    s.no_job_manager(cluster);
  else if (how == 's')
    s.replies(cluster).all<ask_job>().erase(job);
  else if (how == '4')
    s.no_job(cluster, job);
  else
    s.job(cluster, job, how == 'r' ? job_state::running : job_state::canceled);
}

/// The JobManager's first answer came so long ago.
void answers_since(scene& s, const cluster_id& cluster, std::chrono::seconds ago) {
  if (look_at_cluster(s.seen, cluster).leader)
    s.replies(cluster).since = s.now.steady - ago;
}

/// A JobManager pod that is on its way out, or on a node that is cut off.
void other_pod(scene& s, const cluster_id& cluster) {
  auto name = "app-" + cluster + "-jobmanager-other";
  s.seen.objects.pods[name]
      = std::make_shared<k8s::pod>(k8s::pod{.head = s.head(name, cluster, "jobmanager"), .phase = "Running"});
}

// -- a job that was seen to run -------------------------------------------------------------------

/// The letters are those of the table below.
job_fate fate_of_old_job(const std::string& x) {
  auto s = scene::running();
  if (x[6] == 'h')
    high_availability(s);
  answer(s, "c0", "old", x[3]);
  answers_since(s, "c0", x[7] == 'p' ? 181s : 10s);
  if (x[4] == 'a')
    s.app.status.cluster->job_manager->pod_uid = "earlier";
  if (x[5] == 'o')
    other_pod(s, "c0");
  if (x[2] == 'c')
    s.app.metadata.annotations[std::string{confirm_gone_annotation}] = "c0";
  if (x[1] == 'g')
    s.no_cluster("c0");
  passing p{s};
  return fate_of_job(*p, p->cluster("c0"), x[0] == 'k' ? "old" : "");
}

TEST(fencing, of_a_job_is_a_truth_table) {
  using enum job_fate;
  // The job id is known or empty; the cluster is there or gone; a person has confirmed its end or not; the JobManager's
  // answer; its incarnation is the same as the job's or another; another JobManager pod may run or not; high
  // availability is on or off; the time for a recovery lasts or is past.
  columns all{"ke", "tg", "c-", "nsrt4", "sa", "o-", "h-", "lp"};
  expect_table<job_fate>(all,
                         {{"e.......", ended},
                          {"kg......", ended},
                          {"ktc.....", ended},
                          {"kt-n....", unknown},
                          {"kt-s....", unknown},
                          {"kt-r....", running},
                          {"kt-t....", ended},
                          {"kt-4s...", ended},
                          {"kt-4ao..", unknown},
                          {"kt-4a--.", ended},
                          {"kt-4a-hl", unknown},
                          {"kt-4a-hp", ended}},
                         fate_of_old_job);
}

TEST(fencing, does_not_believe_an_old_answer_unless_it_is_final) {
  auto s = scene::running();
  s.job("c0", "old", job_state::running).later(1s);
  auto fate = [&] {
    passing p{s};
    return fate_of_job(*p, p->cluster("c0"), "old", s.now.steady);
  };
  EXPECT_EQ(fate(), job_fate::unknown);
  s.job("c0", "old", job_state::finished).later(1s);
  EXPECT_EQ(fate(), job_fate::ended);
}

TEST(fencing, takes_the_word_of_a_person_for_one_cluster_only) {
  auto s = scene::running();
  s.app.metadata.annotations[std::string{confirm_gone_annotation}] = "c1";
  passing p{s};
  EXPECT_EQ(fate_of_job(*p, p->cluster("c0"), "old"), job_fate::running);
}

TEST(fencing, does_not_count_a_pod_that_has_ended_as_another_job_manager) {
  auto s = scene::running();
  s.no_job("c0", "old").app.status.cluster->job_manager->pod_uid = "earlier";
  other_pod(s, "c0");
  auto ended = *s.seen.objects.pods.at("app-c0-jobmanager-other");
  ended.phase = "Failed";
  s.seen.objects.pods["app-c0-jobmanager-other"] = std::make_shared<k8s::pod>(ended);
  passing p{s};
  EXPECT_EQ(fate_of_job(*p, p->cluster("c0"), "old"), job_fate::ended);
}

// -- a job whose cluster is removed -----------------------------------------------------------------

TEST(fencing, before_a_removal_is_a_truth_table) {
  using enum job_fate;
  // The JobManager's answer, in another incarnation during a possible recovery; its Deployment is there or not; the job
  // was accepted or only submitted.
  columns all{"nsrt4", "d-", "a-"};
  auto fate = [](const std::string& x) {
    auto s = scene::running();
    high_availability(s);
    s.app.status.cluster->job_manager->pod_uid = "earlier";
    answer(s, "c0", "old", x[0]);
    answers_since(s, "c0", 10s);
    if (x[1] == '-')
      s.seen.objects.deployments.erase("app-c0-jm");
    passing p{s};
    return fate_before_removal(*p, p->cluster("c0"), "old", x[2] == 'a');
  };
  expect_table<job_fate>(all,
                         {{"nd.", unknown},
                          {"n-.", ended},
                          {"s..", unknown},
                          {"r..", running},
                          {"t..", ended},
                          {"4.a", unknown},
                          {"4.-", ended}},
                         fate);
}

// -- the job of a version that is rolled back ---------------------------------------------------------

TEST(fencing, of_a_new_job_is_a_truth_table) {
  using enum job_fate;
  // The job id is known or empty; the cluster is there or gone; the JobManager's answer; its submit was refused or
  // not; the JobManager pod is the same or another; high availability is on or off.
  columns all{"ke", "tg", "nsrt4", "r-", "sa", "h-"};
  auto fate = [](const std::string& x) {
    auto s = scene::submitting();
    auto t = s.target();
    if (x[5] == 'h')
      high_availability(s);
    if (x[3] == 'r')
      s.failed(s.submit(), failure_class::rejected);
    answer(s, t.cluster_id, *t.job_id, x[2]);
    if (x[4] == 'a')
      s.app.status.target->job_manager->pod_uid = "earlier";
    if (x[1] == 'g')
      s.no_cluster(t.cluster_id);
    if (x[0] == 'e')
      s.app.status.target->job_id.reset();
    passing p{s};
    return fate_of_new_job(*p);
  };
  expect_table<job_fate>(all,
                         {{"e.....", ended},
                          {"kg....", ended},
                          {"ktn...", unknown},
                          {"kts...", unknown},
                          {"ktr...", running},
                          {"ktt...", ended},
                          {"kt4r..", ended},
                          {"kt4-s.", unknown},
                          {"kt4-a-", ended},
                          {"kt4-ah", unknown}},
                         fate);
}

// -- a submit whose JobManager has restarted --------------------------------------------------------------

TEST(fencing, of_a_submit_is_a_truth_table) {
  using enum resubmit;
  // The submit is in flight or not; high availability is on or off; the id is our own or inherited from an operator
  // before; the last submit has no known outcome, or has one; the start is in time or late; the JobManager pod is the
  // same or another.
  columns all{"f-", "h-", "oi", "u-", "tl", "sa"};
  auto fate = [](const std::string& x) {
    auto s = scene::submitting();
    auto t = s.target();
    s.seen.own_job_id = x[2] == 'o' ? *t.job_id : "another";
    if (x[1] == 'h')
      high_availability(s);
    if (x[0] == 'f')
      s.under_way(s.submit());
    if (x[3] == 'u')
      s.failed(s.submit(), failure_class::unknown);
    if (x[4] == 'l')
      s.later(24h);
    auto earlier = *t.job_manager;
    if (x[5] == 'a')
      earlier.pod_uid = "earlier";
    passing p{s};
    return fate_of_submit(*p, p->cluster(t.cluster_id), std::get<submit_job>(s.submit()), earlier);
  };
  expect_table<resubmit>(all,
                         {{"f.....", in_flight},
                          {"-h....", same_id},
                          {"--i.ts", uncertain},
                          {"--outs", uncertain},
                          {"--o-ts", new_id},
                          {"--..ls", new_id},
                          {"--...a", new_id}},
                         fate);
}

TEST(fencing, lets_nobody_submit_while_an_answer_or_a_restart_is_missing) {
  EXPECT_TRUE(must_wait(resubmit::in_flight));
  EXPECT_TRUE(must_wait(resubmit::uncertain));
  EXPECT_FALSE(must_wait(resubmit::same_id));
  EXPECT_FALSE(must_wait(resubmit::new_id));
}

// -- the rest -----------------------------------------------------------------------------------------------

TEST(fencing, finds_a_running_job_that_is_not_ours) {
  std::vector<rest::job_summary> jobs{{"own", job_state::running}, {"over", job_state::finished}};
  EXPECT_EQ(unknown_running_job(jobs, "own"), std::nullopt);
  EXPECT_EQ(unknown_running_job(jobs, ""), "own");
}

TEST(fencing, knows_a_restart_only_where_both_incarnations_are_known) {
  auto s = scene::running();
  auto restarted = [&] {
    passing p{s};
    return serving_job_manager_restarted(s.app.status, p->cluster("c0"));
  };
  EXPECT_FALSE(restarted());
  s.app.status.cluster->job_manager->pod_uid = "earlier";
  EXPECT_TRUE(restarted());
  s.no_job_manager("c0");
  EXPECT_FALSE(restarted());
  s.pods("c0").app.status.cluster->job_manager.reset();
  EXPECT_FALSE(restarted());
}

TEST(fencing, expects_a_job_of_a_silent_job_manager_while_its_pod_runs_or_high_availability_can_bring_it_back) {
  auto s = scene::running();
  auto may_run = [&] {
    passing p{s};
    return may_run_a_job(*p, p->cluster("c0"));
  };
  EXPECT_TRUE(may_run());
  s.no_job_manager("c0");
  EXPECT_FALSE(may_run());
  high_availability(s);
  EXPECT_TRUE(may_run());
  s.seen.objects.deployments.erase("app-c0-jm");
  EXPECT_FALSE(may_run());
}

TEST(fencing, finds_an_earlier_cluster_while_it_has_a_job_manager_pod) {
  auto s = scene::submitting();
  auto earlier = [&] {
    passing p{s};
    return earlier_cluster(*p);
  };
  EXPECT_EQ(earlier(), std::nullopt);
  s.cluster("c9");
  EXPECT_EQ(earlier(), "c9");
  s.no_job_manager("c9");
  EXPECT_EQ(earlier(), std::nullopt);
}

} // namespace
} // namespace flink
