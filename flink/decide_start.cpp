// New, Updating, ClusterStarting: everything that happens before the old job is touched. The gates of
// docs/architecture.md in their order: the spec decodes, the API server takes every object, the new
// cluster has its slots, the job compiles there.
#include "config/defaults.hpp"
#include "flink/decode.hpp"
#include "flink/hash.hpp"
#include "flink/labels.hpp"
#include "flink/program_args.hpp"
#include "flink/start_job.hpp"
#include "flink/validate.hpp"

namespace flink {

namespace defaults = config::defaults;

namespace {

job_parameters parameters_of(const spec& x) {
  return {.jar_name = x.jar_name,
          .parallelism = x.parallelism,
          .entry_class = x.entry_class,
          .program_args_list
          = x.program_args_list ? *x.program_args_list : split_program_args(x.program_args.value_or("")),
          .program_args = x.program_args,
          .allow_non_restored_state = x.allow_non_restored_state.value_or(false)};
}

/// A trouble of the cluster under way that people should read.
struct defect {
  std::string reason;
  std::string message;
  /// Waiting longer cannot help.
  bool final = false;
};

bool never_starts(const std::string& reason) {
  return reason == "InvalidImageName";
}

std::optional<defect> defect_of(const k8s::pod& x, const char* role) {
  auto name = std::string{role} + " pod " + x.head.key.name;
  if (x.waiting_reason && *x.waiting_reason == "CrashLoopBackOff")
    return defect{"CrashLoop", name + " keeps crashing: " + x.last_termination.value_or("no reason given"),
                  x.restarts >= defaults::crash_loop_restarts};
  bool starting
      = x.waiting_reason && (*x.waiting_reason == "ContainerCreating" || *x.waiting_reason == "PodInitializing");
  if (x.waiting_reason && !starting)
    return defect{*x.waiting_reason, name + ": " + x.waiting_message.value_or(*x.waiting_reason),
                  never_starts(*x.waiting_reason)};
  if (x.restarts >= defaults::crash_loop_restarts)
    return defect{"CrashLoop",
                  name + " has crashed " + std::to_string(x.restarts)
                      + " times: " + x.last_termination.value_or("no reason given"),
                  true};
  if (x.unschedulable)
    return defect{"Unschedulable", name + ": " + *x.unschedulable, false};
  return std::nullopt;
}

std::optional<defect> defect_of(const cluster_view& c) {
  for (auto* d : {c.job_manager, c.task_manager})
    if (d && d->replica_failure)
      return defect{"PodsRefused",
                    "Deployment " + d->head.key.name + " cannot create its pods: " + *d->replica_failure};
  for (auto* pod : c.job_manager_pods)
    if (auto found = defect_of(*pod, "JobManager"))
      return found;
  for (auto* pod : c.task_manager_pods)
    if (auto found = defect_of(*pod, "TaskManager"))
      return found;
  return std::nullopt;
}

/// Scheduling is worth the whole patience of the step; a broken pod is not.
bool hopeless(const step& s, const defect& x) {
  return x.final
      || (x.reason != "Unschedulable" && s.passed(s.was.target->step_started_at, defaults::broken_pod_patience));
}

bool wants_ingress(const step& s) {
  return !s.x.settings.render.ingress_url_format.empty() || (s.x.app.spec.ingress && s.x.app.spec.ingress->host);
}

/// An object that exists already is read to learn whose it is, again and again: it may be on its way out, or its owner
/// may make room.
void resolve_duplicate(step& s, object_role role, const std::string& cluster_id) {
  action read = read_object{role, cluster_id};
  auto pause = s.answered(read) + defaults::poll_longest - s.x.now.steady;
  if (pause.count() <= 0)
    s.act(read);
  else
    s.look_within(std::chrono::ceil<std::chrono::milliseconds>(pause));
  auto conflict = s.x.seen.name_conflicts.find(to_string(action{create_object{role, cluster_id}}));
  if (conflict != s.x.seen.name_conflicts.end())
    s.trouble("NameConflict", conflict->second);
}

/// Returns whether every object of the cluster stands. Gives the version up if the API server refuses one.
bool create_objects(step& s, const cluster_view& c) {
  auto made = create_missing(s, c);
  if (made.refused)
    fail_deploy(s, "ObjectRefused", *made.refused);
  else if (!made.complete)
    s.wait("CreatingCluster", "creating the objects of cluster " + c.id);
  return made.complete;
}

/// Returns whether the new cluster has the slots that the job needs.
bool slots_ready(step& s, const cluster_view& c) {
  if (!c.leader) {
    s.wait("JobManagerStarting", "waiting for the JobManager pod of cluster " + c.id + " to run");
    return false;
  }
  auto* overview = s.overview(c, s.pace());
  if (!overview) {
    s.wait("JobManagerStarting", "waiting for JobManager " + c.leader->head.key.name + " to answer");
    return false;
  }
  auto wanted = s.was.target->job->parallelism;
  if (overview->slots_total >= wanted)
    return true;
  s.wait("TaskManagersStarting", "waiting for task slots of cluster " + c.id + ": "
                                     + std::to_string(overview->slots_total) + " of " + std::to_string(wanted));
  return false;
}

/// The new JobManager runs main() without starting anything, so that a bad jar, class or argument costs the
/// running job nothing. Only the user's own mistakes refuse a version: plan says other things of jobs that run.
bool compiles(step& s, const cluster_view& c) {
  auto& acceptance = s.x.app.spec.acceptance;
  if (acceptance && !acceptance->compile_first.value_or(true))
    return true;
  action compile = compile_job{c.id, *s.was.target->job};
  switch (s.order(compile)) {
  case progress::pending:
    if (s.failure_of(compile))
      return true; // a failure that is no verdict does not refuse, and is not waited for
    s.wait("CompilingJob", "the JobManager of cluster " + c.id + " compiles the job");
    return false;
  case progress::failed:
    break;
  case progress::done:
  case progress::unknown:
    return true;
  }
  auto* why = s.failure_of(compile);
  if (why->kind != failure_class::rejected)
    return true;
  fail_deploy(s, "JobRefused", "the job does not compile on the new cluster: " + why->message);
  return false;
}

/// Whether there is a job whose state has to be taken over or which has to be ended first.
bool has_old_job(const status& x) {
  return x.cluster && !serving_job(x).empty();
}

void leave_old_job(step& s, const cluster_view& c) {
  if (!has_old_job(s.was)) {
    if (serving_cluster_is_idle(s))
      begin_submit(s, first_restore_path(s), "cluster " + c.id + " is ready");
    return;
  }
  if (s.x.app.spec.savepoint_disabled.value_or(false)) {
    s.enter(phase::Cancelling, "cluster " + c.id + " is ready; savepoints are disabled");
    s.warn("CancellingJob", "cancelling job " + serving_job(s.was) + " without a savepoint (savepointDisabled)");
    return;
  }
  s.next.target->trigger_id = s.x.fresh.trigger_id;
  s.enter(phase::Savepointing, "cluster " + c.id + " is ready");
  s.act(stop_job{s.was.cluster->id, serving_job(s.was), s.x.fresh.trigger_id});
  s.event("CancellingJob", "stopping job " + serving_job(s.was) + " with a savepoint");
}

/// The goal has moved, or someone wants none: returns whether the step has been taken elsewhere.
bool superseded(step& s) {
  if (!s.x.complaints.empty()) {
    fail_deploy(s, "InvalidSpec", complaints_in_words(s));
    return true;
  }
  if (s.x.spec_hash != s.was.target->spec_hash) {
    if (s.was.cluster && s.x.spec_hash == s.was.cluster->spec_hash) {
      s.next.target.reset();
      s.enter(phase::Running, "the edit was taken back before the old job was touched");
      return true;
    }
    begin_deploy(s, "edited while the cluster was starting");
    return true;
  }
  if (rollback_forced(s)) {
    fail_deploy(s, "ForceRollback", "spec.forceRollback is set");
    return true;
  }
  return false;
}

} // namespace

std::vector<object_role> missing_objects(const step& s, const cluster_view& c) {
  auto& seen = s.x.seen.world;
  auto& name = s.x.app.metadata.name;
  std::vector<object_role> missing;
  if (!c.job_manager)
    missing.push_back(object_role::job_manager);
  if (!c.versioned_service)
    missing.push_back(object_role::versioned_service);
  if (!c.task_manager)
    missing.push_back(object_role::task_manager);
  if (!seen.services.contains(name))
    missing.push_back(object_role::generic_service);
  if (wants_ingress(s) && !seen.ingresses.contains(name))
    missing.push_back(object_role::ingress);
  return missing;
}

bool rollback_forced(step& s) {
  bool set = s.x.app.spec.force_rollback.value_or(false);
  if (!set)
    s.next.target->force_rollback.reset(); // from now on it would be meant for this deploy
  return set && !s.was.target->force_rollback.value_or(false);
}

creation create_missing(step& s, const cluster_view& c) {
  auto missing = missing_objects(s, c);
  for (auto role : missing) {
    action create = create_object{role, c.id};
    auto how = s.order(create);
    auto* why = s.failure_of(create);
    if (how == progress::unknown)
      s.act(create); // its name is in the status: repeating it is harmless
    else if (how == progress::done)
      s.insist(create); // it was there, and somebody has deleted it
    else if (why && why->kind == failure_class::duplicate)
      resolve_duplicate(s, role, c.id);
    else if (how == progress::failed && why->kind == failure_class::rejected)
      return {false, "the API server refuses the " + std::string{to_string(role)} + ": " + why->message};
    else if (how == progress::failed)
      s.look_within(defaults::poll_longest);
  }
  return {missing.empty(), std::nullopt};
}

void begin_deploy(step& s, std::string why) {
  if (!s.has_finalizer()) {
    // Nothing is created that a deletion could miss.
    s.insist(add_finalizer{});
    s.wait("AddingFinalizer", "adding finalizer " + std::string{finalizer_name});
    return;
  }
  auto& id = s.x.fresh.cluster_id;
  auto again = s.was.target || s.was.failed ? s.was.target ? s.was.target->attempt + 1 : 2 : 1;
  s.next.target = deploy_target{.cluster_id = id,
                                .spec_hash = s.x.spec_hash,
                                .generation = s.x.app.metadata.generation,
                                .attempt = again,
                                .started_at = s.now_text(),
                                .job = parameters_of(s.x.app.spec)};
  if (s.x.app.spec.force_rollback.value_or(false))
    s.next.target->force_rollback = true;
  if (auto& from = s.x.app.spec.restore_from; from && from->nonce != s.was.restore_nonce) {
    s.next.target->start_from = from->path;
    s.next.target->restore_nonce = from->nonce;
  }
  if (!s.was.cluster)
    s.next.savepoint_nonce = s.x.app.spec.savepoint_nonce; // nothing runs that it could be about
  s.enter(phase::ClusterStarting, std::move(why));
  s.wait("CreatingCluster", "creating the objects of cluster " + id);
  for (auto role : missing_objects(s, s.cluster(id)))
    s.act(create_object{role, id});
  for (auto& odd : remarks(s.x.app))
    s.warn("Remark", json::to_string(odd));
  s.event("CreatingCluster",
          "creating Flink cluster " + id + " for generation " + std::to_string(s.x.app.metadata.generation));
}

void cluster_starting(step& s) {
  if (!s.was.target || !s.was.target->job)
    return begin_deploy(s, "the status names no target");
  if (superseded(s))
    return;
  sweep(s);
  record_serving(s); // it may take long until it is stopped
  auto c = s.cluster(s.was.target->cluster_id);
  if (!create_objects(s, c))
    ;
  else if (slots_ready(s, c) && (!has_old_job(s.was) || compiles(s, c)) && phase_of(s.next) == phase::ClusterStarting)
    return leave_old_job(s, c);
  if (phase_of(s.next) != phase::ClusterStarting)
    return; // refused on the way
  auto found = defect_of(c);
  if (found)
    s.trouble(found->reason, found->message);
  if (found && hopeless(s, *found))
    return fail_deploy(s, found->reason, found->message);
  auto limit = patience(s, &timeouts::cluster_start_seconds, defaults::cluster_start);
  if (s.passed(s.was.target->step_started_at, limit))
    fail_deploy(s, "ClusterStartTimeout",
                "not ready within " + std::to_string(limit.count()) + " s; last: " + s.waits_for().message);
}

} // namespace flink
