#include "flink/lifecycle/steps/start_job.hpp"

#include "config/defaults.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/replicas.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

submit_job submit_command(const start& x) {
  return {x.cluster.id, x.job_id, x.job, x.restore_path};
}

/// Judges a job that Flink lists.
start_result judge(queries& p, const start& x, const rest::job& job) {
  if (rest::all_tasks_running(job) || job.state == rest::job_state::finished)
    return {start_state::running, {}, &job};
  if (rest::is_terminal(job.state)) {
    auto cause = cause_of_failure(p, x.cluster, x.job_id, defaults::poll_job);
    if (cause)
      return {start_state::failed,
              "job " + x.job_id + " became " + std::string{to_string(job.state)} + " before all its tasks ran" + *cause,
              &job};
    p.wait(reason::JobStarting, "asking Flink why job " + x.job_id + " failed");
    return {};
  }
  p.wait(reason::JobStarting, "waiting for the tasks of job " + x.job_id + ": " + std::to_string(job.tasks_running)
                                  + " of " + std::to_string(job.tasks_total) + " run, state "
                                  + std::string{to_string(job.state)});
  if (!start_in_time(p, job))
    return {start_state::timed_out, "not all tasks of job " + x.job_id + " ran in time (" + p.waits_for().message + ")",
            &job};
  return {};
}

std::string refusal(const failure& x) {
  return "job submission failed: " + x.message
       + (says_state_is_gone(x)
              ? "; set spec.restoreFrom, with a new nonce, to another savepoint or checkpoint, or set "
                "spec.fallbackWithoutState to start without state"
              : "");
}

start_result submit(queries& p, const start& x) {
  auto* jobs = p.jobs_now(x.cluster);
  if (!jobs) {
    p.wait(reason::SubmittingJob, "listing the jobs of cluster " + x.cluster.id);
    return {};
  }
  if (auto other = unknown_running_job(*jobs, x.job_id))
    return {start_state::failed,
            "cluster " + x.cluster.id + " already runs job " + *other + ", which the operator did not start"};
  p.wait(reason::SubmittingJob, "submitting job " + x.job_id + " to cluster " + x.cluster.id);
  p.act(submit_command(x));
  return {};
}

} // namespace

start_result start_job(queries& p, const start& x) {
  action command = submit_command(x);
  // A command to an earlier incarnation of the JobManager died with it.
  auto sent = p.in.seen.outcomes.find(command);
  bool tried = sent != p.in.seen.outcomes.end() && sent->second.asked == incarnation_of(*x.cluster.leader);
  auto* why = tried ? p.failure_of(command) : nullptr;
  bool rejected = why && why->kind == failure_class::rejected;
  // A refused submit may still have started the job, if main() throws after execute(). One that was refused because of
  // its savepoint leaves a FAILED job. So the JobManager's answer from after the submit counts.
  auto* known = p.ask(x.cluster, ask_job{x.cluster.id, x.job_id}, p.poll_interval(), p.answered_at(command));
  if (known && *known && rejected && (*known)->state == rest::job_state::failed)
    return {start_state::failed, refusal(*why)};
  if (known && *known)
    return judge(p, x, **known);
  if (p.in_flight(command)) {
    p.wait(reason::SubmittingJob, "submitting job " + x.job_id + " to cluster " + x.cluster.id);
    return {};
  }
  if (!tried)
    return submit(p, x);
  if (rejected && !known)
    return {};
  if (rejected)
    return {start_state::failed, refusal(*why)};
  if (why && retryable(why->kind) && start_in_time(p, false)) {
    p.send(command); // the id is the same, so this cannot start a second job
    p.blocked(reason::SubmittingJob, "the JobManager does not accept the job: " + why->message);
    return {};
  }
  p.wait(reason::SubmittingJob,
         why ? "no answer to the submit of job " + x.job_id + " yet; its main() may still be running"
             : "waiting for job " + x.job_id + " to appear");
  if (start_in_time(p, !why))
    return {};
  // High availability remembers used ids after the JobManager has forgotten their jobs: this one will never appear.
  if (why && why->kind == failure_class::duplicate && p.high_availability())
    return {start_state::failed,
            "job " + x.job_id + " had already started and ended before the operator saw it: " + why->message};
  return {start_state::timed_out, "job " + x.job_id + " did not appear in time" + (why ? ": " + why->message : "")};
}

resubmit resubmit_after_restart(queries& p, const start& x, const std::optional<incarnation>& earlier) {
  auto how = fate_of_submit(p, x.cluster, submit_command(x), earlier);
  if (how == resubmit::in_flight)
    p.wait(reason::SubmittingJob, "the JobManager of cluster " + x.cluster.id
                                      + " has restarted; waiting for the answer to the submit of job " + x.job_id);
  if (how == resubmit::uncertain) {
    p.blocked(reason::StartUncertain,
              "the restarted JobManager of cluster " + x.cluster.id + " may have received job " + x.job_id
                  + "; the operator restarts the JobManager once more and then submits the job again");
    stop_job_manager(p, x.cluster);
  }
  return how;
}

} // namespace flink
