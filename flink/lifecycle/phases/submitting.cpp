// SubmittingJob: the job of the version under way is started on its cluster.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/move_job.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/restart_job.hpp"
#include "flink/lifecycle/steps/start_job.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Removes earlier clusters. Returns whether none has pods left: an earlier submit could still start its job there.
bool await_earlier_clusters_gone(pass& p) {
  prune_clusters(p);
  auto earlier = earlier_cluster(p);
  if (earlier)
    p.wait(reason::EarlierClusterEnding, "waiting for the pods of the earlier cluster " + *earlier + " to end");
  return !earlier;
}

void give_up(pass& p, const std::string& why) {
  p.warn(reason::JobSubmissionFailed, why);
  if (!p.was.cluster)
    return fail_deploy(p, reason::JobStartFailed, why);
  begin_rollback(p, why);
}

/// Starts without state if the state is gone and fallbackWithoutState is set. Not if the user has named the path.
/// Returns whether it did.
bool start_without_state(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  auto path = restore_path_of(t);
  auto* why = p.failure_of(submit_job{c.id, *t.job_id, *t.job, path});
  if (path.empty() || t.start_from || !why || !says_state_is_gone(*why)
      || !p.in.app.spec.fallback_without_state.value_or(false))
    return false;
  p.warn(reason::StateLost, path + " no longer exists; starting without state (fallbackWithoutState)");
  begin_submit(p, std::nullopt, "there is no state at " + path + " any more (fallbackWithoutState)");
  return true;
}

/// Reports that the job runs but does not meet spec.acceptance yet.
start_result not_accepted_yet(pass& p, const rest::job& job, const std::string& what) {
  p.wait_visibly(reason::JobUnproven, "job " + job.id + " runs, but " + what + " (spec.acceptance)");
  if (start_in_time(p, job))
    return {};
  return {start_state::timed_out,
          "job " + job.id + " did not meet spec.acceptance within " + std::to_string(start_limit(p).count())
              + " s: " + what,
          &job};
}

/// Returns a result if Flink has restarted the job more often than acceptance.maxRestarts, or if that is unknown yet;
/// nullopt if not. Asks only if the job has failed at all.
std::optional<start_result> restarted_too_often(pass& p, const cluster_view& c, const rest::job& job, int32_t most) {
  if (job.last_failing == 0)
    return std::nullopt;
  auto* known = p.ask(c, ask_restarts{c.id, job.id}, defaults::poll_job);
  auto count = known && *known ? (*known)->count : std::nullopt;
  if (!count)
    return not_accepted_yet(p, job,
                            "it failed after its start, and Flink has not reported the number of its restarts yet");
  if (*count <= most)
    return std::nullopt;
  auto cause = cause_of_failure(p, c, job.id, defaults::poll_job);
  if (!cause)
    return not_accepted_yet(p, job, "it was restarted too often, and Flink has not reported the cause yet");
  return start_result{start_state::timed_out,
                      "job " + job.id + " was restarted " + std::to_string(*count) + " times, more than the "
                          + std::to_string(most) + " that spec.acceptance.maxRestarts allows" + *cause,
                      &job};
}

/// Applies the conditions of spec.acceptance, which a new version must meet in addition to running tasks.
start_result check_acceptance(pass& p, const cluster_view& c, start_result so_far) {
  auto* job = p.known_job(c, *p.was.target->job_id);
  bool open = so_far.state == start_state::running || so_far.state == start_state::pending;
  if (!open || !job || rest::is_terminal(job->state))
    return so_far;
  auto asked = p.in.app.spec.acceptance.value_or(acceptance{});
  if (auto no = restarted_too_often(p, c, *job, asked.max_restarts.value_or(defaults::accepted_restarts)))
    return *no;
  if (so_far.state == start_state::pending || !asked.require_checkpoint.value_or(false))
    return so_far;
  auto* known = p.ask(c, ask_checkpoints{c.id, job->id}, p.poll_interval());
  bool has_one = known && *known && (*known)->latest_completed && !(*known)->latest_completed->is_savepoint;
  return has_one ? so_far : not_accepted_yet(p, *job, "it has not completed a checkpoint yet");
}

/// The JobManager is in another incarnation than the one that the submit was meant for.
void submitted_to_another_incarnation(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  auto how = resubmit_after_restart(p, {c, *t.job_id, *t.job, restore_path_of(t)}, t.job_manager);
  if (must_wait(how))
    return;
  bool died = how == resubmit::new_id;
  if (died && starts_again(p.was))
    return restart_failed_job(p, reason::JobSubmissionFailed,
                              "the JobManager of cluster " + c.id + " has restarted before job " + *t.job_id + " ran");
  if (died)
    p.next.target->job_id = p.in.fresh.job_id;
  p.next.target->job_manager = incarnation_of(*c.leader);
  p.wait(reason::JobManagerRestarted, "the JobManager of cluster " + c.id + " has restarted");
}

/// Starts the job; nullopt if something else comes first.
std::optional<start_result> try_start(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  if (t.job_manager != incarnation_of(*c.leader)) {
    submitted_to_another_incarnation(p, c);
    return std::nullopt;
  }
  switch_generic_service(p, c);
  if (!await_earlier_clusters_gone(p))
    return std::nullopt;
  auto begun = start_job(p, {c, *t.job_id, *t.job, restore_path_of(t)});
  if (begun.state == start_state::failed && start_without_state(p, c))
    return std::nullopt;
  return begun;
}

/// Starts the serving version again. If objects are missing that the operator cannot recreate, only an edit helps, and
/// the restart does not wait.
void submit_again(pass& p, const cluster_view& c) {
  auto& job_id = *p.was.target->job_id;
  bool lacks = recreate_objects(p, c);
  if ((lacks && !deploy_wanted(p)) || await_job_manager_restart(p, c))
    return;
  if (lacks && c.job_manager_pods.empty())
    return restart_failed_job(p, reason::JobSubmissionFailed,
                              "the JobManager of cluster " + c.id + " is gone, and job " + job_id + " has not run");
  if (!c.leader)
    return p.blocked(reason::JobManagerDown, "waiting for the JobManager of cluster " + c.id);
  auto begun = try_start(p, c);
  if (!begun)
    return;
  auto* there = p.known_job(c, job_id);
  conclude_restart(p, c, lacks && there ? start_result{start_state::timed_out, {}, there} : *begun);
}

void submit_first(pass& p, const cluster_view& c) {
  if (await_job_manager_restart(p, c)) {
    if (!start_in_time(p, false))
      give_up(p, "the JobManager of cluster " + c.id + " has not restarted in time");
    return;
  }
  if (!c.leader) {
    p.wait(reason::JobManagerStarting, "waiting for the JobManager pod of cluster " + c.id + " to run");
    if (c.gone() || !start_in_time(p, false))
      give_up(p, "the JobManager of cluster " + c.id + " is gone");
    return;
  }
  auto begun = try_start(p, c);
  if (!begun)
    return;
  auto result = check_acceptance(p, c, *begun);
  if (result.state == start_state::running)
    return accept_target(p, *result.job);
  if (result.state != start_state::pending)
    return give_up(p, result.why);
  if (take_forced_rollback(p))
    give_up(p, "spec.forceRollback is set");
}

/// Reports the failed job as blocked until it runs again.
void report_what_failed(pass& p) {
  if (p.waits_for().blocked)
    return;
  auto& known = p.was.job_failures;
  auto why = known && known->reason ? *known->reason : "the job has ended";
  p.blocked(reason::JobFailed, why + "; the operator restarts it: " + p.waits_for().message);
}

} // namespace

void submitting_job(pass& p) {
  auto& t = p.was.target;
  auto c = p.cluster(t->cluster_id);
  if (!starts_again(p.was))
    return submit_first(p, c);
  submit_again(p, c);
  if (phase_of(p.next) == phase::SubmittingJob)
    report_what_failed(p);
}

} // namespace flink
