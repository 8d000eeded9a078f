// Taking over what the Go operator left, in whichever phase it stood. A job that runs is never touched: its cluster's
// objects get our label and lose their owner, then the status names the cluster, and everything else is as always.
// Where the status of the Go operator does not tell which job runs, the JobManagers are asked first.
#include "flink/lifecycle/phases/migrating.hpp"

#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

bool deleted(const pass& p) {
  return p.in.app.metadata.deletion_timestamp.has_value();
}

// -- which job runs where? --------------------------------------------------------------------------------------

/// A JobManager that cannot be asked now may still run a job.
bool may_run_a_job(const pass& p, const cluster_view& c) {
  bool up = std::ranges::any_of(c.job_manager_pods, [](auto* x) { return x->phase == "Running"; });
  return up || (p.high_availability() && c.job_manager);
}

bool silent(const pass& p, const cluster_view& c) {
  auto i = p.in.seen.outcomes.find(ask_jobs{c.id});
  return i != p.in.seen.outcomes.end() && i->second.attempts >= defaults::breaker_failures;
}

} // namespace

survey look_for_jobs(pass& p) {
  survey out;
  // A deletion must not hang at a JobManager that does not answer: its own rules say what then.
  bool patient = !deleted(p);
  for (auto& id : clusters_in(p.in.seen.world)) {
    auto c = p.cluster(id);
    auto* jobs = p.ask(c, ask_jobs{c.id}, defaults::poll_longest);
    for (auto& x : jobs ? *jobs : std::vector<rest::job_summary>{})
      out.jobs.push_back({id, x});
    if (jobs || !may_run_a_job(p, c))
      continue;
    out.pending = out.pending || patient || (c.leader && !silent(p, c));
    if (silent(p, c) || !c.leader)
      p.blocked("JobManagerSilent", "whether cluster " + id
                                        + " runs a job cannot be told: its JobManager does not answer; if it never "
                                          "will, delete its Deployments");
    else
      p.wait("LookingForJob", "asking which jobs cluster " + id + " runs");
  }
  return out;
}

namespace {

bool alive(const located_job& x) {
  return !rest::is_terminal(x.job.state);
}

/// The job to go on with: the one that the status names, else the one where its phase was to start one.
const located_job* choose(const pass& p, const survey& all, const std::string& deployed) {
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

/// Two jobs on one cluster are not of the Go operator's making; nobody can tell which one serves.
bool several_on_one(pass& p, const survey& all, const std::string& id) {
  auto n = std::ranges::count_if(all.jobs, [&](auto& x) { return x.cluster_id == id && alive(x); });
  if (n > 1)
    p.blocked("SeveralJobs", std::to_string(n) + " jobs run on cluster " + id + ": cancel all but the one that counts");
  return n > 1;
}

/// The Go operator may have been waiting for a savepoint: its verdict is waited for, and its path written down before
/// its JobManager could forget it. Returns whether nothing is under way any more.
bool trigger_settled(pass& p, const cluster_view& c, const survey& all) {
  auto job = serving_job(p.was);
  auto at = phase_of(p.was);
  bool asked = at == phase::Savepointing || at == phase::Recovering || at == phase::Deleting;
  if (!asked || !filled(p.was.savepoint_trigger_id) || job.empty() || !c.leader)
    return true;
  auto* known = p.ask(c, ask_savepoint{c.id, job, *p.was.savepoint_trigger_id}, defaults::poll_longest);
  auto i = p.in.seen.outcomes.find(ask_savepoint{c.id, job, *p.was.savepoint_trigger_id});
  bool mute = !known && i != p.in.seen.outcomes.end() && i->second.attempts >= defaults::breaker_failures;
  if (mute && deleted(p))
    return true;
  p.wait("SavepointUnderWay", "waiting for the savepoint that the Go operator asked for");
  if (!known || (*known && (*known)->in_progress))
    return false;
  if (!*known || !(*known)->location)
    return true;
  p.next.savepoint_path = *(*known)->location;
  p.because("the savepoint that the Go operator asked for is complete: " + *p.next.savepoint_path);
  return std::ranges::none_of(all.jobs, [&](auto& x) { return x.job.id == job && alive(x); });
}

} // namespace

bool others_removed(pass& p, const std::string& keep) {
  bool gone = true;
  for (auto& id : clusters_in(p.in.seen.world))
    gone = (id == keep || remove_cluster(p, id)) && gone;
  for (auto& [name, pod] : p.in.seen.world.pods)
    if (without_uid_label(pod->head) && pod->head.deleting && (keep.empty() || !is_go_pod(pod->head, keep)))
      gone = false;
  if (!gone)
    p.wait("RemovingHalfMade", "no job runs there: removing what the Go operator's deploy left unfinished");
  return gone;
}

namespace {

/// The job to ask for its newest state, where no path is known: the one that the status names, if it ran on the
/// deployed cluster; else the last that ran there.
std::string ended_job(const pass& p, const survey& all, const std::string& deployed) {
  auto named = serving_job(p.was);
  std::string last;
  for (auto& x : all.jobs)
    if (x.cluster_id == deployed && (last.empty() || last != named))
      last = x.job.id;
  return last.empty() && phase_of(p.was) != phase::SubmittingJob ? named : last;
}

void no_job_runs(pass& p, const survey& all, const std::string& deployed) {
  if (phase_of(p.was) == phase::Deleting)
    return take_over_for_deletion(p, {deployed, ended_job(p, all, deployed), false});
  bool rolling_back = phase_of(p.was) == phase::RollingBackJob;
  if ((rolling_back || phase_of(p.was) == phase::SubmittingJob) && !others_removed(p, deployed))
    return;
  auto job = filled(p.next.savepoint_path) ? std::string{} : ended_job(p, all, deployed);
  if (rolling_back && p.was.job_status && p.cluster(deployed).job_manager)
    return take_over_rollback(p, {deployed, job, false});
  take_over(p, {.cluster_id = deployed, .job_id = job, .job_runs = false, .deploy_due = true});
}

/// Nothing was ever deployed: a first deploy was under way.
void first_deploy(pass& p) {
  if (phase_of(p.was) == phase::DeployFailed)
    return take_over_failure(p);
  if (!p.in.complaints.empty())
    return; // decide() says so
  if (!others_removed(p, {}))
    return;
  forget_bookkeeping(p.next);
  begin_deploy(p, "the Go operator's first deploy starts anew");
}

/// Phases in which the status does not tell where the job runs.
bool job_in_motion(phase x) {
  return x == phase::Savepointing || x == phase::Cancelling || x == phase::Recovering || x == phase::SubmittingJob
      || x == phase::RollingBackJob || x == phase::Deleting;
}

/// Goes on with a job that was found.
void take_over_found(pass& p, const located_job& x, const std::string& deployed) {
  if (filled(p.was.savepoint_path) && x.job.state == rest::job_state::cancelling)
    return p.wait("OldJobEnding", "waiting for job " + x.job.id + " to end after its savepoint");
  legacy found{x.cluster_id, x.job.id};
  if (phase_of(p.was) == phase::Deleting)
    return take_over_for_deletion(p, found);
  // A job on the new cluster has done what its deploy was for; one on the old cluster has not, unless it was given
  // back.
  found.deploy_due = x.cluster_id == deployed && phase_of(p.was) != phase::RollingBackJob;
  take_over(p, found);
}

/// Returns false where there is nothing to take over, and a deletion goes its own way.
bool follow_motion(pass& p, const std::string& deployed) {
  auto all = look_for_jobs(p);
  if (all.pending || !trigger_settled(p, p.cluster(deployed), all))
    return true;
  auto* job = choose(p, all, deployed);
  if (!job && deployed.empty() && deleted(p))
    return false;
  if (!job)
    deployed.empty() ? first_deploy(p) : no_job_runs(p, all, deployed);
  else if (!several_on_one(p, all, job->cluster_id))
    take_over_found(p, *job, deployed);
  return true;
}

} // namespace

bool adopts(pass& p) {
  if (!left_by_go_operator(p.was) || p.in.seen.being_orphaned)
    return false;
  bool unsaved = deleted(p) && p.in.app.spec.delete_mode == delete_mode::None;
  auto at = phase_of(p.was);
  if (unsaved)
    return false;
  auto deployed = deployed_cluster(p);
  if (is_blue_green(p.was) && !deployed.empty()) {
    adopt_blue_green(p);
    return true;
  }
  if (job_in_motion(at))
    return follow_motion(p, deployed);
  if (deployed.empty() && deleted(p))
    return false; // nothing was ever deployed
  bool moving = at == phase::Updating || at == phase::ClusterStarting || at == phase::Rescaling;
  if (deployed.empty())
    first_deploy(p);
  else // the status names the job that runs; whatever was half made beside it is swept later
    take_over(p, {.cluster_id = deployed,
                  .job_id = serving_job(p.was),
                  .job_runs = !serving_job(p.was).empty(),
                  .deploy_due = moving,
                  .failed = at == phase::DeployFailed});
  return true;
}

} // namespace flink
