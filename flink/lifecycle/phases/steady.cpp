// Running, DeployFailed and Failed: no deploy is under way. Leftover clusters are removed, the job is watched, and an
// edit starts the next deploy.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/job_and_cluster_status.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/phases/phases.hpp"
#include "flink/lifecycle/steps/begin_deploy.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/fencing.hpp"
#include "flink/lifecycle/steps/periodic_savepoints.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/lifecycle/steps/restart_job.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Returns whether the phase is Failed and the spec was not edited since. Any edit counts.
bool given_up(const pass& p) {
  bool edited = p.was.observed_generation && *p.was.observed_generation != p.in.app.metadata.generation;
  return phase_of(p.was) == phase::Failed && !edited;
}

/// Restarts the serving job after it has failed or was lost.
void job_over(pass& p, reason what, const std::string& why) {
  if (given_up(p))
    return;
  if (phase_of(p.was) == phase::Failed)
    p.next.job_failures.reset();
  restart_failed_job(p, what, why);
}

/// The job is FAILED. Its restart waits until the cause is known.
void job_is_failed(pass& p, const cluster_view& c, const job_id& job_id) {
  if (given_up(p))
    return;
  auto cause = cause_of_failure(p, c, job_id, defaults::poll_job);
  if (!cause)
    return p.wait(reason::AskingForCause, "asking Flink why job " + job_id + " failed");
  job_over(p, reason::JobFailed, "job " + job_id + " is FAILED" + *cause);
}

/// The JobManager does not know the job (404).
void job_unknown(pass& p, const cluster_view& c, const job_id& job_id) {
  if (p.was.job_status->state == "FINISHED")
    return; // a bounded job has finished, even after Flink has deleted its record
  record_job_lost(p);
  auto why = "JobManager " + c.leader->head.key.name + " does not know job " + job_id;
  if (p.high_availability())
    return p.blocked(reason::JobLost,
                     why + ": waiting until Flink recovers the job (high availability); " + restart_hint(p.was));
  if (!serving_job_manager_restarted(p.was, c))
    return p.blocked(reason::JobLost,
                     why + ": the job has ended, and Flink has deleted its record; " + restart_hint(p.was));
  if (fate_of_job(p, c, job_id) != job_fate::ended)
    return p.blocked(reason::OldClusterUnconfirmed, why + ", but an earlier JobManager pod of cluster " + c.id
                                                        + " may still run; if it cannot, set the annotation "
                                                        + std::string{confirm_gone_annotation} + " to " + c.id
                                                        + " until the job runs again");
  why += ": it has restarted without high availability";
  job_over(p, reason::JobLost, why);
}

void watch_job(pass& p, const cluster_view& c) {
  auto job_id = serving_job(p.was);
  if (job_id.empty()) {
    p.next.job_status->health = health::Red;
    return p.blocked(reason::NoJob, "no job runs; edit the spec to start one"
                                        + (p.was.savepoint_path ? " from " + *p.was.savepoint_path : std::string{}));
  }
  record_cluster(p, c);
  restore_replicas(p, c);
  auto* known = p.ask(c, ask_job{c.id, job_id}, defaults::poll_job);
  if (recreate_objects(p, c) && !c.leader)
    return;
  if (!c.leader)
    return p.blocked(reason::JobManagerDown, "no JobManager pod of cluster " + c.id + " runs");
  if (!job_manager_answers(p, c)) {
    auto* why = p.failure_of(ask_job{c.id, job_id});
    if (why && why->kind == failure_class::forbidden)
      return; // reported already
    return p.blocked(reason::JobManagerSilent, "JobManager " + c.leader->head.key.name + " does not answer"
                                                   + (why ? ": " + why->message : std::string{}));
  }
  if (!known)
    return;
  if (!*known)
    return job_unknown(p, c, job_id);
  record_job(p, **known);
  auto state = "job " + job_id + " is " + std::string{to_string((*known)->state)};
  if ((*known)->state == rest::job_state::failed)
    return job_is_failed(p, c, job_id);
  if ((*known)->state == rest::job_state::canceled)
    return p.blocked(
        reason::JobEnded,
        state + ", but the operator did not cancel it; change spec.restartNonce to restart it from its newest state");
  if (phase_of(p.was) == phase::Failed)
    p.enter(resting_phase(p), state);
  if (rest::is_terminal((*known)->state))
    return restart_if_stopped_late(p, c, job_id);
  p.next.cluster->job_manager
      = incarnation_of(*c.leader); // the JobManager that runs it, regardless of who started it there
  watch_running_job(p, c, **known);
}

/// Updates the Ingress if the spec or the settings ask for another one: this needs no deploy. An Ingress without our
/// hash was made by somebody else and stays as it is.
void keep_ingress(pass& p) {
  auto& id = p.was.cluster->id;
  auto colour = colour_of(p.was, id);
  auto& all = p.in.seen.objects.ingresses;
  auto found = all.find(ingress_name(p.in.app.metadata.name, colour));
  if (found == all.end() || found->second->head.deleting || p.in.spec_hash != p.was.cluster->spec_hash)
    return;
  auto& head = found->second->head;
  auto made_from = head.labels.find(std::string{labels::ingress_hash});
  auto wanted = ingress_hash(p.in.app, {.id = id, .colour = colour}, p.in.settings.render);
  if (made_from == head.labels.end() || made_from->second == wanted)
    return;
  if (wanted.empty())
    return p.ensure(delete_object{object_role::ingress, head.key.name, head.uid});
  action update = update_ingress{id, wanted};
  p.ensure(update);
  if (auto* why = p.failure_of(update); why && why->kind == failure_class::rejected)
    p.blocked(reason::IngressRefused, "the API server refuses the Ingress " + head.key.name + ": " + why->message);
}

/// Stops the job of a failed version. Its cluster stays for a while, so that people can read its logs.
void quiet_failed_cluster(pass& p) {
  if (!p.was.failed)
    return;
  auto c = p.cluster(p.was.failed->id);
  if (c.gone() || (p.was.cluster && p.was.cluster->id == c.id))
    return;
  if (p.was.failed->job_id && c.leader)
    if (fate_of_job(p, c, *p.was.failed->job_id) == job_fate::running) {
      p.cancel(c.id, *p.was.failed->job_id);
      return p.requeue_within(defaults::poll_longest);
    }
  if (c.task_manager)
    ensure_replicas(p, *c.task_manager, 0);
}

} // namespace

void on_steady(pass& p) {
  if (p.was.cluster && !p.was.job_status)
    p.next.job_status.emplace();
  if (deploy_wanted(p))
    return begin_deploy(p, "the spec has changed");
  bool reverted = p.was.cluster && p.in.spec_hash == p.was.cluster->spec_hash && !serving_job(p.was).empty();
  if (phase_of(p.was) == phase::DeployFailed && reverted && p.in.errors.empty()) {
    p.next.failed_deploy_hash.reset();
    p.next.reason.reset();
    p.enter(phase::Running, "the spec describes the running version again");
  }
  if (reverted) {
    p.next.teardown.reset(); // the user may request the removed or failed version again
    p.next.failed.reset();
  }
  prune_clusters(p);
  quiet_failed_cluster(p);
  if (p.was.cluster)
    watch_job(p, p.cluster(p.was.cluster->id));
  if (p.was.cluster && p.in.errors.empty())
    keep_ingress(p);
  if (phase_of(p.next) == phase::DeployFailed)
    p.wait(reason::DeployFailed, "waiting for an edit of the spec: " + p.was.reason.value_or("the deploy failed"));
  if (phase_of(p.next) == phase::Running || phase_of(p.next) == phase::DeployFailed)
    take_due_savepoints(p);
}

} // namespace flink
