// The built-in kinds that the model serves, with the columns of kubectl's tables.
#include "local/model/kinds/kinds.hpp"

namespace local::model {

namespace {

column text(std::string name, int priority = 0) {
  return {.name = std::move(name), .type = "string", .json_path = {}, .priority = priority};
}

std::vector<column> names(std::initializer_list<const char*> always, std::initializer_list<const char*> wide = {}) {
  std::vector<column> columns{text("Name")};
  for (auto* x : always)
    columns.push_back(text(x));
  columns.push_back(text("Age"));
  for (auto* x : wide)
    columns.push_back(text(x, 1));
  return columns;
}

/// A kind that is kept and served, with nothing particular about it.
kind_info plain(std::string group, std::string plural, std::string singular, std::string kind, bool namespaced = true,
                std::vector<std::string> short_names = {}) {
  return {.group = std::move(group),
          .version = "v1",
          .plural = std::move(plural),
          .singular = std::move(singular),
          .kind = std::move(kind),
          .namespaced = namespaced,
          .short_names = std::move(short_names),
          .columns = names({})};
}

kind_info with_status(kind_info x, std::vector<column> columns) {
  x.has_status = true;
  x.columns = std::move(columns);
  return x;
}

kind_info in_all(kind_info x) {
  x.categories = {"all"};
  return x;
}

kind_info scalable(kind_info x) {
  x.scale = scale_paths{"spec.replicas", "status.replicas", {}};
  return x;
}

kind_info with_subresources(kind_info x, std::vector<std::pair<std::string, std::string>> subresources) {
  x.subresources = std::move(subresources);
  return x;
}

kind_info with_columns(kind_info x, std::vector<column> columns) {
  x.columns = std::move(columns);
  return x;
}

kind_info guarded(kind_info x) {
  x.needs_version = true;
  return x;
}

kind_info made_by_update(kind_info x) {
  x.made_by_update = true;
  return x;
}

kind_info pods() {
  auto x = with_status(plain("", "pods", "pod", "Pod", true, {"po"}),
                       names({"Ready", "Status", "Restarts"}, {"IP", "Node", "Nominated Node", "Readiness Gates"}));
  return in_all(with_subresources(
      std::move(x), {{"binding", "Binding"}, {"eviction", "Eviction"}, {"log", "Pod"}, {"proxy", "PodProxyOptions"}}));
}

kind_info services() {
  auto x = with_status(plain("", "services", "service", "Service", true, {"svc"}),
                       names({"Type", "Cluster-IP", "External-IP", "Port(s)"}, {"Selector"}));
  return in_all(with_subresources(std::move(x), {{"proxy", "ServiceProxyOptions"}}));
}

std::vector<kind_info> core() {
  return {
      pods(),
      services(),
      with_status(plain("", "namespaces", "namespace", "Namespace", false, {"ns"}), names({"Status"})),
      with_status(plain("", "nodes", "node", "Node", false, {"no"}), names({"Status", "Roles"}, {"Internal-IP"})),
      with_columns(plain("", "configmaps", "configmap", "ConfigMap", true, {"cm"}), names({"Data"})),
      with_columns(plain("", "secrets", "secret", "Secret"), names({"Type", "Data"})),
      with_columns(plain("", "serviceaccounts", "serviceaccount", "ServiceAccount", true, {"sa"}), names({"Secrets"})),
      made_by_update(
          with_columns(plain("", "events", "event", "Event", true, {"ev"}),
                       {text("Last Seen"), text("Type"), text("Reason"), text("Object"), text("Subobject", 1),
                        text("Source", 1), text("Message"), text("First Seen", 1), text("Count", 1), text("Name", 1)})),
      plain("", "endpoints", "endpoints", "Endpoints", true, {"ep"}),
      with_status(plain("", "persistentvolumeclaims", "persistentvolumeclaim", "PersistentVolumeClaim", true, {"pvc"}),
                  names({})),
  };
}

std::vector<kind_info> others() {
  auto rbac = "rbac.authorization.k8s.io";
  return {
      in_all(scalable(with_status(plain("apps", "deployments", "deployment", "Deployment", true, {"deploy"}),
                                  names({"Ready", "Up-to-date", "Available"}, {"Containers", "Images", "Selector"})))),
      in_all(scalable(with_status(plain("apps", "replicasets", "replicaset", "ReplicaSet", true, {"rs"}),
                                  names({"Desired", "Current", "Ready"}, {"Containers", "Images", "Selector"})))),
      with_status(plain("networking.k8s.io", "ingresses", "ingress", "Ingress", true, {"ing"}),
                  names({"Class", "Hosts", "Address", "Ports"})),
      guarded(
          made_by_update(with_columns(plain("coordination.k8s.io", "leases", "lease", "Lease"), names({"Holder"})))),
      with_columns(plain("scheduling.k8s.io", "priorityclasses", "priorityclass", "PriorityClass", false, {"pc"}),
                   names({"Value"})),
      with_columns(plain("discovery.k8s.io", "endpointslices", "endpointslice", "EndpointSlice"), names({})),
      guarded(with_status(plain("apiextensions.k8s.io", "customresourcedefinitions", "customresourcedefinition",
                                "CustomResourceDefinition", false, {"crd", "crds"}),
                          {text("Name"), text("Created At")})),
      plain(rbac, "roles", "role", "Role"),
      plain(rbac, "rolebindings", "rolebinding", "RoleBinding"),
      plain(rbac, "clusterroles", "clusterrole", "ClusterRole", false),
      plain(rbac, "clusterrolebindings", "clusterrolebinding", "ClusterRoleBinding", false),
  };
}

} // namespace

std::vector<kind_info> builtin_kinds() {
  auto kinds = core();
  for (auto& x : others())
    kinds.push_back(std::move(x));
  return kinds;
}

} // namespace local::model
