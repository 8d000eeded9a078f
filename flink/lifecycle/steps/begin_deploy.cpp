#include "flink/lifecycle/steps/begin_deploy.hpp"

#include "flink/admission/decode.hpp"
#include "flink/admission/hash.hpp"
#include "flink/admission/validate.hpp"
#include "flink/configuration/memory.hpp"
#include "flink/lifecycle/pass/status_queries.hpp"
#include "flink/lifecycle/steps/clusters.hpp"
#include "flink/lifecycle/steps/end_deploy.hpp"
#include "flink/lifecycle/steps/move_job.hpp"
#include "flink/lifecycle/steps/replicas.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"
#include "flink/resource/program_args.hpp"

namespace flink {

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

/// Returns the application with the parallelism of the running job.
application as_before(const pass_inputs& p) {
  auto x = p.in.app;
  x.spec.parallelism = *p.was.job_status->parallelism;
  return x;
}

/// Returns whether the spec differs from what runs by nothing but a higher parallelism.
bool only_grows(const pass_inputs& p) {
  auto& running = p.was.job_status->parallelism;
  return running && p.in.app.spec.parallelism > *running && spec_hash(as_before(p)) == p.was.cluster->spec_hash;
}

/// Returns whether the deploy can go on in place: the spec asks for a higher parallelism and nothing else.
bool grows_in_place(const pass_inputs& p) {
  auto& x = p.in.app.spec;
  auto at = phase_of(p.was);
  bool settled = at == phase::Running || at == phase::DeployFailed || at == phase::Rescaling;
  bool runs = settled && p.was.cluster && !serving_job(p.was).empty();
  return x.scale_mode.value_or(scale_mode::NewCluster) != scale_mode::NewCluster && runs && !is_blue_green(p.was)
      && p.cluster(p.was.cluster->id).task_manager && only_grows(p);
}

/// Makes the target such a deploy in place.
void begin_rescale(pass& p, std::string why) {
  auto& t = *p.next.target;
  auto before = task_managers_for(p, *p.was.job_status->parallelism);
  t.cluster_id = p.was.cluster->id;
  t.mode = rollout_mode::InPlace;
  t.old_replicas = replica_counts{.job_managers = 1, .task_managers = before};
  p.enter(phase::Rescaling, std::move(why));
  p.wait(reason::TaskManagersStarting, "adding TaskManagers to cluster " + t.cluster_id);
  p.event(reason::ClusterScaleUp, "scaling the TaskManagers of cluster " + t.cluster_id + " from "
                                      + std::to_string(before) + " to "
                                      + std::to_string(task_manager_count(p.in.app.spec)));
}

/// Writes the mode of the deploy into its target. If the old job has ended already (Single), the next target keeps the
/// mode and the state of the last one: there is nothing else to start from.
void choose_mode(pass& p) {
  auto& t = *p.next.target;
  auto mode = wanted_mode(p.in.app.spec, p.was);
  if (old_cluster_at_zero(p.was)) {
    mode = deployment_mode::Single;
    t.old_replicas = p.was.target->old_replicas;
    t.restore_path = p.was.target->restore_path;
  }
  if (mode != deployment_mode::Dual)
    t.mode = rollout_of(mode);
  p.next.deployment_mode = mode;
  if (mode != deployment_mode::BlueGreen) {
    p.next.updating_version.reset(); // of a first deploy that failed
    p.next.updating_hash.reset();
    p.next.version_statuses.clear();
    return;
  }
  p.next.updating_version = next_colour(p.was);
  p.next.updating_hash = t.cluster_id;
  p.next.teardown.reset();
  p.next.teardown_hash.reset();
}

} // namespace

bool take_forced_rollback(pass& p) {
  bool set = p.in.app.spec.force_rollback.value_or(false);
  if (!set)
    p.next.target->force_rollback.reset(); // from now on it would be meant for this deploy
  return set && !p.was.target->force_rollback.value_or(false);
}

void begin_deploy(pass& p, std::string why) {
  if (!p.has_finalizer()) {
    // The finalizer comes first: without it a deletion could miss what is created here.
    p.ensure(add_finalizer{});
    p.wait(reason::AddingFinalizer, "adding finalizer " + std::string{finalizer_name});
    return;
  }
  auto& id = p.in.fresh.cluster_id;
  auto again = p.was.target || p.was.failed ? p.was.target ? p.was.target->attempt + 1 : 2 : 1;
  p.next.target = deploy_target{.cluster_id = id,
                                .spec_hash = p.in.spec_hash,
                                .generation = p.in.app.metadata.generation,
                                .attempt = again,
                                .started_at = p.now(),
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
  p.wait(reason::CreatingCluster, "creating the objects of cluster " + id);
  if (deploy_mode(p.next) != rollout_mode::Single)
    for (auto role : missing_objects(p, p.cluster(id)))
      p.act(create_object{role, id});
  for (auto& odd : warnings(p.in.app))
    p.warn(reason::Remark, json::to_string(odd));
  p.event(reason::CreatingCluster,
          "creating Flink cluster " + id + " for generation " + std::to_string(p.in.app.metadata.generation));
}

bool supersede(pass& p) {
  if (!p.in.errors.empty()) {
    fail_deploy(p, reason::InvalidSpec, spec_errors(p));
    return true;
  }
  // A running rescale is finished before the JobManager is asked for even more.
  bool even_more
      = is_adaptive(p.was) && grows_in_place(p) && p.in.app.spec.parallelism > p.was.target->job->parallelism;
  if (p.in.spec_hash != p.was.target->spec_hash && !even_more) {
    bool taken_back = p.was.cluster && p.in.spec_hash == p.was.cluster->spec_hash;
    if (is_adaptive(p.was) || (is_rescale(p.was) && !grows_in_place(p)))
      begin_shrink(p, "the spec was edited while TaskManagers were being added");
    else if (taken_back && old_cluster_at_zero(p.was))
      begin_rollback(p, "the edit was reverted");
    else if (taken_back) {
      p.next.target.reset();
      p.enter(phase::Running, "the edit was reverted before the old job was touched");
    } else
      begin_deploy(p, "the spec was edited while the cluster was starting");
    return true;
  }
  if (take_forced_rollback(p)) {
    fail_deploy(p, reason::ForceRollback, "spec.forceRollback is set");
    return true;
  }
  return false;
}

} // namespace flink
