// Running and DeployFailed: the application rests. What is left over is removed, the job is watched, an
// edit starts the next deploy.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/pass/pass.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"

#include <algorithm>

namespace flink {

namespace defaults = config::defaults;

namespace {

/// Once given up, a job waits for an edit, of whatever.
bool given_up(const pass& p) {
  bool edited = p.was.observed_generation && *p.was.observed_generation != p.in.app.metadata.generation;
  return phase_of(p.was) == phase::Failed && !edited;
}

/// The job has ended against everybody's will.
void job_over(pass& p, const std::string& reason, const std::string& why) {
  if (given_up(p))
    return;
  if (phase_of(p.was) == phase::Failed)
    p.next.job_failures.reset();
  job_failed(p, reason, why);
}

/// The job is FAILED: of what?
void job_is_failed(pass& p, const cluster_view& c, const std::string& job_id) {
  if (given_up(p))
    return;
  auto cause = cause_of_failure(p, c, job_id, defaults::poll_job);
  if (!cause)
    return p.wait("AskingForCause", "asking what made job " + job_id + " fail");
  job_over(p, "JobFailed", "job " + job_id + " is FAILED" + *cause);
}

/// A job that its JobManager does not know.
void job_unknown(pass& p, const cluster_view& c, const std::string& job_id) {
  if (p.was.job_status->state == "FINISHED")
    return; // a bounded job is through, and stays so when Flink has forgotten it
  record_job_lost(p);
  auto why = "JobManager " + c.leader->head.key.name + " does not know job " + job_id;
  auto& given_to = p.was.cluster->job_manager;
  bool another_life = given_to && *given_to != incarnation_of(*c.leader);
  if (p.high_availability())
    return p.blocked("JobLost", why + ": waiting for its recovery by Flink (high availability); " + way_back(p.was));
  if (!another_life)
    return p.blocked("JobLost", why + ", which it was given: it ended, and its record has expired; " + way_back(p.was));
  if (!job_ended(p, c, job_id).value_or(false))
    return p.blocked("OldClusterUnconfirmed",
                     why + ", but an earlier JobManager pod of cluster " + c.id + " has not ended for certain");
  why += ": it has restarted without high availability";
  job_over(p, "JobLost", why);
}

void watch_job(pass& p, const cluster_view& c) {
  auto job_id = serving_job(p.was);
  if (job_id.empty()) {
    p.next.job_status->health = "Red";
    return p.blocked("NoJob", "no job runs; the next edit starts one"
                                  + (p.was.savepoint_path ? " from " + *p.was.savepoint_path : std::string{}));
  }
  record_cluster(p, c);
  wake(p, c);
  auto* known = p.ask(c, ask_job{c.id, job_id}, defaults::poll_job);
  if (lacks_objects(p, c) && !c.leader)
    return;
  if (!c.leader)
    return p.blocked("JobManagerDown", "no JobManager pod of cluster " + c.id + " runs");
  if (!answers(p, c)) {
    auto* why = p.failure_of(ask_job{c.id, job_id});
    if (why && why->kind == failure_class::forbidden)
      return; // told already
    return p.blocked("JobManagerSilent", "JobManager " + c.leader->head.key.name + " does not answer"
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
    return p.blocked("JobEnded", state + ", by somebody else; an edit (restartNonce) starts it from its newest state");
  if (phase_of(p.was) == phase::Failed)
    p.enter(resting_phase(p), state);
  if (rest::is_terminal((*known)->state))
    return job_finished(p, c, job_id);
  p.next.cluster->job_manager = incarnation_of(*c.leader); // where it runs, whoever has started it there
  watch_running_job(p, c, **known);
}

/// What is asked of the Ingress may change without a deploy. One that does not say what it was made from is somebody
/// else's work, and left as it is.
void keep_ingress(pass& p) {
  auto& id = p.was.cluster->id;
  auto colour = colour_of(p.was, id);
  auto& all = p.in.seen.world.ingresses;
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
    p.blocked("IngressRefused", "the API server refuses the Ingress " + head.key.name + ": " + why->message);
}

/// A failed version's job must not come to life while its logs are being read.
void quiet_failed_cluster(pass& p) {
  if (!p.was.failed)
    return;
  auto c = p.cluster(p.was.failed->id);
  if (c.gone() || (p.was.cluster && p.was.cluster->id == c.id))
    return;
  if (p.was.failed->job_id && c.leader)
    if (auto ended = job_ended(p, c, *p.was.failed->job_id); ended && !*ended) {
      p.cancel(c.id, *p.was.failed->job_id);
      return p.requeue_within(defaults::poll_longest);
    }
  if (c.task_manager)
    scaled(p, *c.task_manager, 0);
}

} // namespace

bool deploy_wanted(const pass& p) {
  if (!p.in.complaints.empty())
    return false;
  if (p.was.cluster && p.in.spec_hash == p.was.cluster->spec_hash)
    return false;
  if (p.was.teardown && p.in.spec_hash == p.was.teardown->spec_hash)
    return false; // BlueGreen: the user did not want it to stay
  return !p.was.failed || p.in.spec_hash != p.was.failed->spec_hash;
}

bool scaled(pass& p, const k8s::deployment& x, int32_t replicas) {
  if (x.replicas == replicas)
    return true;
  p.ensure(scale_deployment{x.head.key.name, replicas});
  return false;
}

int32_t task_managers_for(const pass& p, int32_t parallelism) {
  auto x = p.in.app.spec;
  x.parallelism = parallelism;
  return task_manager_count(x);
}

namespace {

/// The adaptive scheduler makes do with the slots that there are.
bool makes_do(const pass& p, const rest::job& job) {
  return p.in.app.spec.scale_mode == scale_mode::Adaptive
      && std::ranges::all_of(job.vertices, [&](auto& x) { return x.parallelism < *p.was.job_status->parallelism; });
}

/// Does the job that serves miss slots? Asked only where the spec still says how many it needs.
bool misses_slots(const pass& p, const cluster_view& c) {
  if (!p.was.cluster || p.was.cluster->id != c.id || p.was.cluster->spec_hash != p.in.spec_hash)
    return false;
  auto* job = p.known_job(c, serving_job(p.was));
  if (!job || rest::is_terminal(job->state))
    return starts_again(p.was);
  return !rest::all_tasks_running(*job) || makes_do(p, *job);
}

} // namespace

void wake(pass& p, const cluster_view& c) {
  if (c.job_manager && c.job_manager->replicas == 0)
    scaled(p, *c.job_manager, 1);
  auto parallelism = p.was.job_status ? p.was.job_status->parallelism : std::nullopt;
  if (!c.task_manager || !parallelism)
    return;
  auto needed = task_managers_for(p, *parallelism);
  if (c.task_manager->replicas < (misses_slots(p, c) ? needed : 1))
    scaled(p, *c.task_manager, needed);
}

bool remove_cluster(pass& p, const std::string& cluster_id) {
  auto c = p.cluster(cluster_id);
  int going = 0, staying = 0;
  auto remove = [&](object_role role, const k8s::object_head& x) {
    auto stays = x.labels.contains(std::string{labels::orphaned});
    ++(stays ? staying : going);
    if (x.deleting || stays)
      return;
    p.ensure(delete_object{role, x.key.name, x.uid}); // guarded by the uid
  };
  if (c.job_manager)
    remove(object_role::job_manager, c.job_manager->head);
  if (c.task_manager)
    remove(object_role::task_manager, c.task_manager->head);
  if (c.versioned_service)
    remove(object_role::versioned_service, c.versioned_service->head);
  return c.gone() || (staying > 0 && going == 0);
}

void sweep(pass& p) {
  for (auto& id : clusters_in(p.in.seen.world)) {
    bool serves = p.next.cluster && p.next.cluster->id == id;
    bool target = (p.next.target && p.next.target->cluster_id == id)
               || (p.next.updating_cluster && p.next.updating_cluster->id == id);
    bool kept = !p.next.target && p.next.failed && p.next.failed->id == id
             && !p.passed(p.next.failed->failed_at, defaults::failed_cluster_kept);
    if (!serves && !target && !kept)
      remove_cluster(p, id);
  }
  sweep_colours(p);
}

void settled(pass& p) {
  if (p.was.cluster && !p.was.job_status)
    p.next.job_status.emplace();
  if (deploy_wanted(p))
    return begin_deploy(p, "the spec has changed");
  bool reverted = p.was.cluster && p.in.spec_hash == p.was.cluster->spec_hash && !serving_job(p.was).empty();
  if (phase_of(p.was) == phase::DeployFailed && reverted && p.in.complaints.empty()) {
    p.next.failed_deploy_hash.reset();
    p.next.reason.reset();
    p.enter(phase::Running, "the spec is again the one that runs");
  }
  if (reverted) {
    p.next.teardown.reset(); // what was torn down, or failed, may be asked for again
    p.next.failed.reset();
  }
  sweep(p);
  quiet_failed_cluster(p);
  if (p.was.cluster)
    watch_job(p, p.cluster(p.was.cluster->id));
  if (p.was.cluster && p.in.complaints.empty())
    keep_ingress(p);
  if (phase_of(p.next) == phase::DeployFailed)
    p.wait("DeployFailed", "waiting for an edit: " + p.was.reason.value_or("the deploy failed"));
  if (phase_of(p.next) == phase::Running || phase_of(p.next) == phase::DeployFailed)
    save_beside(p);
}

} // namespace flink
