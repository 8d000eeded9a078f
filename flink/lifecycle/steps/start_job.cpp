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
verdict judge(pass& p, const start& x, const rest::job& job) {
  if (rest::all_tasks_running(job) || job.state == rest::job_state::finished)
    return {started::yes, {}, &job};
  if (rest::is_terminal(job.state)) {
    auto cause = cause_of_failure(p, x.cluster, x.job_id, defaults::poll_job);
    if (cause)
      return {started::no,
              "job " + x.job_id + " is " + std::string{to_string(job.state)} + " before all its tasks ran" + *cause,
              &job};
    p.wait("JobStarting", "asking what made job " + x.job_id + " fail");
    return {};
  }
  p.wait("JobStarting", "waiting for the tasks of job " + x.job_id + ": " + std::to_string(job.tasks_running) + " of "
                            + std::to_string(job.tasks_total) + " run, state " + std::string{to_string(job.state)});
  if (!in_time(p, job))
    return {started::late, "not all tasks of job " + x.job_id + " ran in time (" + p.waits_for().message + ")", &job};
  return {};
}

std::string refusal(const failure& x) {
  return "job submission failed: " + x.message
       + (says_state_is_gone(x) ? "; set fallbackWithoutState to start without state, or name other state" : "");
}

void stop_job_manager(pass& p, const cluster_view& c) {
  if (c.job_manager)
    scaled(p, *c.job_manager, 0);
}

verdict send(pass& p, const start& x) {
  auto* jobs = p.jobs_now(x.cluster);
  if (!jobs) {
    p.wait("SubmittingJob", "asking which jobs cluster " + x.cluster.id + " runs");
    return {};
  }
  if (auto other = stranger(*jobs, x.job_id))
    return {started::no, "cluster " + x.cluster.id + " already runs job " + *other + ", which is not ours"};
  p.wait("SubmittingJob", "submitting job " + x.job_id + " to cluster " + x.cluster.id);
  p.act(submit_of(x));
  return {};
}

} // namespace

action submit_of(const start& x) {
  return submit_job{x.cluster.id, x.job_id, x.job, x.restore_path};
}

verdict start_job(pass& p, const start& x) {
  auto submit = submit_of(x);
  // What was sent to an earlier life of the JobManager died with it.
  auto sent = p.in.seen.outcomes.find(submit);
  bool tried = sent != p.in.seen.outcomes.end() && sent->second.asked == incarnation_of(*x.cluster.leader);
  auto* why = tried ? p.failure_of(submit) : nullptr;
  bool rejected = why && why->kind == failure_class::rejected;
  // A refused submit may have started the job all the same: a main() that throws after execute(). And one that
  // was refused for its savepoint leaves a FAILED job. What the JobManager says after it counts.
  auto* known = p.ask(x.cluster, ask_job{x.cluster.id, x.job_id}, p.poll_interval(), p.answered_at(submit));
  if (known && *known && rejected && (*known)->state == rest::job_state::failed)
    return {started::no, refusal(*why)};
  if (known && *known)
    return judge(p, x, **known);
  if (p.in_flight(submit)) {
    p.wait("SubmittingJob", "submitting job " + x.job_id + " to cluster " + x.cluster.id);
    return {};
  }
  if (!tried)
    return send(p, x);
  if (rejected && !known)
    return {};
  if (rejected)
    return {started::no, refusal(*why)};
  if (why && retryable(why->kind) && in_time(p, false)) {
    p.send(submit); // the same identity: a second job cannot come of it
    p.blocked("SubmittingJob", "the JobManager does not take the job: " + why->message);
    return {};
  }
  p.wait("SubmittingJob", why ? "no answer to the submit of job " + x.job_id + " yet; its main() may still run"
                              : "waiting for job " + x.job_id + " to appear");
  if (in_time(p, !why))
    return {};
  // High availability remembers which ids were used when the JobManager has forgotten their jobs: it is not going to
  // appear, in no other life either.
  if (why && why->kind == failure_class::duplicate && p.high_availability())
    return {started::no, "job " + x.job_id + " has been submitted before and has ended unseen: " + why->message};
  return {started::late, "job " + x.job_id + " did not appear in time" + (why ? ": " + why->message : "")};
}

afterlife after_restart(pass& p, const start& x, const std::optional<incarnation>& earlier) {
  auto submit = submit_of(x);
  if (p.in_flight(submit)) {
    p.wait("SubmittingJob",
           "job " + x.job_id + " may still appear in cluster " + x.cluster.id + ", which has restarted");
    return afterlife::unknown;
  }
  auto* why = p.failure_of(submit);
  bool inherited = p.in.seen.own_job_id != x.job_id;
  bool may_come = (inherited || (why && why->kind == failure_class::unknown)) && in_time(p, false);
  bool same_pod = earlier && earlier->pod_uid == x.cluster.leader->head.uid;
  if (p.high_availability())
    return afterlife::same;
  if (!same_pod || !may_come)
    return afterlife::another;
  p.blocked("StartUncertain", "job " + x.job_id + " may have been submitted after the JobManager of cluster "
                                  + x.cluster.id + " had restarted; restarting it once more and trying again");
  stop_job_manager(p, x.cluster);
  return afterlife::unknown;
}

bool serving_cluster_is_idle(pass& p) {
  if (!p.was.cluster)
    return true;
  auto c = p.cluster(p.was.cluster->id);
  if (!c.leader)
    return true;
  auto* jobs = p.jobs_now(c);
  if (!jobs) {
    p.wait("LookingForJob", "asking whether cluster " + c.id + " runs a job");
    return false;
  }
  auto unknown = stranger(*jobs, {});
  if (unknown)
    p.blocked("UnknownJob", "cluster " + c.id + " runs job " + *unknown
                                + ", which the status does not name: no other one is started beside it; cancel it, or "
                                  "stop it with a savepoint and name that in spec.savepointPath");
  return !unknown;
}

std::chrono::seconds start_limit(const pass& p) {
  auto& asked = p.in.app.spec.acceptance;
  bool new_version = !starts_again(p.was) && !p.was.target->rollback;
  if (new_version && asked && asked->after_seconds)
    return std::chrono::seconds{*asked->after_seconds};
  return p.timeout(&timeouts::job_start_seconds, defaults::job_start);
}

bool in_time(const pass& p, bool answered) {
  auto limit = start_limit(p);
  if (!answered)
    limit += p.timeout(&timeouts::submit_seconds, defaults::submit);
  return !p.passed(p.was.target->step_started_at, limit);
}

bool in_time(const pass& p, const rest::job& job) {
  auto age = std::chrono::milliseconds{job.now - job.start_time}; // by its JobManager's clock
  return in_time(p, true) || (age < start_limit(p) && in_time(p, false));
}

void switch_generic_service(pass& p, const cluster_view& c) {
  auto i = p.in.seen.world.services.find(generic_service_name(p.in.app.metadata.name, colour_of(p.was, c.id)));
  if (i == p.in.seen.world.services.end() || !c.versioned_service)
    return;
  if (i->second->selector != c.versioned_service->selector)
    p.ensure(switch_service{c.id});
}

void restart_job_manager(pass& p, const cluster_view& c, const std::string& why) {
  p.blocked("StartSlow", why + "; restarting the JobManager of cluster " + c.id + " and trying again");
  stop_job_manager(p, c);
}

bool job_manager_stopped(pass& p, const cluster_view& c) {
  if (!c.job_manager || c.job_manager->replicas > 0)
    return false;
  p.wait("JobManagerRestarting", "restarting the JobManager of cluster " + c.id);
  if (c.job_manager_pods.empty())
    scaled(p, *c.job_manager, 1);
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
