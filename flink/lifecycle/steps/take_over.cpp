// The second half of taking over: the objects of a cluster become ours, what runs there is compared with the spec, and
// the status is written in our words.
#include "flink/admission/decode.hpp"
#include "flink/lifecycle/phases/migrating.hpp"
#include "flink/migration/go_operator.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"
#include "flink/resource/program_args.hpp"

#include <algorithm>

namespace flink {

namespace {

std::string label(const k8s::object_head& x, std::string_view key) {
  auto i = x.labels.find(std::string{key});
  return i == x.labels.end() ? std::string{} : i->second;
}

// -- ownership ------------------------------------------------------------------------------------------------

/// Returns whether an object is ours already; orders it taken over if not.
bool is_ours(step& s, object_role role, const k8s::object_head& x) {
  bool owned = std::ranges::find(x.owner_uids, s.x.app.metadata.uid) != x.owner_uids.end();
  if (x.deleting || (!without_uid_label(x) && (keeps_owner(role) || !owned)))
    return true;
  action take = take_over_object{role, x.key.name};
  s.insist(take);
  if (auto* why = s.failure_of(take))
    s.trouble("CannotTakeOver",
              std::string{to_string(role)} + " " + x.key.name + " cannot be taken over: " + why->message);
  return false;
}

/// Returns whether all objects of a cluster, and those that all clusters share, are ours.
bool all_ours(step& s, const cluster_view& c) {
  auto& world = s.x.seen.world;
  auto& name = s.x.app.metadata.name;
  bool ours = true;
  auto take = [&](object_role role, const auto* x) { ours = (!x || is_ours(s, role, x->head)) && ours; };
  take(object_role::job_manager, c.job_manager);
  take(object_role::task_manager, c.task_manager);
  take(object_role::versioned_service, c.versioned_service);
  for (auto& colour : {flink::colour{}, flink::colour{"blue"}, flink::colour{"green"}}) {
    if (auto i = world.services.find(generic_service_name(name, colour)); i != world.services.end())
      take(object_role::generic_service, i->second.get());
    if (auto i = world.ingresses.find(ingress_name(name, colour)); i != world.ingresses.end())
      take(object_role::ingress, i->second.get());
  }
  if (!ours)
    s.wait("TakingOver", "taking over the objects of cluster " + c.id + " from the Go operator");
  return ours;
}

// -- does what runs look like the spec? ---------------------------------------------------------------------------

/// Returns the text of a Deployment; null while it is being asked for.
const std::string* text_of(step& s, const k8s::deployment& x) {
  auto i = s.x.seen.inspected.find(x.head.key.name);
  if (i != s.x.seen.inspected.end())
    return &i->second;
  action look = inspect_deployment{x.head.key.name};
  if (s.order(look) == progress::unknown)
    s.act(look);
  s.wait("TakingOver", "comparing Deployment " + x.head.key.name + " with the spec");
  return nullptr;
}

struct inspected {
  comparison compared;
  std::optional<job_parameters> job;
};

std::optional<int32_t> rescaled_to(const status& x, const cluster_view& c) {
  bool renamed = label(c.job_manager->head, labels::cluster_id) != c.id || filled(x.in_place_updated_from_hash);
  return renamed && x.job_status ? x.job_status->parallelism : std::nullopt;
}

/// Looks closely at the Deployments of a cluster; nothing while the answers are on their way.
std::optional<inspected> inspect(step& s, const cluster_view& c) {
  if (!c.job_manager || !c.task_manager)
    return inspected{{likeness::undecidable, "a Deployment of cluster " + c.id + " is missing"}, std::nullopt};
  auto* jm = text_of(s, *c.job_manager);
  auto* tm = text_of(s, *c.task_manager);
  if (!jm || !tm)
    return std::nullopt;
  return inspected{compare_with_spec(s.x.app.spec, *jm, *tm, rescaled_to(s.was, c)), job_properties_of(*jm)};
}

/// Returns what was found once all objects are ours.
std::optional<inspected> take_objects(step& s, const legacy& x) {
  auto c = s.cluster(x.cluster_id);
  bool ours = all_ours(s, c);
  auto close = inspect(s, c);
  return ours ? close : std::nullopt;
}

// -- writing it down ------------------------------------------------------------------------------------------------

/// The status of a version's job: as it is on record, or from the cluster itself.
job_status job_of(const step& s, const legacy& x, const std::optional<job_parameters>& rendered) {
  auto* known
      = x.recorded || !s.was.job_status || x.cluster_id != deployed_cluster(s) ? x.recorded : &*s.was.job_status;
  bool recorded = known && filled(known->jar_name);
  auto job = recorded ? *known : job_status{};
  if (!recorded) {
    auto& wanted = s.x.app.spec; // the best guess where its Deployment is missing
    job.jar_name = rendered ? rendered->jar_name : wanted.jar_name;
    job.parallelism = rendered ? rendered->parallelism : wanted.parallelism;
    job.entry_class = rendered ? rendered->entry_class : wanted.entry_class;
    job.program_args = rendered ? rendered->program_args : wanted.program_args;
    job.allow_non_restored_state = s.x.app.spec.allow_non_restored_state;
  }
  job.program_args_list = split_program_args(job.program_args.value_or(""));
  job.job_id = x.job_id.empty() ? std::nullopt : std::optional{x.job_id};
  return job;
}

/// A savepoint of a deploy that is over is no state to start from while a job runs, but still the newest one known of
/// if that job is lost.
void settle_savepoint(step& s, const legacy& x) {
  if (filled(s.next.savepoint_path) && x.job_runs) {
    s.next.savepoints.push_back({*s.next.savepoint_path, s.was.last_updated_at.value_or(s.now_text()), "Update"});
    s.next.savepoint_path.reset();
  }
}

void tell_unverified(step& s, const std::string& why) {
  s.next.reason = std::string{unverified} + ": whether the spec runs as it stands could not be told (" + why
                + "); an edit of restartNonce deploys it";
  s.warn("AdoptedUnverified", *s.next.reason);
}

/// BlueGreen: the spec is that of a version that the user did not want to stay.
bool was_torn_down(const status& x) {
  return is_blue_green(x) && phase_of(x) == phase::Running && filled(x.teardown_hash);
}

/// Says whether the spec runs: `spec_hash` of the cluster is ours if so, else the Go operator's, which no spec has.
void write_likeness(step& s, const legacy& x, const comparison& compared) {
  bool due = compared.how == likeness::different || (x.deploy_due && compared.how == likeness::undecidable)
          || (x.deploy_due && !x.job_runs);
  bool failed = x.failed && compared.how != likeness::equal;
  if (due && was_torn_down(s.was))
    s.next.teardown = teardown{x.cluster_id, s.now_text(), s.x.spec_hash};
  s.next.cluster->spec_hash = due || failed ? *s.next.deploy_hash : s.x.spec_hash;
  if (failed) {
    s.next.failed = failed_cluster{.id = s.was.failed_deploy_hash.value_or(*s.next.deploy_hash),
                                   .spec_hash = s.x.spec_hash,
                                   .failed_at = s.was.last_updated_at.value_or(s.now_text())};
    s.next.failed_deploy_hash = s.next.failed->id;
    s.next.reason = "GivenUp: the Go operator had given the last deploy up";
  } else if (!due && compared.how == likeness::undecidable)
    tell_unverified(s, compared.why);
}

void write_cluster(step& s, const legacy& x) {
  auto c = s.cluster(x.cluster_id);
  s.next.cluster = serving_cluster{x.cluster_id, s.x.spec_hash,
                                   c.leader ? std::optional{incarnation_of(*c.leader)} : std::nullopt};
  s.next.deploy_hash = x.cluster_id;
  settle_savepoint(s, x);
  forget_bookkeeping(s.next);
  s.event("Adopted", "cluster " + x.cluster_id + " of the Go operator is taken over"
                         + (x.job_runs ? ", its job " + x.job_id + " goes on" : "; no job runs"));
}

} // namespace

void forget_bookkeeping(status& x) {
  x.savepoint_trigger_id.reset();
  x.retry_count.reset();
  x.last_seen_error.reset();
  x.in_place_updated_from_hash.reset();
  x.failed_deploy_hash.reset();
  x.reason.reset();
}

std::string deployed_cluster(const step& s) {
  if (!filled(s.was.deploy_hash))
    return {};
  for (auto& [name, x] : s.x.seen.world.deployments)
    if (label(x->head, labels::cluster_id) == *s.was.deploy_hash && !cluster_of(x->head).empty())
      return cluster_of(x->head);
  return *s.was.deploy_hash;
}

void take_over(step& s, const legacy& x) {
  auto close = take_objects(s, x);
  if (!close)
    return;
  write_cluster(s, x);
  s.next.job_status = job_of(s, x, close->job);
  write_likeness(s, x, close->compared);
  s.enter(x.failed ? phase::DeployFailed : phase::Running,
          "taken over from the Go operator in phase " + phase_text(phase_of(s.was)));
}

void take_over_both(step& s, const legacy& older, const legacy& newer) {
  auto first = take_objects(s, older);
  if (!first)
    return;
  auto second = take_objects(s, newer);
  if (!second)
    return;
  write_cluster(s, older);
  s.next.job_status = job_of(s, older, first->job);
  s.next.cluster->spec_hash = older.cluster_id; // the newer one is what the spec asked for
  auto c = s.cluster(newer.cluster_id);
  bool as_wanted = second->compared.how != likeness::different;
  s.next.updating_cluster = serving_cluster{newer.cluster_id, as_wanted ? s.x.spec_hash : newer.cluster_id,
                                            c.leader ? std::optional{incarnation_of(*c.leader)} : std::nullopt};
  s.next.version_statuses.resize(2);
  s.next.version_statuses[1] = {.job_status = job_of(s, newer, second->job)};
  if (second->compared.how == likeness::undecidable)
    tell_unverified(s, second->compared.why);
  s.event("Adopted", "cluster " + newer.cluster_id + " is taken over beside it, its job " + newer.job_id + " goes on");
  if (phase_of(s.was) == phase::Deleting)
    return s.because("taken over from the Go operator to be deleted");
  s.enter(phase::DualRunning, "taken over from the Go operator in phase " + phase_text(phase_of(s.was)));
}

void take_over_for_deletion(step& s, const legacy& x) {
  if (!all_ours(s, s.cluster(x.cluster_id)))
    return;
  write_cluster(s, x);
  s.next.job_status = job_of(s, x, std::nullopt);
  s.because("taken over from the Go operator to be deleted");
}

void take_over_rollback(step& s, const legacy& x) {
  auto close = take_objects(s, x);
  if (!close)
    return;
  auto state = s.next.savepoint_path;
  write_cluster(s, x);
  s.next.job_status = job_of(s, x, close->job);
  s.next.cluster->spec_hash = *s.next.deploy_hash;
  s.next.target = deploy_target{.cluster_id = s.x.fresh.cluster_id,
                                .spec_hash = s.x.spec_hash,
                                .generation = s.x.app.metadata.generation,
                                .started_at = s.now_text(),
                                .restore_path = filled(state) ? state : std::nullopt,
                                .rollback = rollback{.reason = "the Go operator was rolling back"}};
  s.enter(phase::RollingBackJob, "taken over from the Go operator while it rolled back");
}

void take_over_failure(step& s) {
  s.next.failed = failed_cluster{.id = s.was.failed_deploy_hash.value_or(""),
                                 .spec_hash = s.x.spec_hash,
                                 .failed_at = s.was.last_updated_at.value_or(s.now_text())};
  forget_bookkeeping(s.next);
  s.next.reason = "GivenUp: the Go operator had given the first deploy up";
  s.enter(phase::DeployFailed, *s.next.reason);
}

} // namespace flink
