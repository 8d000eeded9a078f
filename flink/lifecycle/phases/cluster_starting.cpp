// New, Updating, ClusterStarting: everything that happens before the old job is touched. The gates of
// docs/architecture.md in their order: the spec decodes, the API server takes every object, the new
// cluster has its slots, the job compiles there.
#include "config/defaults.hpp"
#include "flink/admission/decode.hpp"
#include "flink/admission/hash.hpp"
#include "flink/admission/validate.hpp"
#include "flink/lifecycle/steps/start_job.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"
#include "flink/resource/program_args.hpp"

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

bool wants_ingress(const pass& p) {
  return !p.in.settings.render.ingress_url_format.empty() || (p.in.app.spec.ingress && p.in.app.spec.ingress->host);
}

/// An object that exists already is read to learn whose it is, again and again: it may be on its way out, or its owner
/// may make room.
void resolve_duplicate(pass& p, object_role role, const std::string& cluster_id) {
  action read = read_object{role, cluster_id};
  auto pause = p.answered_at(read) + defaults::poll_longest - p.in.now.steady;
  if (pause.count() <= 0)
    p.act(read);
  else
    p.requeue_within(std::chrono::ceil<std::chrono::milliseconds>(pause));
  auto conflict = p.in.seen.name_conflicts.find(create_object{role, cluster_id});
  if (conflict != p.in.seen.name_conflicts.end())
    p.blocked("NameConflict", conflict->second);
}

/// Returns whether every object of the cluster stands. Gives the version up if the API server refuses one.
bool create_objects(pass& p, const cluster_view& c) {
  auto made = create_missing(p, c);
  if (made.refused)
    fail_deploy(p, "ObjectRefused", *made.refused);
  else if (!made.complete)
    p.wait("CreatingCluster", "creating the objects of cluster " + c.id);
  return made.complete;
}

/// Whether there is a job whose state has to be taken over or which has to be ended first.
bool has_old_job(const status& x) {
  return x.cluster && !serving_job(x).empty();
}

/// BlueGreen: the old job gives at most its state away.
void leave_old_job_running(pass& p, const std::string& why) {
  if (p.in.app.spec.savepoint_disabled.value_or(false))
    return begin_submit(p, std::nullopt, why + "; savepoints are disabled");
  p.next.target->trigger_id = p.in.fresh.trigger_id;
  p.enter(phase::Savepointing, why);
  p.act(take_savepoint{p.was.cluster->id, serving_job(p.was), p.in.fresh.trigger_id});
  p.event("SavepointingJob", "taking a savepoint of job " + serving_job(p.was) + ", which goes on");
}

/// There is a job that a version which does not compile must not cost anything.
bool wants_compiling(const pass& p) {
  return has_old_job(p.was) && !is_parked(p.was);
}

/// Single: returns whether nothing stands in the way of the new cluster any more.
bool way_is_free(pass& p) {
  if (deploy_mode(p.was) != modes::single || !p.was.cluster)
    return true;
  if (is_parked(p.was))
    return room_made(p);
  if (rehearsed(p))
    leave_old_job(p, "the API server would take every object of the new cluster");
  return false;
}

} // namespace

std::vector<object_role> missing_objects(const pass& p, const cluster_view& c) {
  auto& seen = p.in.seen.world;
  auto colour = colour_of(p.next, c.id);
  auto& app = p.in.app.metadata.name;
  std::vector<object_role> missing;
  if (!c.job_manager)
    missing.push_back(object_role::job_manager);
  if (!c.versioned_service)
    missing.push_back(object_role::versioned_service);
  if (!c.task_manager)
    missing.push_back(object_role::task_manager);
  if (!seen.services.contains(generic_service_name(app, colour)))
    missing.push_back(object_role::generic_service);
  if (wants_ingress(p) && !seen.ingresses.contains(ingress_name(app, colour)))
    missing.push_back(object_role::ingress);
  return missing;
}

bool rollback_forced(pass& p) {
  bool set = p.in.app.spec.force_rollback.value_or(false);
  if (!set)
    p.next.target->force_rollback.reset(); // from now on it would be meant for this deploy
  return set && !p.was.target->force_rollback.value_or(false);
}

creation create_missing(pass& p, const cluster_view& c) {
  auto missing = missing_objects(p, c);
  for (auto role : missing) {
    action create = create_object{role, c.id};
    auto how = p.send(create);
    auto* why = p.failure_of(create);
    if (how == progress::unknown)
      p.act(create); // its name is in the status: repeating it is harmless
    else if (how == progress::done)
      p.ensure(create); // it was there, and somebody has deleted it
    else if (why && why->kind == failure_class::duplicate)
      resolve_duplicate(p, role, c.id);
    else if (how == progress::failed && why->kind == failure_class::rejected)
      return {false, "the API server refuses the " + std::string{to_string(role)} + ": " + why->message};
    else if (how == progress::failed)
      p.requeue_within(defaults::poll_longest);
  }
  return {missing.empty(), std::nullopt};
}

bool slots_ready(pass& p, const cluster_view& c) {
  if (!c.leader) {
    p.wait("JobManagerStarting", "waiting for the JobManager pod of cluster " + c.id + " to run");
    return false;
  }
  auto* overview = p.ask(c, ask_overview{c.id}, p.poll_interval());
  if (!overview) {
    p.wait("JobManagerStarting", "waiting for JobManager " + c.leader->head.key.name + " to answer");
    return false;
  }
  auto wanted = p.was.target->job->parallelism;
  if (overview->slots_total >= wanted)
    return true;
  p.wait("TaskManagersStarting", "waiting for task slots of cluster " + c.id + ": "
                                     + std::to_string(overview->slots_total) + " of " + std::to_string(wanted));
  return false;
}

void leave_old_job(pass& p, const std::string& why) {
  if (is_parked(p.was)) // Single: it has ended already
    return begin_submit(p, p.was.target->restore_path, why);
  if (!has_old_job(p.was)) {
    if (serving_cluster_is_idle(p))
      old_job_gone(p, first_restore_path(p), why);
    return;
  }
  if (deploy_mode(p.was) == modes::blue_green)
    return leave_old_job_running(p, why);
  if (p.in.app.spec.savepoint_disabled.value_or(false)) {
    p.enter(phase::Cancelling, why + "; savepoints are disabled");
    p.warn("CancellingJob", "cancelling job " + serving_job(p.was) + " without a savepoint (savepointDisabled)");
    return;
  }
  p.next.target->trigger_id = p.in.fresh.trigger_id;
  p.enter(phase::Savepointing, why);
  p.act(stop_job{p.was.cluster->id, serving_job(p.was), p.in.fresh.trigger_id});
  p.event("CancellingJob", "stopping job " + serving_job(p.was) + " with a savepoint");
}

bool superseded(pass& p) {
  if (!p.in.complaints.empty()) {
    fail_deploy(p, "InvalidSpec", complaints_in_words(p));
    return true;
  }
  // What a JobManager was asked for is seen through before it is asked for more.
  bool even_more
      = is_adaptive(p.was) && grows_in_place(p) && p.in.app.spec.parallelism > p.was.target->job->parallelism;
  if (p.in.spec_hash != p.was.target->spec_hash && !even_more) {
    bool taken_back = p.was.cluster && p.in.spec_hash == p.was.cluster->spec_hash;
    if (is_adaptive(p.was) || (is_rescale(p.was) && !grows_in_place(p)))
      begin_shrink(p, "edited while TaskManagers were being added");
    else if (taken_back && is_parked(p.was))
      begin_rollback(p, "the edit was taken back");
    else if (taken_back) {
      p.next.target.reset();
      p.enter(phase::Running, "the edit was taken back before the old job was touched");
    } else
      begin_deploy(p, "edited while the cluster was starting");
    return true;
  }
  if (rollback_forced(p)) {
    fail_deploy(p, "ForceRollback", "spec.forceRollback is set");
    return true;
  }
  return false;
}

void begin_deploy(pass& p, std::string why) {
  if (!p.has_finalizer()) {
    // Nothing is created that a deletion could miss.
    p.ensure(add_finalizer{});
    p.wait("AddingFinalizer", "adding finalizer " + std::string{finalizer_name});
    return;
  }
  auto& id = p.in.fresh.cluster_id;
  auto again = p.was.target || p.was.failed ? p.was.target ? p.was.target->attempt + 1 : 2 : 1;
  p.next.target = deploy_target{.cluster_id = id,
                                .spec_hash = p.in.spec_hash,
                                .generation = p.in.app.metadata.generation,
                                .attempt = again,
                                .started_at = p.now_text(),
                                .job = parameters_of(p.in.app.spec)};
  if (p.in.app.spec.force_rollback.value_or(false))
    p.next.target->force_rollback = true;
  if (auto& from = p.in.app.spec.restore_from; from && from->nonce != p.was.restore_nonce) {
    p.next.target->start_from = from->path;
    p.next.target->restore_nonce = from->nonce;
  }
  if (!p.was.cluster)
    p.next.savepoint_nonce = p.in.app.spec.savepoint_nonce; // nothing runs that it could be about
  if (grows_in_place(p))
    return begin_rescale(p, std::move(why));
  choose_mode(p);
  p.enter(phase::ClusterStarting, std::move(why));
  p.wait("CreatingCluster", "creating the objects of cluster " + id);
  if (deploy_mode(p.next) != modes::single)
    for (auto role : missing_objects(p, p.cluster(id)))
      p.act(create_object{role, id});
  for (auto& odd : remarks(p.in.app))
    p.warn("Remark", json::to_string(odd));
  p.event("CreatingCluster",
          "creating Flink cluster " + id + " for generation " + std::to_string(p.in.app.metadata.generation));
}

void cluster_starting(pass& p) {
  if (!p.was.target || !p.was.target->job)
    return begin_deploy(p, "the status names no target");
  if (superseded(p))
    return;
  sweep(p);
  record_serving(p); // it may take long until it is stopped
  if (!way_is_free(p))
    return;
  auto c = p.cluster(p.was.target->cluster_id);
  if (!create_objects(p, c))
    ;
  else if (slots_ready(p, c) && (!wants_compiling(p) || compiles(p, c)) && phase_of(p.next) == phase::ClusterStarting)
    return leave_old_job(p, "cluster " + c.id + " is ready");
  if (phase_of(p.next) != phase::ClusterStarting)
    return; // refused on the way
  give_up_in_time(p, c);
}

} // namespace flink
