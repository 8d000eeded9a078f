#include "flink/lifecycle/steps/take_over.hpp"

#include "flink/admission/decode.hpp"
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

/// Takes an object over. Returns whether it is ours.
bool ensure_ours(pass& p, object_role role, const k8s::object_head& x) {
  bool owned = std::ranges::find(x.owner_uids, p.in.app.metadata.uid) != x.owner_uids.end();
  if (x.deleting || (!without_uid_label(x) && (keeps_owner(role) || !owned)))
    return true;
  action take = take_over_object{role, x.key.name};
  p.ensure(take);
  if (auto* why = p.failure_of(take))
    p.blocked(reason::CannotTakeOver,
              std::string{to_string(role)} + " " + x.key.name + " cannot be taken over: " + why->message);
  return false;
}

/// Takes over all objects of a cluster, and those that all clusters share. Returns whether they are ours.
bool take_over_objects(pass& p, const cluster_view& c) {
  auto& world = p.in.seen.objects;
  auto& name = p.in.app.metadata.name;
  bool ours = true;
  auto take = [&](object_role role, const auto* x) { ours = (!x || ensure_ours(p, role, x->head)) && ours; };
  take(object_role::job_manager, c.job_manager);
  take(object_role::task_manager, c.task_manager);
  take(object_role::versioned_service, c.versioned_service);
  for (auto& colour : {std::optional<flink::colour>{}, std::optional{colour::blue}, std::optional{colour::green}}) {
    if (auto i = world.services.find(generic_service_name(name, colour)); i != world.services.end())
      take(object_role::generic_service, i->second.get());
    if (auto i = world.ingresses.find(ingress_name(name, colour)); i != world.ingresses.end())
      take(object_role::ingress, i->second.get());
  }
  if (!ours)
    p.wait(reason::TakingOver, "taking over the objects of cluster " + c.id + " from the Go operator");
  return ours;
}

/// Returns the text of a Deployment; nullptr while the answer is on its way.
const std::string* text_of(pass& p, const k8s::deployment& x) {
  auto i = p.in.seen.inspected.find(x.head.key.name);
  if (i != p.in.seen.inspected.end())
    return &i->second;
  action look = inspect_deployment{x.head.key.name};
  if (p.send(look) == progress::unknown)
    p.act(look);
  p.wait(reason::TakingOver, "comparing Deployment " + x.head.key.name + " with the spec");
  return nullptr;
}

struct inspected {
  comparison compared;
  std::optional<job_parameters> job;
};

std::optional<int32_t> rescaled_to(const status& x, const cluster_view& c) {
  bool renamed = label(c.job_manager->head, labels::cluster_id) != c.id || x.in_place_updated_from_hash;
  return renamed && x.job_status ? x.job_status->parallelism : std::nullopt;
}

/// Compares the Deployments of a cluster with the spec; nullopt while answers are on their way.
std::optional<inspected> inspect(pass& p, const cluster_view& c) {
  if (!c.job_manager || !c.task_manager)
    return inspected{{likeness::undecidable, "a Deployment of cluster " + c.id + " is missing"}, std::nullopt};
  auto* jm = text_of(p, *c.job_manager);
  auto* tm = text_of(p, *c.task_manager);
  if (!jm || !tm)
    return std::nullopt;
  return inspected{compare_with_spec(p.in.app.spec, *jm, *tm, rescaled_to(p.was, c)), job_properties_of(*jm)};
}

/// Returns what was found once all objects are ours.
std::optional<inspected> take_objects(pass& p, const go_operator_version& x) {
  auto c = p.cluster(x.cluster_id);
  bool ours = take_over_objects(p, c);
  auto close = inspect(p, c);
  return ours ? close : std::nullopt;
}

/// Returns the status of a version's job: as recorded, else from the cluster itself.
job_status job_of(const pass& p, const go_operator_version& x, const std::optional<job_parameters>& rendered) {
  auto* known
      = x.recorded || !p.was.job_status || x.cluster_id != deployed_cluster(p) ? x.recorded : &*p.was.job_status;
  bool recorded = known && filled(known->jar_name);
  auto job = recorded ? *known : job_status{};
  if (!recorded) {
    auto& wanted = p.in.app.spec; // the best guess where its Deployment is missing
    job.jar_name = rendered ? rendered->jar_name : wanted.jar_name;
    job.parallelism = rendered ? rendered->parallelism : wanted.parallelism;
    job.entry_class = rendered ? rendered->entry_class : wanted.entry_class;
    job.program_args = rendered ? rendered->program_args : wanted.program_args;
    job.allow_non_restored_state = p.in.app.spec.allow_non_restored_state;
  }
  job.program_args_list = split_program_args(job.program_args.value_or(""));
  job.job_id = x.job_id.empty() ? std::nullopt : std::optional{x.job_id};
  return job;
}

/// Moves the savepoint of a finished deploy to status.savepoints. A running job does not start from it, but it is the
/// newest known state if that job is lost.
void settle_savepoint(pass& p, const go_operator_version& x) {
  if (filled(p.next.savepoint_path) && x.job_runs) {
    p.next.savepoints.push_back(
        {*p.next.savepoint_path, p.was.last_updated_at.value_or(p.now()), savepoint_reason::Update});
    p.next.savepoint_path.reset();
  }
}

void report_unverified(pass& p, const std::string& why) {
  p.next.reason = std::string{unverified} + ": the operator could not verify that the cluster runs the current spec ("
                + why + "); change spec.restartNonce to deploy it";
  p.warn(reason::AdoptedUnverified, *p.next.reason);
}

/// BlueGreen: returns whether the user had the version torn down that the spec describes.
bool was_torn_down(const status& x) {
  return is_blue_green(x) && phase_of(x) == phase::Running && x.teardown_hash;
}

/// Returns the spec hash of a cluster that runs another spec: the Go operator's, which no spec of ours has.
spec_digest go_digest(const cluster_id& x) {
  return spec_digest{x.text()};
}

/// Records whether the spec runs. If so, the cluster gets our spec_hash; if not, the Go operator's, which no spec has.
void write_likeness(pass& p, const go_operator_version& x, const comparison& compared) {
  bool due = compared.how == likeness::different || (x.deploy_due && compared.how == likeness::undecidable)
          || (x.deploy_due && !x.job_runs);
  bool failed = x.failed && compared.how != likeness::equal;
  if (due && was_torn_down(p.was))
    p.next.teardown = teardown{x.cluster_id, p.now(), p.in.spec_hash};
  p.next.cluster->spec_hash = due || failed ? go_digest(*p.next.deploy_hash) : p.in.spec_hash;
  if (failed) {
    p.next.failed = failed_cluster{.id = p.was.failed_deploy_hash.value_or(*p.next.deploy_hash),
                                   .spec_hash = p.in.spec_hash,
                                   .failed_at = p.was.last_updated_at.value_or(p.now())};
    p.next.failed_deploy_hash = p.next.failed->id;
    p.next.reason = "GivenUp: the Go operator had given up the last deploy";
  } else if (!due && compared.how == likeness::undecidable)
    report_unverified(p, compared.why);
}

void write_cluster(pass& p, const go_operator_version& x) {
  auto c = p.cluster(x.cluster_id);
  p.next.cluster = serving_cluster{x.cluster_id, p.in.spec_hash,
                                   c.leader ? std::optional{incarnation_of(*c.leader)} : std::nullopt};
  p.next.deploy_hash = x.cluster_id;
  settle_savepoint(p, x);
  forget_bookkeeping(p.next);
  p.event(reason::Adopted, "the operator has taken over cluster " + x.cluster_id + " of the Go operator"
                               + (x.job_runs ? "; job " + x.job_id + " keeps running" : "; no job runs"));
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

cluster_id deployed_cluster(const pass_inputs& p) {
  if (!p.was.deploy_hash)
    return {};
  for (auto& [name, x] : p.in.seen.objects.deployments)
    if (label(x->head, labels::cluster_id) == *p.was.deploy_hash && !cluster_of(x->head).empty())
      return cluster_of(x->head);
  return *p.was.deploy_hash;
}

void take_over(pass& p, const go_operator_version& x) {
  auto close = take_objects(p, x);
  if (!close)
    return;
  write_cluster(p, x);
  p.next.job_status = job_of(p, x, close->job);
  write_likeness(p, x, close->compared);
  p.enter(x.failed ? phase::DeployFailed : phase::Running,
          "taken over from the Go operator in phase " + phase_text(phase_of(p.was)));
}

void take_over_both(pass& p, const go_operator_version& older, const go_operator_version& newer) {
  auto first = take_objects(p, older);
  if (!first)
    return;
  auto second = take_objects(p, newer);
  if (!second)
    return;
  write_cluster(p, older);
  p.next.job_status = job_of(p, older, first->job);
  p.next.cluster->spec_hash = go_digest(older.cluster_id); // the newer one is what the spec asked for
  auto c = p.cluster(newer.cluster_id);
  bool as_wanted = second->compared.how != likeness::different;
  p.next.updating_cluster = serving_cluster{newer.cluster_id, as_wanted ? p.in.spec_hash : go_digest(newer.cluster_id),
                                            c.leader ? std::optional{incarnation_of(*c.leader)} : std::nullopt};
  p.next.version_statuses.resize(2);
  p.next.version_statuses[1] = {.job_status = job_of(p, newer, second->job)};
  if (second->compared.how == likeness::undecidable)
    report_unverified(p, second->compared.why);
  p.event(reason::Adopted,
          "the operator has also taken over cluster " + newer.cluster_id + "; job " + newer.job_id + " keeps running");
  if (phase_of(p.was) == phase::Deleting)
    return p.because("the operator has taken over the application and deletes it");
  p.enter(phase::DualRunning, "taken over from the Go operator in phase " + phase_text(phase_of(p.was)));
}

void take_over_for_deletion(pass& p, const go_operator_version& x) {
  if (!take_over_objects(p, p.cluster(x.cluster_id)))
    return;
  write_cluster(p, x);
  p.next.job_status = job_of(p, x, std::nullopt);
  p.because("the operator has taken over the application and deletes it");
}

void take_over_rollback(pass& p, const go_operator_version& x) {
  auto close = take_objects(p, x);
  if (!close)
    return;
  auto state = p.next.savepoint_path;
  write_cluster(p, x);
  p.next.job_status = job_of(p, x, close->job);
  p.next.cluster->spec_hash = go_digest(*p.next.deploy_hash);
  p.next.target = deploy_target{.cluster_id = p.in.fresh.cluster_id,
                                .spec_hash = p.in.spec_hash,
                                .generation = p.in.app.metadata.generation,
                                .started_at = p.now(),
                                .restore_path = filled(state) ? state : std::nullopt,
                                .rollback = rollback{.reason = "the Go operator was rolling back"}};
  p.enter(phase::RollingBackJob, "taken over from the Go operator while it rolled back");
}

void take_over_failure(pass& p) {
  p.next.failed = failed_cluster{.id = p.was.failed_deploy_hash.value_or(cluster_id{}),
                                 .spec_hash = p.in.spec_hash,
                                 .failed_at = p.was.last_updated_at.value_or(p.now())};
  forget_bookkeeping(p.next);
  p.next.reason = "GivenUp: the Go operator had given up the first deploy";
  p.enter(phase::DeployFailed, *p.next.reason);
}

} // namespace flink
