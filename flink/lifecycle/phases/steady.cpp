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
bool given_up(const step& s) {
  bool edited = s.was.observed_generation && *s.was.observed_generation != s.x.app.metadata.generation;
  return phase_of(s.was) == phase::Failed && !edited;
}

/// The job has ended against everybody's will.
void job_over(step& s, const std::string& reason, const std::string& why) {
  if (given_up(s))
    return;
  if (phase_of(s.was) == phase::Failed)
    s.next.job_failures.reset();
  job_failed(s, reason, why);
}

/// The job is FAILED: of what?
void job_is_failed(step& s, const cluster_view& c, const std::string& job_id) {
  if (given_up(s))
    return;
  auto cause = cause_of_failure(s, c, job_id, defaults::poll_job);
  if (!cause)
    return s.wait("AskingForCause", "asking what made job " + job_id + " fail");
  job_over(s, "JobFailed", "job " + job_id + " is FAILED" + *cause);
}

/// A job that its JobManager does not know.
void job_unknown(step& s, const cluster_view& c, const std::string& job_id) {
  if (s.was.job_status->state == "FINISHED")
    return; // a bounded job is through, and stays so when Flink has forgotten it
  record_job_lost(s);
  auto why = "JobManager " + c.leader->head.key.name + " does not know job " + job_id;
  auto& given_to = s.was.cluster->job_manager;
  bool another_life = given_to && *given_to != incarnation_of(*c.leader);
  if (s.high_availability())
    return s.trouble("JobLost", why + ": waiting for its recovery by Flink (high availability); " + way_back(s.was));
  if (!another_life)
    return s.trouble("JobLost", why + ", which it was given: it ended, and its record has expired; " + way_back(s.was));
  if (!job_ended(s, c, job_id).value_or(false))
    return s.trouble("OldClusterUnconfirmed",
                     why + ", but an earlier JobManager pod of cluster " + c.id + " has not ended for certain");
  why += ": it has restarted without high availability";
  job_over(s, "JobLost", why);
}

void watch_job(step& s, const cluster_view& c) {
  auto job_id = serving_job(s.was);
  if (job_id.empty()) {
    s.next.job_status->health = "Red";
    return s.trouble("NoJob", "no job runs; the next edit starts one"
                                  + (s.was.savepoint_path ? " from " + *s.was.savepoint_path : std::string{}));
  }
  record_cluster(s, c);
  wake(s, c);
  auto* known = s.ask(c, ask_job{c.id, job_id}, defaults::poll_job);
  if (lacks_objects(s, c) && !c.leader)
    return;
  if (!c.leader)
    return s.trouble("JobManagerDown", "no JobManager pod of cluster " + c.id + " runs");
  if (!answers(s, c)) {
    auto* why = s.failure_of(ask_job{c.id, job_id});
    if (why && why->kind == failure_class::forbidden)
      return; // told already
    return s.trouble("JobManagerSilent", "JobManager " + c.leader->head.key.name + " does not answer"
                                             + (why ? ": " + why->message : std::string{}));
  }
  if (!known)
    return;
  if (!*known)
    return job_unknown(s, c, job_id);
  record_job(s, **known);
  auto state = "job " + job_id + " is " + std::string{to_string((*known)->state)};
  if ((*known)->state == rest::job_state::failed)
    return job_is_failed(s, c, job_id);
  if ((*known)->state == rest::job_state::canceled)
    return s.trouble("JobEnded", state + ", by somebody else; an edit (restartNonce) starts it from its newest state");
  if (phase_of(s.was) == phase::Failed)
    s.enter(resting_phase(s), state);
  if (rest::is_terminal((*known)->state))
    return job_finished(s, c, job_id);
  s.next.cluster->job_manager = incarnation_of(*c.leader); // where it runs, whoever has started it there
  watch_running_job(s, c, **known);
}

/// What is asked of the Ingress may change without a deploy. One that does not say what it was made from is somebody
/// else's work, and left as it is.
void keep_ingress(step& s) {
  auto& id = s.was.cluster->id;
  auto colour = colour_of(s.was, id);
  auto& all = s.x.seen.world.ingresses;
  auto found = all.find(ingress_name(s.x.app.metadata.name, colour));
  if (found == all.end() || found->second->head.deleting || s.x.spec_hash != s.was.cluster->spec_hash)
    return;
  auto& head = found->second->head;
  auto made_from = head.labels.find(std::string{labels::ingress_hash});
  auto wanted = ingress_hash(s.x.app, {.id = id, .colour = colour}, s.x.settings.render);
  if (made_from == head.labels.end() || made_from->second == wanted)
    return;
  if (wanted.empty())
    return s.insist(delete_object{object_role::ingress, head.key.name, head.uid});
  action update = update_ingress{id, wanted};
  s.insist(update);
  if (auto* why = s.failure_of(update); why && why->kind == failure_class::rejected)
    s.trouble("IngressRefused", "the API server refuses the Ingress " + head.key.name + ": " + why->message);
}

/// A failed version's job must not come to life while its logs are being read.
void quiet_failed_cluster(step& s) {
  if (!s.was.failed)
    return;
  auto c = s.cluster(s.was.failed->id);
  if (c.gone() || (s.was.cluster && s.was.cluster->id == c.id))
    return;
  if (s.was.failed->job_id && c.leader)
    if (auto ended = job_ended(s, c, *s.was.failed->job_id); ended && !*ended) {
      s.cancel(c.id, *s.was.failed->job_id);
      return s.look_within(defaults::poll_longest);
    }
  if (c.task_manager)
    scaled(s, *c.task_manager, 0);
}

} // namespace

bool deploy_wanted(const step& s) {
  if (!s.x.complaints.empty())
    return false;
  if (s.was.cluster && s.x.spec_hash == s.was.cluster->spec_hash)
    return false;
  if (s.was.teardown && s.x.spec_hash == s.was.teardown->spec_hash)
    return false; // BlueGreen: the user did not want it to stay
  return !s.was.failed || s.x.spec_hash != s.was.failed->spec_hash;
}

bool scaled(step& s, const k8s::deployment& x, int32_t replicas) {
  if (x.replicas == replicas)
    return true;
  s.insist(scale_deployment{x.head.key.name, replicas});
  return false;
}

int32_t task_managers_for(const step& s, int32_t parallelism) {
  auto x = s.x.app.spec;
  x.parallelism = parallelism;
  return task_manager_count(x);
}

namespace {

/// The adaptive scheduler makes do with the slots that there are.
bool makes_do(const step& s, const rest::job& job) {
  return s.x.app.spec.scale_mode == scale_mode::Adaptive
      && std::ranges::all_of(job.vertices, [&](auto& x) { return x.parallelism < *s.was.job_status->parallelism; });
}

/// Does the job that serves miss slots? Asked only where the spec still says how many it needs.
bool misses_slots(const step& s, const cluster_view& c) {
  if (!s.was.cluster || s.was.cluster->id != c.id || s.was.cluster->spec_hash != s.x.spec_hash)
    return false;
  auto* job = s.known_job(c, serving_job(s.was));
  if (!job || rest::is_terminal(job->state))
    return starts_again(s.was);
  return !rest::all_tasks_running(*job) || makes_do(s, *job);
}

} // namespace

void wake(step& s, const cluster_view& c) {
  if (c.job_manager && c.job_manager->replicas == 0)
    scaled(s, *c.job_manager, 1);
  auto parallelism = s.was.job_status ? s.was.job_status->parallelism : std::nullopt;
  if (!c.task_manager || !parallelism)
    return;
  auto needed = task_managers_for(s, *parallelism);
  if (c.task_manager->replicas < (misses_slots(s, c) ? needed : 1))
    scaled(s, *c.task_manager, needed);
}

bool remove_cluster(step& s, const std::string& cluster_id) {
  auto c = s.cluster(cluster_id);
  int going = 0, staying = 0;
  auto remove = [&](object_role role, const k8s::object_head& x) {
    auto stays = x.labels.contains(std::string{labels::orphaned});
    ++(stays ? staying : going);
    if (x.deleting || stays)
      return;
    s.insist(delete_object{role, x.key.name, x.uid}); // guarded by the uid
  };
  if (c.job_manager)
    remove(object_role::job_manager, c.job_manager->head);
  if (c.task_manager)
    remove(object_role::task_manager, c.task_manager->head);
  if (c.versioned_service)
    remove(object_role::versioned_service, c.versioned_service->head);
  return c.gone() || (staying > 0 && going == 0);
}

void sweep(step& s) {
  for (auto& id : clusters_in(s.x.seen.world)) {
    bool serves = s.next.cluster && s.next.cluster->id == id;
    bool target = (s.next.target && s.next.target->cluster_id == id)
               || (s.next.updating_cluster && s.next.updating_cluster->id == id);
    bool kept = !s.next.target && s.next.failed && s.next.failed->id == id
             && !s.passed(s.next.failed->failed_at, defaults::failed_cluster_kept);
    if (!serves && !target && !kept)
      remove_cluster(s, id);
  }
  sweep_colours(s);
}

void settled(step& s) {
  if (s.was.cluster && !s.was.job_status)
    s.next.job_status.emplace();
  if (deploy_wanted(s))
    return begin_deploy(s, "the spec has changed");
  bool reverted = s.was.cluster && s.x.spec_hash == s.was.cluster->spec_hash && !serving_job(s.was).empty();
  if (phase_of(s.was) == phase::DeployFailed && reverted && s.x.complaints.empty()) {
    s.next.failed_deploy_hash.reset();
    s.next.reason.reset();
    s.enter(phase::Running, "the spec is again the one that runs");
  }
  if (reverted) {
    s.next.teardown.reset(); // what was torn down, or failed, may be asked for again
    s.next.failed.reset();
  }
  sweep(s);
  quiet_failed_cluster(s);
  if (s.was.cluster)
    watch_job(s, s.cluster(s.was.cluster->id));
  if (s.was.cluster && s.x.complaints.empty())
    keep_ingress(s);
  if (phase_of(s.next) == phase::DeployFailed)
    s.wait("DeployFailed", "waiting for an edit: " + s.was.reason.value_or("the deploy failed"));
  if (phase_of(s.next) == phase::Running || phase_of(s.next) == phase::DeployFailed)
    save_beside(s);
}

} // namespace flink
