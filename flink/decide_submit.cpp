// SubmittingJob and RollingBackJob: a job is started under an identity that the status already holds,
// once, and watched until all its tasks run.
#include "config/defaults.hpp"
#include "flink/decode.hpp"
#include "flink/step.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// One start of one job.
struct start {
  const cluster_view& cluster;
  std::string job_id;
  job_parameters job;
  std::string restore_path;
};

enum class started {
  pending,
  /// All tasks run, or the job has finished already.
  yes,
  /// Refused, or ended before all its tasks ran.
  no,
  /// Not in time; it may run, or start later. Where the job is known, it is there and waits for its tasks.
  late,
};

struct verdict {
  started how = started::pending;
  std::string why;
  const rest::job* job = nullptr;
};

/// Nothing may run on the cluster that we do not know.
std::optional<std::string> stranger(const std::vector<rest::job_summary>& jobs, const std::string& own) {
  for (auto& x : jobs)
    if (x.id != own && !rest::is_terminal(x.state))
      return x.id;
  return std::nullopt;
}

bool in_time(const step& s, bool answered) {
  auto limit = patience(s, &timeouts::job_start_seconds, defaults::job_start);
  if (!answered)
    limit += patience(s, &timeouts::submit_seconds, defaults::submit);
  return !s.passed(s.was.target->step_started_at, limit);
}

/// The job is there: does it run?
verdict judge(step& s, const start& x, const rest::job& job) {
  if (rest::all_tasks_running(job) || job.state == rest::job_state::finished)
    return {started::yes, {}, &job};
  if (rest::is_terminal(job.state)) {
    auto cause = cause_of_failure(s, x.cluster, x.job_id, defaults::poll_job);
    if (cause)
      return {started::no,
              "job " + x.job_id + " is " + std::string{to_string(job.state)} + " before all its tasks ran" + *cause};
    s.wait("JobStarting", "asking what made job " + x.job_id + " fail");
    return {};
  }
  s.wait("JobStarting", "waiting for the tasks of job " + x.job_id + ": " + std::to_string(job.tasks_running) + " of "
                            + std::to_string(job.tasks_total) + " run, state " + std::string{to_string(job.state)});
  if (!in_time(s, true))
    return {started::late, "not all tasks of job " + x.job_id + " ran in time (" + s.waits_for().message + ")", &job};
  return {};
}

verdict send(step& s, const start& x) {
  auto* jobs = s.jobs(x.cluster, defaults::fresh);
  if (!jobs) {
    s.wait("SubmittingJob", "asking which jobs cluster " + x.cluster.id + " runs");
    return {};
  }
  if (auto other = stranger(*jobs, x.job_id))
    return {started::no, "cluster " + x.cluster.id + " already runs job " + *other + ", which is not ours"};
  s.wait("SubmittingJob", "submitting job " + x.job_id + " to cluster " + x.cluster.id);
  s.act(submit_job{x.cluster.id, x.job_id, x.job, x.restore_path});
  return {};
}

verdict follow_submit(step& s, const start& x) {
  action submit = submit_job{x.cluster.id, x.job_id, x.job, x.restore_path};
  // What was sent to an earlier life of the JobManager died with it.
  auto sent = s.x.seen.outcomes.find(to_string(submit));
  bool tried = sent != s.x.seen.outcomes.end() && sent->second.asked == incarnation_of(*x.cluster.leader);
  auto* why = tried ? s.failure_of(submit) : nullptr;
  bool rejected = why && why->kind == failure_class::rejected;
  // A refused submit may have started the job all the same: a main() that throws after execute(). And one that
  // was refused for its savepoint leaves a FAILED job. What the JobManager says after it counts.
  auto* known = s.job(x.cluster, x.job_id, s.pace(), s.answered(submit));
  if (known && *known && rejected && (*known)->state == rest::job_state::failed)
    return {started::no, "job submission failed: " + why->message};
  if (known && *known)
    return judge(s, x, **known);
  if (!tried)
    return send(s, x);
  if (rejected && !known)
    return {};
  if (rejected)
    return {started::no, "job submission failed: " + why->message};
  if (why && retryable(why->kind) && in_time(s, false)) {
    s.order(submit); // the same identity: a second job cannot come of it
    s.trouble("SubmittingJob", "the JobManager does not take the job: " + why->message);
    return {};
  }
  s.wait("SubmittingJob", why ? "no answer to the submit of job " + x.job_id + " yet; its main() may still run"
                              : "waiting for job " + x.job_id + " to appear");
  if (!in_time(s, !why))
    return {started::late, "job " + x.job_id + " did not appear in time" + (why ? ": " + why->message : "")};
  return {};
}

void switch_generic_service(step& s, const cluster_view& c) {
  auto i = s.x.seen.world.services.find(s.x.app.metadata.name);
  if (i == s.x.seen.world.services.end() || !c.versioned_service)
    return;
  if (i->second->selector != c.versioned_service->selector)
    s.insist(switch_service{c.id});
}

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
  s.next.target->rollback = rollback{.reason = why};
  s.enter(phase::RollingBackJob, why);
  s.warn("DeployFailed", "deployment " + s.was.target->cluster_id + " failed, rolling back: " + why);
}

/// What there was to restore is gone, and the user wants the job to run all the same.
bool start_without_state(step& s, const cluster_view& c) {
  auto& t = *s.was.target;
  auto path = t.restore_path.value_or("");
  auto* why = s.failure_of(submit_job{c.id, *t.job_id, *t.job, path});
  if (path.empty() || !why || !says_state_is_gone(*why) || !s.x.app.spec.fallback_without_state.value_or(false))
    return false;
  s.warn("StateLost", path + " does not exist any more; starting without state (fallbackWithoutState)");
  begin_submit(s, std::nullopt, "there is no state at " + path + " any more (fallbackWithoutState)");
  return true;
}

std::string short_cause(const step& s) {
  return s.was.target->rollback ? s.was.target->rollback->reason : std::string{};
}

/// Is it certain that the given-up version's job does not run and never will?
bool new_job_ended(step& s) {
  auto& t = *s.was.target;
  auto c = s.cluster(t.cluster_id);
  if (!t.job_id || c.gone())
    return true;
  auto* known = s.job(c, *t.job_id, s.pace());
  if (known && *known && rest::is_terminal((*known)->state))
    return true;
  if (known && *known) {
    s.order(cancel_job{c.id, *t.job_id});
    s.wait("EndingNewJob", "cancelling job " + *t.job_id + " of the version that is given up");
    return false;
  }
  // Not there, not refused, or nobody answers: it may appear later. Only its end with its cluster is certain.
  auto* why = s.failure_of(submit_job{t.cluster_id, *t.job_id, *t.job, t.restore_path.value_or("")});
  if (known && why && why->kind == failure_class::rejected)
    return true;
  s.wait("EndingNewJob", "removing cluster " + c.id + ": its job may still appear");
  return remove_cluster(s, c.id);
}

job_parameters old_parameters(const status& x) {
  auto& job = *x.job_status;
  return {.jar_name = job.jar_name.value_or(""),
          .parallelism = job.parallelism.value_or(1),
          .entry_class = job.entry_class,
          .program_args_list = job.program_args_list.value_or(std::vector<std::string>{}),
          .program_args = job.program_args,
          .allow_non_restored_state = job.allow_non_restored_state.value_or(false)};
}

void finish_rollback(step& s, const rest::job& job) {
  auto reason = short_cause(s);
  s.next.cluster->job_manager = s.was.target->rollback->job_manager;
  s.next.job_status->job_id = job.id;
  s.next.job_status->restore_path = s.was.target->restore_path;
  s.next.job_status->last_checkpoint = s.was.target->restore_path; // until the job completes its own
  s.next.savepoint_path.reset();
  s.event("RollbackSucceeded", "the old version runs again as job " + job.id);
  fail_deploy(s, "RolledBack", reason);
}

void restart_old(step& s, const cluster_view& old) {
  auto& r = *s.was.target->rollback;
  auto verdict = follow_submit(s, {old, *r.job_id, old_parameters(s.was), s.was.target->restore_path.value_or("")});
  // A job that is there is the one that serves, also while its tasks wait for slots: only one that is known can be
  // ended.
  if (verdict.job)
    return finish_rollback(s, *verdict.job);
  if (verdict.how == started::no) {
    s.warn("RollbackFailed", verdict.why);
    s.next.job_status->job_id.reset();
    s.next.savepoint_path = s.was.target->restore_path; // what the next edit starts from
    fail_deploy(s, "RollbackFailed",
                verdict.why + "; no job runs. Its state is " + s.was.target->restore_path.value_or("none")
                    + "; an edit starts from it, or from spec.savepointPath, or without state where that is gone and "
                      "fallbackWithoutState is set");
  } else if (verdict.how == started::late) {
    // It may have been lost, or appear later. Only another life of the JobManager makes that certain.
    s.trouble("RollbackSlow", verdict.why + "; restarting the JobManager of cluster " + old.id + " and trying again");
    if (old.job_manager)
      scaled(s, *old.job_manager, 0);
  }
}

/// A JobManager that was stopped for certainty's sake is started again once its pods are gone.
bool job_manager_stopped(step& s, const cluster_view& c) {
  if (!c.job_manager || c.job_manager->replicas > 0)
    return false;
  s.wait("JobManagerRestarting", "restarting the JobManager of cluster " + c.id);
  if (c.job_manager_pods.empty())
    scaled(s, *c.job_manager, 1);
  return true;
}

} // namespace

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

void submitting_job(step& s) {
  auto& t = s.was.target;
  if (!t || !t->job || !t->job_id)
    return fail_deploy(s, "StatusIncomplete", "status.target has been removed by hand");
  auto c = s.cluster(t->cluster_id);
  if (!c.leader) {
    s.wait("JobManagerStarting", "waiting for the JobManager pod of cluster " + c.id + " to run");
    if (c.gone() || !in_time(s, false))
      give_up(s, "the JobManager of cluster " + c.id + " is gone");
    return;
  }
  if (t->job_manager != incarnation_of(*c.leader)) {
    // What was sent died with the JobManager that it was sent to: a new life, a new identity.
    if (!s.high_availability())
      s.next.target->job_id = s.x.fresh.job_id;
    s.next.target->job_manager = incarnation_of(*c.leader);
    return s.wait("JobManagerRestarted", "the JobManager of cluster " + c.id + " is another one than before");
  }
  switch_generic_service(s, c);
  if (!others_gone(s))
    return;
  auto verdict = follow_submit(s, {c, *t->job_id, *t->job, t->restore_path.value_or("")});
  if (verdict.how == started::yes)
    return accept_target(s, *verdict.job);
  if (verdict.how == started::no && start_without_state(s, c))
    return;
  if (verdict.how != started::pending)
    give_up(s, verdict.why);
}

void rolling_back_job(step& s) {
  auto& t = s.was.target;
  if (!t || !t->rollback || !s.was.cluster || !s.was.job_status)
    return fail_deploy(s, "StatusIncomplete", "status.target or status.cluster has been removed by hand");
  auto old = s.cluster(s.was.cluster->id);
  if (!t->rollback->job_id) {
    if (!new_job_ended(s))
      return;
    if (!old.leader)
      return s.trouble("OldJobManagerDown", "waiting for the JobManager of the old cluster " + old.id);
    s.next.target->rollback->job_id = s.x.fresh.job_id;
    s.next.target->rollback->job_manager = incarnation_of(*old.leader);
    s.enter(phase::RollingBackJob, "the new version's job has ended for certain");
    s.act(ask_jobs{old.id});
    return s.wait("RollingBackJob", "giving the old version its job back");
  }
  if (job_manager_stopped(s, old))
    return;
  if (!old.leader)
    return s.trouble("OldJobManagerDown", "waiting for the JobManager of the old cluster " + old.id);
  if (t->rollback->job_manager != incarnation_of(*old.leader)) {
    if (!s.high_availability())
      s.next.target->rollback->job_id = s.x.fresh.job_id;
    s.next.target->rollback->job_manager = incarnation_of(*old.leader);
    s.enter(phase::RollingBackJob, "the JobManager of the old cluster is another one than before");
    return s.wait("JobManagerRestarted", "the JobManager of cluster " + old.id + " is another one than before");
  }
  switch_generic_service(s, old);
  restart_old(s, old);
}

} // namespace flink
