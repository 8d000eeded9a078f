// SubmittingJob: the job of the version under way is started on its cluster.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// No cluster but the two that we deal with may have a pod left: an earlier try could still start its job there.
bool others_gone(step& s) {
  sweep(s);
  for (auto& id : clusters_in(s.x.seen.world)) {
    bool ours = id == s.was.target->cluster_id || (s.was.cluster && id == s.was.cluster->id);
    if (ours || s.cluster(id).job_manager_pods.empty())
      continue;
    s.wait("EarlierClusterEnding", "waiting for the pods of the earlier cluster " + id + " to end");
    return false;
  }
  return true;
}

void give_up(step& s, const std::string& why) {
  s.warn("JobSubmissionFailed", why);
  if (!s.was.cluster)
    return fail_deploy(s, "JobStartFailed", why);
  begin_rollback(s, why);
}

/// What there was to restore is gone, and the user wants the job to run all the same. Not if the user has named the
/// path.
bool start_without_state(step& s, const cluster_view& c) {
  auto& t = *s.was.target;
  auto path = start_state(t);
  auto* why = s.failure_of(submit_job{c.id, *t.job_id, *t.job, path});
  if (path.empty() || t.start_from || !why || !says_state_is_gone(*why)
      || !s.x.app.spec.fallback_without_state.value_or(false))
    return false;
  s.warn("StateLost", path + " does not exist any more; starting without state (fallbackWithoutState)");
  begin_submit(s, std::nullopt, "there is no state at " + path + " any more (fallbackWithoutState)");
  return true;
}

/// The job runs, and is not yet what spec.acceptance asks for.
verdict unproven(step& s, const rest::job& job, const std::string& what) {
  s.wait_long("JobUnproven", "job " + job.id + " runs, but " + what + " (spec.acceptance)");
  if (in_time(s, job))
    return {};
  return {started::late,
          "job " + job.id + " was not accepted within " + std::to_string(start_limit(s).count()) + " s: " + what, &job};
}

/// Flink restarts a job that fails, again and again if need be: how often a new version may need that is asked only
/// where it has happened. Empty: not too often.
std::optional<verdict> restarted_too_often(step& s, const cluster_view& c, const rest::job& job, int32_t most) {
  if (job.last_failing == 0)
    return std::nullopt;
  auto* known = s.ask(c, ask_restarts{c.id, job.id}, defaults::poll_job);
  auto count = known && *known ? (*known)->count : std::nullopt;
  if (!count)
    return unproven(s, job, "it has failed meanwhile, and Flink has not told how often");
  if (*count <= most)
    return std::nullopt;
  auto cause = cause_of_failure(s, c, job.id, defaults::poll_job);
  if (!cause)
    return unproven(s, job, "it has failed, and Flink has not told why");
  return verdict{started::late,
                 "job " + job.id + " was restarted " + std::to_string(*count) + " times, more than the "
                     + std::to_string(most) + " that acceptance.maxRestarts takes" + *cause,
                 &job};
}

/// What spec.acceptance asks of a new version besides tasks that run.
verdict proven(step& s, const cluster_view& c, verdict so_far) {
  auto* job = s.known_job(c, *s.was.target->job_id);
  bool open = so_far.how == started::yes || so_far.how == started::pending;
  if (!open || !job || rest::is_terminal(job->state))
    return so_far;
  auto asked = s.x.app.spec.acceptance.value_or(acceptance{});
  if (auto no = restarted_too_often(s, c, *job, asked.max_restarts.value_or(defaults::accepted_restarts)))
    return *no;
  if (so_far.how == started::pending || !asked.require_checkpoint.value_or(false))
    return so_far;
  auto* known = s.ask(c, ask_checkpoints{c.id, job->id}, s.pace());
  bool has_one = known && *known && (*known)->latest_completed && !(*known)->latest_completed->is_savepoint;
  return has_one ? so_far : unproven(s, *job, "it has not completed a checkpoint yet");
}

} // namespace

std::optional<std::string> first_restore_path(const step& s) {
  auto& spec = s.x.app.spec;
  if (s.was.savepoint_path && !s.was.savepoint_path->empty())
    return s.was.savepoint_path; // saved by a deploy whose job never came up
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

void begin_submit(step& s, std::optional<std::string> restore_path, std::string why) {
  auto& t = *s.next.target;
  t.restore_path = std::move(restore_path);
  t.job_id = s.x.fresh.job_id;
  auto c = s.cluster(t.cluster_id);
  t.job_manager = c.leader ? std::optional{incarnation_of(*c.leader)} : std::nullopt;
  s.enter(phase::SubmittingJob, std::move(why));
  if (c.leader)
    s.act(ask_jobs{c.id});
  switch_generic_service(s, c);
  s.wait("SubmittingJob", "submitting job " + s.x.fresh.job_id + " to cluster " + c.id);
}

namespace {

/// The JobManager is another one than the submit was meant for.
void sent_to_another_life(step& s, const cluster_view& c) {
  auto& t = *s.was.target;
  auto how = after_restart(s, {c, *t.job_id, *t.job, start_state(t)}, t.job_manager);
  if (how == afterlife::unknown)
    return;
  bool died = how == afterlife::another;
  if (died && starts_again(s.was))
    return job_failed(s, "JobSubmissionFailed",
                      "the JobManager of cluster " + c.id + " has restarted before job " + *t.job_id + " ran");
  if (died)
    s.next.target->job_id = s.x.fresh.job_id;
  s.next.target->job_manager = incarnation_of(*c.leader);
  s.wait("JobManagerRestarted", "the JobManager of cluster " + c.id + " is another one than before");
}

/// Empty: something else comes first.
std::optional<verdict> try_start(step& s, const cluster_view& c) {
  auto& t = *s.was.target;
  if (t.job_manager != incarnation_of(*c.leader)) {
    sent_to_another_life(s, c);
    return std::nullopt;
  }
  switch_generic_service(s, c);
  if (!others_gone(s))
    return std::nullopt;
  auto begun = start_job(s, {c, *t.job_id, *t.job, start_state(t)});
  if (begun.how == started::no && start_without_state(s, c))
    return std::nullopt;
  return begun;
}

/// Where nothing can make missing objects again an edit is needed, and nobody waits any more for what they are needed
/// for.
void submit_again(step& s, const cluster_view& c) {
  auto& job_id = *s.was.target->job_id;
  bool lacks = lacks_objects(s, c);
  if ((lacks && !deploy_wanted(s)) || job_manager_stopped(s, c))
    return;
  if (lacks && c.job_manager_pods.empty())
    return job_failed(s, "JobSubmissionFailed",
                      "the JobManager of cluster " + c.id + " is gone, and job " + job_id + " has not run");
  if (!c.leader)
    return s.trouble("JobManagerDown", "waiting for the JobManager of cluster " + c.id);
  auto begun = try_start(s, c);
  if (!begun)
    return;
  auto* there = s.known_job(c, job_id);
  started_again(s, c, lacks && there ? verdict{started::late, {}, there} : *begun);
}

void submit_first(step& s, const cluster_view& c) {
  if (job_manager_stopped(s, c)) {
    if (!in_time(s, false))
      give_up(s, "the JobManager of cluster " + c.id + " has not restarted in time");
    return;
  }
  if (!c.leader) {
    s.wait("JobManagerStarting", "waiting for the JobManager pod of cluster " + c.id + " to run");
    if (c.gone() || !in_time(s, false))
      give_up(s, "the JobManager of cluster " + c.id + " is gone");
    return;
  }
  auto begun = try_start(s, c);
  if (!begun)
    return;
  auto verdict = proven(s, c, *begun);
  if (verdict.how == started::yes)
    return accept_target(s, *verdict.job);
  if (verdict.how != started::pending)
    return give_up(s, verdict.why);
  if (rollback_forced(s))
    give_up(s, "spec.forceRollback is set");
}

/// Until it runs again, a job that has failed is in trouble.
void tell_what_failed(step& s) {
  if (s.waits_for().trouble)
    return;
  auto& known = s.was.job_failures;
  auto why = known && known->reason ? *known->reason : "the job has ended";
  s.trouble("JobFailed", why + "; it is started again: " + s.waits_for().message);
}

} // namespace

void submitting_job(step& s) {
  auto& t = s.was.target;
  if (!t || !t->job || !t->job_id)
    return fail_deploy(s, "StatusIncomplete", "status.target has been removed by hand");
  auto c = s.cluster(t->cluster_id);
  if (!starts_again(s.was))
    return submit_first(s, c);
  submit_again(s, c);
  if (phase_of(s.next) == phase::SubmittingJob)
    tell_what_failed(s);
}

} // namespace flink
