#include "flink/lifecycle/steps/clusters.hpp"

#include "config/defaults.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/modes.hpp"

#include <boost/describe.hpp>

namespace flink {

namespace defaults = config::defaults;

namespace {

bool wants_ingress(const pass_inputs& p) {
  return wants_ingress(p.in.app, p.in.settings.render);
}

/// Reads an object that exists already, to see who owns it. Repeats that now and then, because it may be terminating,
/// or its owner may remove it.
void resolve_duplicate(commands& p, object_role role, const cluster_id& cluster_id) {
  action read = read_object{role, cluster_id};
  auto pause = p.answered_at(read) + defaults::poll_longest - p.in.now.steady;
  if (pause.count() <= 0)
    p.act(read);
  else
    p.requeue_within(std::chrono::ceil<std::chrono::milliseconds>(pause));
  auto conflict = p.in.seen.name_conflicts.find(create_object{role, cluster_id});
  if (conflict != p.in.seen.name_conflicts.end())
    p.blocked(reason::NameConflict, conflict->second);
}

/// Returns the colour that the label of an object names.
std::optional<colour> colour_in(const k8s::object_head& head) {
  auto i = head.labels.find(std::string{labels::version});
  colour named{};
  bool known = i != head.labels.end() && boost::describe::enum_from_string(i->second.c_str(), named);
  return known ? std::optional{named} : std::nullopt;
}

/// Returns whether a Service or Ingress belongs to a colour in use. True for one that is not named after a colour: it
/// is not ours to remove.
bool has_colour_in_use(const application& app, const status& x, const k8s::object_head& head) {
  auto own = colour_in(head);
  if (!own || head.key.name != generic_service_name(app.metadata.name, own))
    return true;
  bool second = x.target || x.updating_cluster;
  return is_blue_green(x) && ((x.cluster && x.deploy_version == own) || (second && x.updating_version == own));
}

void prune_colours(commands& p) {
  auto remove = [&](object_role role, const k8s::object_head& x) {
    if (!x.deleting && !has_colour_in_use(p.in.app, p.next, x))
      p.ensure(delete_object{role, x.key.name, x.uid});
  };
  for (auto& [name, x] : p.in.seen.objects.services)
    if (!is_versioned(*x))
      remove(object_role::generic_service, x->head);
  for (auto& [name, x] : p.in.seen.objects.ingresses)
    remove(object_role::ingress, x->head);
}

} // namespace

std::vector<object_role> missing_objects(const pass_inputs& p, const cluster_view& c) {
  auto& seen = p.in.seen.objects;
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

creation create_missing(commands& p, const cluster_view& c) {
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

bool recreate_objects(commands& p, const cluster_view& c) {
  auto missing = missing_objects(p, c);
  if (missing.empty())
    return false;
  bool known
      = p.was.cluster && p.was.cluster->id == c.id && p.was.cluster->spec_hash == p.in.spec_hash && p.in.errors.empty();
  auto what = "the " + std::string{to_string(missing.front())} + " of cluster " + c.id + " is missing";
  if (!known)
    p.blocked(reason::ObjectsMissing,
              what + ", and the spec no longer describes this cluster: "
                  + (p.was.updating_cluster ? "set spec.tearDownVersionHash to " + c.id + " to remove it"
                                            : "change spec.restartNonce to deploy a new cluster"));
  else
    p.blocked(reason::ObjectsMissing, create_missing(p, c).refused.value_or(what + ": the operator creates it again"));
  return true;
}

void switch_generic_service(commands& p, const cluster_view& c) {
  auto i = p.in.seen.objects.services.find(generic_service_name(p.in.app.metadata.name, colour_of(p.was, c.id)));
  if (i == p.in.seen.objects.services.end() || !c.versioned_service)
    return;
  if (i->second->selector != c.versioned_service->selector)
    p.ensure(switch_service{c.id});
}

bool remove_cluster(commands& p, const cluster_id& cluster_id) {
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

bool remove_all_clusters(commands& p) {
  bool empty = true;
  for (auto& id : clusters_in(p.in.seen.objects))
    empty = remove_cluster(p, id) && empty;
  return empty;
}

void prune_clusters(commands& p) {
  for (auto& id : clusters_in(p.in.seen.objects)) {
    bool serves = p.next.cluster && p.next.cluster->id == id;
    bool target = (p.next.target && p.next.target->cluster_id == id)
               || (p.next.updating_cluster && p.next.updating_cluster->id == id);
    bool kept = !p.next.target && p.next.failed && p.next.failed->id == id
             && !p.passed(p.next.failed->failed_at, defaults::failed_cluster_kept);
    if (!serves && !target && !kept)
      remove_cluster(p, id);
  }
  prune_colours(p);
}

} // namespace flink
