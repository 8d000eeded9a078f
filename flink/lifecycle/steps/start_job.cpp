// A job is started under an identity that the status already holds, once, and watched until all its tasks run.
#include "flink/lifecycle/steps/start_job.hpp"

#include "config/defaults.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Nothing may run on the cluster that we do not know.
std::optional<std::string> stranger(const std::vector<rest::job_summary>& jobs, const std::string& own) {
  for (auto& x : jobs)
    if (x.id != own && !rest::is_terminal(x.state))
      return x.id;
  return std::nullopt;
}

/// The job is there: does it run?
verdict judge(step& s, const start& x, const rest::job& job) {
  if (rest::all_tasks_running(job) || job.state == rest::job_state::finished)
    return {started::yes, {}, &job};
  if (rest::is_terminal(job.state)) {
    auto cause = cause_of_failure(s, x.cluster, x.job_id, defaults::poll_job);
    if (cause)
      return {started::no,
              "job " + x.job_id + " is " + std::string{to_string(job.state)} + " before all its tasks ran" + *cause,
              &job};
    s.wait("JobStarting", "asking what made job " + x.job_id + " fail");
    return {};
  }
  s.wait("JobStarting", "waiting for the tasks of job " + x.job_id + ": " + std::to_string(job.tasks_running) + " of "
                            + std::to_string(job.tasks_total) + " run, state " + std::string{to_string(job.state)});
  if (!in_time(s, job))
    return {started::late, "not all tasks of job " + x.job_id + " ran in time (" + s.waits_for().message + ")", &job};
  return {};
}

std::string refusal(const failure& x) {
  return "job submission failed: " + x.message
       + (says_state_is_gone(x) ? "; set fallbackWithoutState to start without state, or name other state" : "");
}

void stop_job_manager(step& s, const cluster_view& c) {
  if (c.job_manager)
    scaled(s, *c.job_manager, 0);
}

verdict send(step& s, const start& x) {
  auto* jobs = s.jobs_now(x.cluster);
  if (!jobs) {
    s.wait("SubmittingJob", "asking which jobs cluster " + x.cluster.id + " runs");
    return {};
  }
  if (auto other = stranger(*jobs, x.job_id))
    return {started::no, "cluster " + x.cluster.id + " already runs job " + *other + ", which is not ours"};
  s.wait("SubmittingJob", "submitting job " + x.job_id + " to cluster " + x.cluster.id);
  s.act(submit_of(x));
  return {};
}

} // namespace

action submit_of(const start& x) {
  return submit_job{x.cluster.id, x.job_id, x.job, x.restore_path};
}

verdict start_job(step& s, const start& x) {
  auto submit = submit_of(x);
  // What was sent to an earlier life of the JobManager died with it.
  auto sent = s.x.seen.outcomes.find(submit);
  bool tried = sent != s.x.seen.outcomes.end() && sent->second.asked == incarnation_of(*x.cluster.leader);
  auto* why = tried ? s.failure_of(submit) : nullptr;
  bool rejected = why && why->kind == failure_class::rejected;
  // A refused submit may have started the job all the same: a main() that throws after execute(). And one that
  // was refused for its savepoint leaves a FAILED job. What the JobManager says after it counts.
  auto* known = s.ask(x.cluster, ask_job{x.cluster.id, x.job_id}, s.pace(), s.answered(submit));
  if (known && *known && rejected && (*known)->state == rest::job_state::failed)
    return {started::no, refusal(*why)};
  if (known && *known)
    return judge(s, x, **known);
  if (s.under_way(submit)) {
    s.wait("SubmittingJob", "submitting job " + x.job_id + " to cluster " + x.cluster.id);
    return {};
  }
  if (!tried)
    return send(s, x);
  if (rejected && !known)
    return {};
  if (rejected)
    return {started::no, refusal(*why)};
  if (why && retryable(why->kind) && in_time(s, false)) {
    s.order(submit); // the same identity: a second job cannot come of it
    s.trouble("SubmittingJob", "the JobManager does not take the job: " + why->message);
    return {};
  }
  s.wait("SubmittingJob", why ? "no answer to the submit of job " + x.job_id + " yet; its main() may still run"
                              : "waiting for job " + x.job_id + " to appear");
  if (in_time(s, !why))
    return {};
  // High availability remembers which ids were used when the JobManager has forgotten their jobs: it is not going to
  // appear, in no other life either.
  if (why && why->kind == failure_class::duplicate && s.high_availability())
    return {started::no, "job " + x.job_id + " has been submitted before and has ended unseen: " + why->message};
  return {started::late, "job " + x.job_id + " did not appear in time" + (why ? ": " + why->message : "")};
}

afterlife after_restart(step& s, const start& x, const std::optional<incarnation>& earlier) {
  auto submit = submit_of(x);
  if (s.under_way(submit)) {
    s.wait("SubmittingJob",
           "job " + x.job_id + " may still appear in cluster " + x.cluster.id + ", which has restarted");
    return afterlife::unknown;
  }
  auto* why = s.failure_of(submit);
  bool inherited = s.x.seen.own_job_id != x.job_id;
  bool may_come = (inherited || (why && why->kind == failure_class::unknown)) && in_time(s, false);
  bool same_pod = earlier && earlier->pod_uid == x.cluster.leader->head.uid;
  if (s.high_availability())
    return afterlife::same;
  if (!same_pod || !may_come)
    return afterlife::another;
  s.trouble("StartUncertain", "job " + x.job_id + " may have been submitted after the JobManager of cluster "
                                  + x.cluster.id + " had restarted; restarting it once more and trying again");
  stop_job_manager(s, x.cluster);
  return afterlife::unknown;
}

bool serving_cluster_is_idle(step& s) {
  if (!s.was.cluster)
    return true;
  auto c = s.cluster(s.was.cluster->id);
  if (!c.leader)
    return true;
  auto* jobs = s.jobs_now(c);
  if (!jobs) {
    s.wait("LookingForJob", "asking whether cluster " + c.id + " runs a job");
    return false;
  }
  auto unknown = stranger(*jobs, {});
  if (unknown)
    s.trouble("UnknownJob", "cluster " + c.id + " runs job " + *unknown
                                + ", which the status does not name: no other one is started beside it; cancel it, or "
                                  "stop it with a savepoint and name that in spec.savepointPath");
  return !unknown;
}

std::chrono::seconds start_limit(const step& s) {
  auto& asked = s.x.app.spec.acceptance;
  bool new_version = !starts_again(s.was) && !s.was.target->rollback;
  if (new_version && asked && asked->after_seconds)
    return std::chrono::seconds{*asked->after_seconds};
  return patience(s, &timeouts::job_start_seconds, defaults::job_start);
}

bool in_time(const step& s, bool answered) {
  auto limit = start_limit(s);
  if (!answered)
    limit += patience(s, &timeouts::submit_seconds, defaults::submit);
  return !s.passed(s.was.target->step_started_at, limit);
}

bool in_time(const step& s, const rest::job& job) {
  auto age = std::chrono::milliseconds{job.now - job.start_time}; // by its JobManager's clock
  return in_time(s, true) || (age < start_limit(s) && in_time(s, false));
}

void switch_generic_service(step& s, const cluster_view& c) {
  auto i = s.x.seen.world.services.find(generic_service_name(s.x.app.metadata.name, colour_of(s.was, c.id)));
  if (i == s.x.seen.world.services.end() || !c.versioned_service)
    return;
  if (i->second->selector != c.versioned_service->selector)
    s.insist(switch_service{c.id});
}

void restart_job_manager(step& s, const cluster_view& c, const std::string& why) {
  s.trouble("StartSlow", why + "; restarting the JobManager of cluster " + c.id + " and trying again");
  stop_job_manager(s, c);
}

bool job_manager_stopped(step& s, const cluster_view& c) {
  if (!c.job_manager || c.job_manager->replicas > 0)
    return false;
  s.wait("JobManagerRestarting", "restarting the JobManager of cluster " + c.id);
  if (c.job_manager_pods.empty())
    scaled(s, *c.job_manager, 1);
  return true;
}

job_parameters serving_parameters(const status& x) {
  auto& job = *x.job_status;
  return {.jar_name = job.jar_name.value_or(""),
          .parallelism = job.parallelism.value_or(1),
          .entry_class = job.entry_class,
          .program_args_list = job.program_args_list.value_or(std::vector<std::string>{}),
          .program_args = job.program_args,
          .allow_non_restored_state = job.allow_non_restored_state.value_or(false)};
}

} // namespace flink
