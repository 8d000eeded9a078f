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
  auto conflict = s.x.seen.name_conflicts.find(create_object{role, cluster_id});
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

/// Whether there is a job whose state has to be taken over or which has to be ended first.
bool has_old_job(const status& x) {
  return x.cluster && !serving_job(x).empty();
}

/// BlueGreen: the old job gives at most its state away.
void leave_old_job_running(step& s, const std::string& why) {
  if (s.x.app.spec.savepoint_disabled.value_or(false))
    return begin_submit(s, std::nullopt, why + "; savepoints are disabled");
  s.next.target->trigger_id = s.x.fresh.trigger_id;
  s.enter(phase::Savepointing, why);
  s.act(take_savepoint{s.was.cluster->id, serving_job(s.was), s.x.fresh.trigger_id});
  s.event("SavepointingJob", "taking a savepoint of job " + serving_job(s.was) + ", which goes on");
}

/// There is a job that a version which does not compile must not cost anything.
bool wants_compiling(const step& s) {
  return has_old_job(s.was) && !is_parked(s.was);
}

/// Single: returns whether nothing stands in the way of the new cluster any more.
bool way_is_free(step& s) {
  if (deploy_mode(s.was) != modes::single || !s.was.cluster)
    return true;
  if (is_parked(s.was))
    return room_made(s);
  if (rehearsed(s))
    leave_old_job(s, "the API server would take every object of the new cluster");
  return false;
}

} // namespace

std::vector<object_role> missing_objects(const step& s, const cluster_view& c) {
  auto& seen = s.x.seen.world;
  auto colour = colour_of(s.next, c.id);
  auto& app = s.x.app.metadata.name;
  std::vector<object_role> missing;
  if (!c.job_manager)
    missing.push_back(object_role::job_manager);
  if (!c.versioned_service)
    missing.push_back(object_role::versioned_service);
  if (!c.task_manager)
    missing.push_back(object_role::task_manager);
  if (!seen.services.contains(generic_service_name(app, colour)))
    missing.push_back(object_role::generic_service);
  if (wants_ingress(s) && !seen.ingresses.contains(ingress_name(app, colour)))
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

bool slots_ready(step& s, const cluster_view& c) {
  if (!c.leader) {
    s.wait("JobManagerStarting", "waiting for the JobManager pod of cluster " + c.id + " to run");
    return false;
  }
  auto* overview = s.ask(c, ask_overview{c.id}, s.pace());
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

void leave_old_job(step& s, const std::string& why) {
  if (is_parked(s.was)) // Single: it has ended already
    return begin_submit(s, s.was.target->restore_path, why);
  if (!has_old_job(s.was)) {
    if (serving_cluster_is_idle(s))
      old_job_gone(s, first_restore_path(s), why);
    return;
  }
  if (deploy_mode(s.was) == modes::blue_green)
    return leave_old_job_running(s, why);
  if (s.x.app.spec.savepoint_disabled.value_or(false)) {
    s.enter(phase::Cancelling, why + "; savepoints are disabled");
    s.warn("CancellingJob", "cancelling job " + serving_job(s.was) + " without a savepoint (savepointDisabled)");
    return;
  }
  s.next.target->trigger_id = s.x.fresh.trigger_id;
  s.enter(phase::Savepointing, why);
  s.act(stop_job{s.was.cluster->id, serving_job(s.was), s.x.fresh.trigger_id});
  s.event("CancellingJob", "stopping job " + serving_job(s.was) + " with a savepoint");
}

bool superseded(step& s) {
  if (!s.x.complaints.empty()) {
    fail_deploy(s, "InvalidSpec", complaints_in_words(s));
    return true;
  }
  // What a JobManager was asked for is seen through before it is asked for more.
  bool even_more = is_adaptive(s.was) && grows_in_place(s) && s.x.app.spec.parallelism > s.was.target->job->parallelism;
  if (s.x.spec_hash != s.was.target->spec_hash && !even_more) {
    bool taken_back = s.was.cluster && s.x.spec_hash == s.was.cluster->spec_hash;
    if (is_adaptive(s.was) || (is_rescale(s.was) && !grows_in_place(s)))
      begin_shrink(s, "edited while TaskManagers were being added");
    else if (taken_back && is_parked(s.was))
      begin_rollback(s, "the edit was taken back");
    else if (taken_back) {
      s.next.target.reset();
      s.enter(phase::Running, "the edit was taken back before the old job was touched");
    } else
      begin_deploy(s, "edited while the cluster was starting");
    return true;
  }
  if (rollback_forced(s)) {
    fail_deploy(s, "ForceRollback", "spec.forceRollback is set");
    return true;
  }
  return false;
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
  if (grows_in_place(s))
    return begin_rescale(s, std::move(why));
  choose_mode(s);
  s.enter(phase::ClusterStarting, std::move(why));
  s.wait("CreatingCluster", "creating the objects of cluster " + id);
  if (deploy_mode(s.next) != modes::single)
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
  if (!way_is_free(s))
    return;
  auto c = s.cluster(s.was.target->cluster_id);
  if (!create_objects(s, c))
    ;
  else if (slots_ready(s, c) && (!wants_compiling(s) || compiles(s, c)) && phase_of(s.next) == phase::ClusterStarting)
    return leave_old_job(s, "cluster " + c.id + " is ready");
  if (phase_of(s.next) != phase::ClusterStarting)
    return; // refused on the way
  give_up_in_time(s, c);
}

} // namespace flink
