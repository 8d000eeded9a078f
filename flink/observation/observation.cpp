#include "flink/observation/observation.hpp"

#include "flink/migration/go_operator.hpp"
#include "flink/resource/labels.hpp"
#include "flink/resource/names.hpp"

#include <set>

namespace flink {

namespace {

const std::string& label(const k8s::object_head& x, std::string_view key) {
  static const std::string none;
  auto i = x.labels.find(std::string{key});
  return i == x.labels.end() ? none : i->second;
}

/// Returns whether the JobManager in this pod can receive requests.
bool reachable(const k8s::pod& x) {
  return !x.head.deleting && !x.ip.empty() && x.phase == "Running";
}

bool better_leader(const k8s::pod& x, const k8s::pod* than) {
  if (!than || x.ready != than->ready)
    return !than || x.ready;
  return x.head.key < than->head.key;
}

void sort_pod(cluster_view& c, const k8s::pod& x) {
  if (label(x.head, labels::deployment_type) != "jobmanager") {
    c.task_manager_pods.push_back(&x);
    return;
  }
  c.job_manager_pods.push_back(&x);
  if (reachable(x) && better_leader(x, c.leader))
    c.leader = &x;
}

} // namespace

cluster_id cluster_of(const k8s::object_head& x) {
  // Objects of the Go operator need their name for this: their label changes when they are rescaled in place.
  bool made_by_us = x.labels.contains(std::string{labels::attempt});
  auto named = made_by_us ? cluster_id{} : go_cluster_id(x);
  return named.empty() ? cluster_id{label(x, labels::cluster_id)} : named;
}

bool is_versioned(const k8s::service& x) {
  return x.head.key.name == versioned_service_name(label(x.head, labels::application), cluster_of(x.head));
}

int32_t flink_restarts(const k8s::pod& x) {
  auto own = x.container_restarts.find(label(x.head, labels::container));
  return own == x.container_restarts.end() ? x.restarts : own->second;
}

incarnation incarnation_of(const k8s::pod& x) {
  return {x.head.uid, flink_restarts(x)};
}

cluster_view look_at_cluster(const observation& seen, const cluster_id& cluster_id) {
  cluster_view c{.id = cluster_id};
  for (auto& [name, x] : seen.objects.deployments)
    if (cluster_of(x->head) == cluster_id)
      (label(x->head, labels::deployment_type) == "jobmanager" ? c.job_manager : c.task_manager) = x.get();
  for (auto& [name, x] : seen.objects.services)
    if (is_versioned(*x) && cluster_of(x->head) == cluster_id)
      c.versioned_service = x.get();
  for (auto& [name, x] : seen.objects.pods)
    if (label(x->head, labels::cluster_id) == cluster_id || is_go_pod(x->head, cluster_id))
      sort_pod(c, *x);
  auto view = seen.job_managers.find(cluster_id);
  if (c.leader && view != seen.job_managers.end() && view->second.asked == incarnation_of(*c.leader))
    c.replies = &view->second;
  return c;
}

std::vector<cluster_id> clusters_in(const objects& x) {
  std::set<cluster_id> ids;
  for (auto& [name, y] : x.deployments)
    ids.insert(cluster_of(y->head));
  for (auto& [name, y] : x.services)
    if (is_versioned(*y))
      ids.insert(cluster_of(y->head));
  for (auto& [name, y] : x.pods)
    ids.emplace(label(y->head, labels::cluster_id));
  ids.erase("");
  return {ids.begin(), ids.end()};
}

} // namespace flink
