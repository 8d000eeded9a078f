// Taking over what the Go operator left, from any of its phases. A running job is never touched: the objects of its
// cluster get our label and lose their owner, then the status names the cluster. If the status of the Go operator does
// not show which job runs, the JobManagers are asked first.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/find_jobs.hpp"
#include "flink/lifecycle/steps/migrate_bluegreen.hpp"
#include "flink/lifecycle/steps/take_over.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

bool deleted(const pass& p) {
  return p.in.app.metadata.deletion_timestamp.has_value();
}

bool alive(const located_job& x) {
  return !rest::is_terminal(x.job.state);
}

/// Returns the job to go on with: the one that the status names, else the one on the cluster where the phase of the Go
/// operator starts one; nullptr if there is none.
const located_job* choose(const pass& p, const survey& all, const cluster_id& deployed) {
  auto named = serving_job(p.was);
  bool starting = phase_of(p.was) == phase::SubmittingJob;
  bool stopped = filled(p.next.savepoint_path); // it has left its state there, and has not come to its end by itself
  auto rank = [&](const located_job& x) {
    bool through = x.job.state == rest::job_state::finished
                && ((x.job.id == named && !stopped) || (starting && x.cluster_id != deployed));
    if (!alive(x) && !through)
      return 0;
    return (alive(x) ? 4 : 0) + (x.job.id == named ? 2 : 0) + ((x.cluster_id != deployed) == starting ? 1 : 0);
  };
  auto best = std::ranges::max_element(all.jobs, {}, rank);
  return best == all.jobs.end() || rank(*best) == 0 ? nullptr : &*best;
}

/// Reports two jobs on one cluster. The Go operator does not make two, so nobody knows which one serves. Returns
/// whether there are.
bool block_on_several_jobs(pass& p, const survey& all, const cluster_id& id) {
  auto n = std::ranges::count_if(all.jobs, [&](auto& x) { return x.cluster_id == id && alive(x); });
  if (n > 1)
    p.blocked(reason::SeveralJobs,
              std::to_string(n) + " jobs run on cluster " + id + ": cancel all jobs except the one to keep");
  return n > 1;
}

/// Waits for a savepoint that the Go operator had asked for, and writes its path down before the JobManager forgets it.
/// Returns whether nothing is under way any more.
bool await_trigger(pass& p, const cluster_view& c, const survey& all) {
  auto job = serving_job(p.was);
  auto at = phase_of(p.was);
  bool asked = at == phase::Savepointing || at == phase::Recovering || at == phase::Deleting;
  if (!asked || !p.was.savepoint_trigger_id || job.empty() || !c.leader)
    return true;
  auto* known = p.ask(c, ask_savepoint{c.id, job, *p.was.savepoint_trigger_id}, defaults::poll_longest);
  auto i = p.in.seen.outcomes.find(ask_savepoint{c.id, job, *p.was.savepoint_trigger_id});
  bool mute = !known && i != p.in.seen.outcomes.end() && i->second.attempts >= defaults::breaker_failures;
  if (mute && deleted(p))
    return true;
  p.wait(reason::SavepointUnderWay, "waiting for the savepoint that the Go operator triggered");
  if (!known || (*known && (*known)->in_progress))
    return false;
  if (!*known || !(*known)->location)
    return true;
  p.next.savepoint_path = *(*known)->location;
  p.because("the savepoint that the Go operator triggered is complete: " + *p.next.savepoint_path);
  return std::ranges::none_of(all.jobs, [&](auto& x) { return x.job.id == job && alive(x); });
}

/// Returns the job whose newest state counts if no path is known: the one that the status names if it ran on the
/// deployed cluster, else the last one that ran there.
job_id ended_job(const pass& p, const survey& all, const cluster_id& deployed) {
  auto named = serving_job(p.was);
  job_id last;
  for (auto& x : all.jobs)
    if (x.cluster_id == deployed && (last.empty() || last != named))
      last = x.job.id;
  return last.empty() && phase_of(p.was) != phase::SubmittingJob ? named : last;
}

void no_job_runs(pass& p, const survey& all, const cluster_id& deployed) {
  if (phase_of(p.was) == phase::Deleting)
    return take_over_for_deletion(p, {deployed, ended_job(p, all, deployed), false});
  bool rolling_back = phase_of(p.was) == phase::RollingBackJob;
  if ((rolling_back || phase_of(p.was) == phase::SubmittingJob) && !remove_others(p, deployed))
    return;
  auto job = filled(p.next.savepoint_path) ? job_id{} : ended_job(p, all, deployed);
  if (rolling_back && p.was.job_status && p.cluster(deployed).job_manager)
    return take_over_rollback(p, {deployed, job, false});
  take_over(p, {.cluster_id = deployed, .job_id = job, .job_runs = false, .deploy_due = true});
}

/// Nothing was deployed before: a first deploy was under way.
void first_deploy(pass& p) {
  if (phase_of(p.was) == phase::DeployFailed)
    return take_over_failure(p);
  if (!p.in.errors.empty())
    return; // decide() reports them
  if (!remove_others(p, {}))
    return;
  forget_bookkeeping(p.next);
  begin_deploy(p, "restarting the unfinished first deploy of the Go operator");
}

/// Returns whether the status does not show where the job runs in this phase.
bool job_in_motion(phase x) {
  return x == phase::Savepointing || x == phase::Cancelling || x == phase::Recovering || x == phase::SubmittingJob
      || x == phase::RollingBackJob || x == phase::Deleting;
}

/// Goes on with a job that was found.
void take_over_found(pass& p, const located_job& x, const cluster_id& deployed) {
  if (filled(p.was.savepoint_path) && x.job.state == rest::job_state::cancelling)
    return p.wait(reason::OldJobEnding, "waiting for job " + x.job.id + " to end after its savepoint");
  go_operator_version found{x.cluster_id, x.job.id};
  if (phase_of(p.was) == phase::Deleting)
    return take_over_for_deletion(p, found);
  // A job on the new cluster completes its deploy. One on the old cluster does not, unless it was rolled back.
  found.deploy_due = x.cluster_id == deployed && phase_of(p.was) != phase::RollingBackJob;
  take_over(p, found);
}

/// Returns false if there is nothing to take over and a deletion continues as usual.
bool follow_motion(pass& p, const cluster_id& deployed) {
  auto all = find_jobs(p);
  if (all.pending || !await_trigger(p, p.cluster(deployed), all))
    return true;
  auto* job = choose(p, all, deployed);
  if (!job && deployed.empty() && deleted(p))
    return false;
  if (!job)
    deployed.empty() ? first_deploy(p) : no_job_runs(p, all, deployed);
  else if (!block_on_several_jobs(p, all, job->cluster_id))
    take_over_found(p, *job, deployed);
  return true;
}

} // namespace

bool migrate(pass& p) {
  if (!left_by_go_operator(p.was) || p.in.seen.being_orphaned)
    return false;
  bool unsaved = deleted(p) && p.in.app.spec.delete_mode == delete_mode::None;
  auto at = phase_of(p.was);
  if (unsaved)
    return false;
  auto deployed = deployed_cluster(p);
  if (is_blue_green(p.was) && !deployed.empty()) {
    migrate_blue_green(p);
    return true;
  }
  if (job_in_motion(at))
    return follow_motion(p, deployed);
  if (deployed.empty() && deleted(p))
    return false; // nothing was ever deployed
  bool moving = at == phase::Updating || at == phase::ClusterStarting || at == phase::Rescaling;
  if (deployed.empty())
    first_deploy(p);
  else // the status contains the running job; unfinished clusters beside it are removed later
    take_over(p, {.cluster_id = deployed,
                  .job_id = serving_job(p.was),
                  .job_runs = !serving_job(p.was).empty(),
                  .deploy_due = moving,
                  .failed = at == phase::DeployFailed});
  return true;
}

} // namespace flink
