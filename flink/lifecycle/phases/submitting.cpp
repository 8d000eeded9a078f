// SubmittingJob: the job of the version under way is started on its cluster.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// No cluster but the two that we deal with may have a pod left: an earlier try could still start its job there.
bool others_gone(pass& p) {
  sweep(p);
  for (auto& id : clusters_in(p.in.seen.world)) {
    bool ours = id == p.was.target->cluster_id || (p.was.cluster && id == p.was.cluster->id);
    if (ours || p.cluster(id).job_manager_pods.empty())
      continue;
    p.wait("EarlierClusterEnding", "waiting for the pods of the earlier cluster " + id + " to end");
    return false;
  }
  return true;
}

void give_up(pass& p, const std::string& why) {
  p.warn("JobSubmissionFailed", why);
  if (!p.was.cluster)
    return fail_deploy(p, "JobStartFailed", why);
  begin_rollback(p, why);
}

/// What there was to restore is gone, and the user wants the job to run all the same. Not if the user has named the
/// path.
bool start_without_state(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  auto path = start_state(t);
  auto* why = p.failure_of(submit_job{c.id, *t.job_id, *t.job, path});
  if (path.empty() || t.start_from || !why || !says_state_is_gone(*why)
      || !p.in.app.spec.fallback_without_state.value_or(false))
    return false;
  p.warn("StateLost", path + " does not exist any more; starting without state (fallbackWithoutState)");
  begin_submit(p, std::nullopt, "there is no state at " + path + " any more (fallbackWithoutState)");
  return true;
}

/// The job runs, and is not yet what spec.acceptance asks for.
verdict unproven(pass& p, const rest::job& job, const std::string& what) {
  p.wait_visibly("JobUnproven", "job " + job.id + " runs, but " + what + " (spec.acceptance)");
  if (in_time(p, job))
    return {};
  return {started::late,
          "job " + job.id + " was not accepted within " + std::to_string(start_limit(p).count()) + " s: " + what, &job};
}

/// Flink restarts a job that fails, again and again if need be: how often a new version may need that is asked only
/// where it has happened. Empty: not too often.
std::optional<verdict> restarted_too_often(pass& p, const cluster_view& c, const rest::job& job, int32_t most) {
  if (job.last_failing == 0)
    return std::nullopt;
  auto* known = p.ask(c, ask_restarts{c.id, job.id}, defaults::poll_job);
  auto count = known && *known ? (*known)->count : std::nullopt;
  if (!count)
    return unproven(p, job, "it has failed meanwhile, and Flink has not told how often");
  if (*count <= most)
    return std::nullopt;
  auto cause = cause_of_failure(p, c, job.id, defaults::poll_job);
  if (!cause)
    return unproven(p, job, "it has failed, and Flink has not told why");
  return verdict{started::late,
                 "job " + job.id + " was restarted " + std::to_string(*count) + " times, more than the "
                     + std::to_string(most) + " that acceptance.maxRestarts takes" + *cause,
                 &job};
}

/// What spec.acceptance asks of a new version besides tasks that run.
verdict proven(pass& p, const cluster_view& c, verdict so_far) {
  auto* job = p.known_job(c, *p.was.target->job_id);
  bool open = so_far.how == started::yes || so_far.how == started::pending;
  if (!open || !job || rest::is_terminal(job->state))
    return so_far;
  auto asked = p.in.app.spec.acceptance.value_or(acceptance{});
  if (auto no = restarted_too_often(p, c, *job, asked.max_restarts.value_or(defaults::accepted_restarts)))
    return *no;
  if (so_far.how == started::pending || !asked.require_checkpoint.value_or(false))
    return so_far;
  auto* known = p.ask(c, ask_checkpoints{c.id, job->id}, p.poll_interval());
  bool has_one = known && *known && (*known)->latest_completed && !(*known)->latest_completed->is_savepoint;
  return has_one ? so_far : unproven(p, *job, "it has not completed a checkpoint yet");
}

} // namespace

std::optional<std::string> first_restore_path(const pass& p) {
  auto& spec = p.in.app.spec;
  if (p.was.savepoint_path && !p.was.savepoint_path->empty())
    return p.was.savepoint_path; // saved by a deploy whose job never came up
  if (spec.savepoint_path && !spec.savepoint_path->empty())
    return spec.savepoint_path;
  if (spec.savepoint_info && spec.savepoint_info->savepoint_location
      && !spec.savepoint_info->savepoint_location->empty())
    return spec.savepoint_info->savepoint_location;
  return std::nullopt;
}

std::string start_state(const deploy_target& x) {
  return x.start_from.value_or(x.restore_path.value_or(""));
}

void begin_submit(pass& p, std::optional<std::string> restore_path, std::string why) {
  auto& t = *p.next.target;
  t.restore_path = std::move(restore_path);
  t.job_id = p.in.fresh.job_id;
  auto c = p.cluster(t.cluster_id);
  t.job_manager = c.leader ? std::optional{incarnation_of(*c.leader)} : std::nullopt;
  p.enter(phase::SubmittingJob, std::move(why));
  if (c.leader)
    p.act(ask_jobs{c.id});
  switch_generic_service(p, c);
  p.wait("SubmittingJob", "submitting job " + p.in.fresh.job_id + " to cluster " + c.id);
}

namespace {

/// The JobManager is another one than the submit was meant for.
void sent_to_another_life(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  auto how = after_restart(p, {c, *t.job_id, *t.job, start_state(t)}, t.job_manager);
  if (how == afterlife::unknown)
    return;
  bool died = how == afterlife::another;
  if (died && starts_again(p.was))
    return job_failed(p, "JobSubmissionFailed",
                      "the JobManager of cluster " + c.id + " has restarted before job " + *t.job_id + " ran");
  if (died)
    p.next.target->job_id = p.in.fresh.job_id;
  p.next.target->job_manager = incarnation_of(*c.leader);
  p.wait("JobManagerRestarted", "the JobManager of cluster " + c.id + " is another one than before");
}

/// Empty: something else comes first.
std::optional<verdict> try_start(pass& p, const cluster_view& c) {
  auto& t = *p.was.target;
  if (t.job_manager != incarnation_of(*c.leader)) {
    sent_to_another_life(p, c);
    return std::nullopt;
  }
  switch_generic_service(p, c);
  if (!others_gone(p))
    return std::nullopt;
  auto begun = start_job(p, {c, *t.job_id, *t.job, start_state(t)});
  if (begun.how == started::no && start_without_state(p, c))
    return std::nullopt;
  return begun;
}

/// Where nothing can make missing objects again an edit is needed, and nobody waits any more for what they are needed
/// for.
void submit_again(pass& p, const cluster_view& c) {
  auto& job_id = *p.was.target->job_id;
  bool lacks = lacks_objects(p, c);
  if ((lacks && !deploy_wanted(p)) || job_manager_stopped(p, c))
    return;
  if (lacks && c.job_manager_pods.empty())
    return job_failed(p, "JobSubmissionFailed",
                      "the JobManager of cluster " + c.id + " is gone, and job " + job_id + " has not run");
  if (!c.leader)
    return p.blocked("JobManagerDown", "waiting for the JobManager of cluster " + c.id);
  auto begun = try_start(p, c);
  if (!begun)
    return;
  auto* there = p.known_job(c, job_id);
  started_again(p, c, lacks && there ? verdict{started::late, {}, there} : *begun);
}

void submit_first(pass& p, const cluster_view& c) {
  if (job_manager_stopped(p, c)) {
    if (!in_time(p, false))
      give_up(p, "the JobManager of cluster " + c.id + " has not restarted in time");
    return;
  }
  if (!c.leader) {
    p.wait("JobManagerStarting", "waiting for the JobManager pod of cluster " + c.id + " to run");
    if (c.gone() || !in_time(p, false))
      give_up(p, "the JobManager of cluster " + c.id + " is gone");
    return;
  }
  auto begun = try_start(p, c);
  if (!begun)
    return;
  auto verdict = proven(p, c, *begun);
  if (verdict.how == started::yes)
    return accept_target(p, *verdict.job);
  if (verdict.how != started::pending)
    return give_up(p, verdict.why);
  if (rollback_forced(p))
    give_up(p, "spec.forceRollback is set");
}

/// Until it runs again, a job that has failed is in trouble.
void tell_what_failed(pass& p) {
  if (p.waits_for().trouble)
    return;
  auto& known = p.was.job_failures;
  auto why = known && known->reason ? *known->reason : "the job has ended";
  p.blocked("JobFailed", why + "; it is started again: " + p.waits_for().message);
}

} // namespace

void submitting_job(pass& p) {
  auto& t = p.was.target;
  if (!t || !t->job || !t->job_id)
    return fail_deploy(p, "StatusIncomplete", "status.target has been removed by hand");
  auto c = p.cluster(t->cluster_id);
  if (!starts_again(p.was))
    return submit_first(p, c);
  submit_again(p, c);
  if (phase_of(p.next) == phase::SubmittingJob)
    tell_what_failed(p);
}

} // namespace flink
