#include "flink/lifecycle/steps/fencing.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/resource/labels.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Returns whether a cluster's job was given to the present incarnation of its JobManager.
bool was_given_to(const status& x, const cluster_view& c) {
  auto given = [&](auto& y) { return y && y->id == c.id && y->job_manager == incarnation_of(*c.leader); };
  return given(x.cluster) || given(x.updating_cluster);
}

/// Returns whether a person has confirmed that nothing of this cluster runs.
bool confirmed_gone(const pass_inputs& p, const cluster_view& c) {
  auto& all = p.in.app.metadata.annotations;
  auto i = all.find(std::string{confirm_gone_annotation});
  return i != all.end() && i->second == c.id;
}

/// Returns whether another pod than the answering JobManager may still run: one that terminates, or one on a node that
/// is cut off.
bool other_job_manager(const cluster_view& c) {
  return std::any_of(c.job_manager_pods.begin(), c.job_manager_pods.end(),
                     [&](auto* x) { return x != c.leader && x->phase != "Succeeded" && x->phase != "Failed"; });
}

/// Returns whether the JobManager has had the time to recover what it is going to recover.
bool recovery_is_over(const pass_inputs& p, const cluster_view& c) {
  return !p.high_availability() || p.in.now.steady >= c.replies->since + defaults::high_availability_recovery;
}

/// The JobManager does not know the job (404).
job_fate fate_of_unknown_job(const pass_inputs& p, const cluster_view& c) {
  if (was_given_to(p.was, c))
    return job_fate::ended; // its record has expired
  if (other_job_manager(c))
    return job_fate::unknown;
  return recovery_is_over(p, c) ? job_fate::ended : job_fate::unknown;
}

} // namespace

job_fate fate_of_job(queries& p, const cluster_view& c, const job_id& job_id,
                     std::chrono::steady_clock::time_point not_before) {
  if (job_id.empty() || c.gone() || confirmed_gone(p, c))
    return job_fate::ended;
  auto* known = p.ask(c, ask_job{c.id, job_id}, p.poll_interval(), not_before);
  if (!known)
    return job_fate::unknown;
  if (*known)
    return rest::is_terminal((*known)->state) ? job_fate::ended : job_fate::running;
  return fate_of_unknown_job(p, c);
}

job_fate fate_before_removal(queries& p, const cluster_view& c, const job_id& job_id, bool accepted) {
  auto fate = fate_of_job(p, c, job_id);
  if (fate != job_fate::unknown)
    return fate;
  if (!c.job_manager && c.job_manager_pods.empty())
    return job_fate::ended;
  if (accepted || !c.leader)
    return job_fate::unknown;
  auto* known = p.ask(c, ask_job{c.id, job_id}, p.poll_interval());
  return known && !*known ? job_fate::ended : job_fate::unknown;
}

job_fate fate_of_new_job(queries& p) {
  auto& t = *p.was.target;
  auto c = p.cluster(t.cluster_id);
  if (!t.job_id || c.gone())
    return job_fate::ended;
  auto* known = p.ask(c, ask_job{c.id, *t.job_id}, p.poll_interval());
  if (known && *known)
    return rest::is_terminal((*known)->state) ? job_fate::ended : job_fate::running;
  if (!known)
    return job_fate::unknown;
  // A 404. The job may still appear, unless its submit was refused, or went to a pod that is gone and left nothing.
  auto* why = p.failure_of(submit_job{t.cluster_id, *t.job_id, *t.job, restore_path_of(t)});
  bool refused = why && why->kind == failure_class::rejected;
  bool another_pod = c.leader && t.job_manager && t.job_manager->pod_uid != c.leader->head.uid;
  return refused || (another_pod && !p.high_availability()) ? job_fate::ended : job_fate::unknown;
}

bool serving_job_manager_restarted(const status& x, const cluster_view& c) {
  auto& given_to = x.cluster->job_manager;
  return given_to && c.leader && *given_to != incarnation_of(*c.leader);
}

bool may_run_a_job(const pass_inputs& p, const cluster_view& c) {
  bool up = std::ranges::any_of(c.job_manager_pods, [](auto* x) { return x->phase == "Running"; });
  return up || (p.high_availability() && c.job_manager);
}

std::optional<job_id> unknown_running_job(const std::vector<rest::job_summary>& jobs, const job_id& own) {
  for (auto& x : jobs)
    if (x.id != own && !rest::is_terminal(x.state))
      return x.id;
  return std::nullopt;
}

std::optional<cluster_id> earlier_cluster(const pass_inputs& p) {
  for (auto& id : clusters_in(p.in.seen.objects)) {
    bool ours = id == p.was.target->cluster_id || (p.was.cluster && id == p.was.cluster->id);
    if (!ours && !p.cluster(id).job_manager_pods.empty())
      return id;
  }
  return std::nullopt;
}

bool confirm_serving_cluster_idle(queries& p) {
  if (!p.was.cluster)
    return true;
  auto c = p.cluster(p.was.cluster->id);
  if (!c.leader)
    return true;
  auto* jobs = p.jobs_now(c);
  if (!jobs) {
    p.wait(reason::LookingForJob, "checking whether cluster " + c.id + " runs a job");
    return false;
  }
  auto unknown = unknown_running_job(*jobs, {});
  if (unknown)
    p.blocked(
        reason::UnknownJob,
        "cluster " + c.id + " runs job " + *unknown
            + ", which is not in the status, so the operator does not start another job. To lose its state, cancel "
              "it. To keep its state, set the annotation "
            + std::string{paused_annotation}
            + " to \"true\", stop the job with a savepoint, set spec.restoreFrom to that savepoint with a new "
              "nonce, and remove the annotation");
  return !unknown;
}

resubmit fate_of_submit(const commands& p, const cluster_view& c, const submit_job& submit,
                        const std::optional<incarnation>& earlier) {
  if (p.in_flight(submit))
    return resubmit::in_flight;
  if (p.high_availability())
    return resubmit::same_id;
  auto* why = p.failure_of(submit);
  bool inherited = p.in.seen.own_job_id != submit.job_id;
  bool may_come = (inherited || (why && why->kind == failure_class::unknown)) && start_in_time(p, false);
  bool same_pod = earlier && earlier->pod_uid == c.leader->head.uid;
  return same_pod && may_come ? resubmit::uncertain : resubmit::new_id;
}

} // namespace flink
