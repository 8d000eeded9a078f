// The defaults that the API server fills into built-in kinds.
#include "local/model/base64.hpp"
#include "local/model/kinds/builtin.hpp"

#include <algorithm>

namespace local::model {

namespace {

/// Sets a member that is missing or null.
void set_default(json::object& x, std::string_view name, json::value value) {
  auto& slot = x[name];
  if (slot.is_null())
    slot = std::move(value);
}

template <class F>
void each_object(json::object& x, std::string_view list, F f) {
  auto* found = x.if_contains(list);
  if (found && found->is_array())
    for (auto& item : found->get_array())
      if (item.is_object())
        f(item.get_object());
}

void complete_probe(json::object& container, std::string_view name) {
  auto* found = container.if_contains(name);
  if (!found || !found->is_object())
    return;
  auto& probe = found->get_object();
  set_default(probe, "timeoutSeconds", 1);
  set_default(probe, "periodSeconds", 10);
  set_default(probe, "successThreshold", 1);
  set_default(probe, "failureThreshold", 3);
  if (auto* http = probe.if_contains("httpGet"); http && http->is_object()) {
    set_default(http->get_object(), "path", "/");
    set_default(http->get_object(), "scheme", "HTTP");
  }
}

/// Images without a tag, and ":latest", are always pulled.
json::value pull_policy(const json::object& container) {
  auto* found = container.if_contains("image");
  auto image = found ? to_text(*found) : std::string{};
  auto tag = image.rfind(':');
  auto tagged = tag != std::string::npos && image.find('/', tag) == std::string::npos;
  auto latest = !tagged || image.substr(tag) == ":latest";
  return latest && image.find('@') == std::string::npos ? "Always" : "IfNotPresent";
}

/// A limit without a request is the request as well.
void complete_requests(json::object& container) {
  auto& resources = container["resources"];
  if (!resources.is_object())
    resources.emplace_object();
  auto* limits = resources.get_object().if_contains("limits");
  if (!limits || !limits->is_object() || limits->get_object().empty())
    return;
  auto limited = limits->get_object();
  auto& requests = make_object(resources, "requests");
  for (auto& limit : limited)
    set_default(requests, limit.key(), limit.value());
}

void complete_container(json::object& container) {
  set_default(container, "imagePullPolicy", pull_policy(container));
  set_default(container, "terminationMessagePath", "/dev/termination-log");
  set_default(container, "terminationMessagePolicy", "File");
  complete_requests(container);
  for (auto* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
    complete_probe(container, probe);
  each_object(container, "ports", [](json::object& port) { set_default(port, "protocol", "TCP"); });
  each_object(container, "env", [](json::object& variable) {
    if (auto* source = variable.if_contains("valueFrom"))
      if (auto* field = source->is_object() ? source->get_object().if_contains("fieldRef") : nullptr;
          field && field->is_object())
        set_default(field->get_object(), "apiVersion", "v1");
  });
}

void complete_volume(json::object& volume) {
  constexpr int64_t readable = 0644;
  for (auto* source : {"configMap", "secret", "projected", "downwardAPI"})
    if (auto* found = volume.if_contains(source); found && found->is_object())
      set_default(found->get_object(), "defaultMode", readable);
  if (volume.size() == 1)
    volume["emptyDir"].emplace_object();
}

void complete_pod_spec(json::object& spec) {
  set_default(spec, "restartPolicy", "Always");
  set_default(spec, "dnsPolicy", "ClusterFirst");
  set_default(spec, "schedulerName", "default-scheduler");
  set_default(spec, "terminationGracePeriodSeconds", 30);
  set_default(spec, "securityContext", json::object{});
  if (auto* name = spec.if_contains("serviceAccountName"); name && !name->is_null())
    spec["serviceAccount"] = *name;
  for (auto* list : {"containers", "initContainers"})
    each_object(spec, list, complete_container);
  each_object(spec, "volumes", complete_volume);
}

/// Returns whether `list` has the default toleration for a node condition.
bool tolerates(const json::array& list, std::string_view taint) {
  return std::any_of(list.begin(), list.end(), [&](const json::value& x) { return text_at(x, "key") == taint; });
}

/// Returns the QoS class of a pod, from its containers' requests and limits.
std::string_view quality_class(const json::value& pod) {
  auto* containers = array_at(pod, "spec.containers");
  bool asks = false, limited = containers != nullptr;
  for (std::size_t i = 0; containers && i < containers->size(); ++i)
    for (auto* name : {"cpu", "memory"}) {
      auto* limits = object_at((*containers)[i], "resources.limits");
      auto* requests = object_at((*containers)[i], "resources.requests");
      auto* most = limits ? limits->if_contains(name) : nullptr;
      auto* least = requests ? requests->if_contains(name) : nullptr;
      asks |= most || least;
      limited &= most && least && *most == *least;
    }
  return limited ? "Guaranteed" : asks ? "Burstable" : "BestEffort";
}

/// What admission adds to a pod, but not to a template.
void complete_pod(json::value& object, const json::value* before) {
  auto& spec = make_object(object, "spec");
  complete_pod_spec(spec);
  if (before)
    return;
  set_default(spec, "serviceAccountName", "default");
  spec["serviceAccount"] = spec["serviceAccountName"];
  set_default(spec, "enableServiceLinks", true);
  set_default(spec, "priority", 0);
  set_default(spec, "preemptionPolicy", "PreemptLowerPriority");
  auto& tolerations = spec["tolerations"];
  if (!tolerations.is_array())
    tolerations.emplace_array();
  for (auto* taint : {"node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"})
    if (!tolerates(tolerations.get_array(), taint))
      tolerations.get_array().push_back(
          {{"key", taint}, {"operator", "Exists"}, {"effect", "NoExecute"}, {"tolerationSeconds", 300}});
  make_object(object, "status")["phase"] = "Pending";
  make_object(object, "status")["qosClass"] = json::string{quality_class(object)};
}

void complete_deployment(json::value& object) {
  auto& spec = make_object(object, "spec");
  set_default(spec, "replicas", 1);
  set_default(spec, "revisionHistoryLimit", 10);
  set_default(spec, "progressDeadlineSeconds", 600);
  auto& strategy = make_object(object, "spec.strategy");
  set_default(strategy, "type", "RollingUpdate");
  if (text_at(object, "spec.strategy.type") == "RollingUpdate") {
    auto& rolling = make_object(object, "spec.strategy.rollingUpdate");
    set_default(rolling, "maxUnavailable", "25%");
    set_default(rolling, "maxSurge", "25%");
  }
}

void complete_template(json::value& object) {
  make_object(object, "spec.template.metadata");
  complete_pod_spec(make_object(object, "spec.template.spec"));
}

void complete_service(json::value& object) {
  auto& spec = make_object(object, "spec");
  set_default(spec, "type", "ClusterIP");
  set_default(spec, "sessionAffinity", "None");
  set_default(spec, "internalTrafficPolicy", "Cluster");
  set_default(spec, "ipFamilies", json::array{"IPv4"});
  set_default(spec, "ipFamilyPolicy", "SingleStack");
  each_object(spec, "ports", [](json::object& port) {
    set_default(port, "protocol", "TCP");
    if (auto* number = port.if_contains("port"))
      set_default(port, "targetPort", *number);
  });
  make_object(object, "status.loadBalancer");
}

void complete_namespace(json::value& object, const json::value* before) {
  if (before)
    return;
  json::string name{text_at(object, "metadata.name")}; // a copy: making the labels moves what it would point into
  make_object(object, "metadata.labels")["kubernetes.io/metadata.name"] = std::move(name);
  make_object(object, "spec")["finalizers"] = json::array{"kubernetes"};
  make_object(object, "status")["phase"] = "Active";
}

/// Secrets take plain texts in stringData and keep them encoded in data.
void complete_secret(json::value& object) {
  set_default(object.get_object(), "type", "Opaque");
  auto* plain = object_at(object, "stringData");
  if (!plain)
    return;
  auto texts = *plain;
  auto& data = make_object(object, "data");
  for (auto& x : texts)
    data[x.key()] = to_base64(to_text(x.value()));
  erase(object, "stringData");
}

void complete_definition(json::value& object, const json::value* before) {
  auto& status = make_object(object, "status");
  auto& names = make_object(object, "spec.names");
  std::string kind{text_at(object, "spec.names.kind")};
  set_default(names, "listKind", json::string{kind + "List"});
  std::transform(kind.begin(), kind.end(), kind.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  set_default(names, "singular", json::string{kind});
  status["acceptedNames"] = *find(object, "spec.names");
  auto since = before && find(*before, "metadata.creationTimestamp") ? *find(*before, "metadata.creationTimestamp")
                                                                     : object.at("metadata").at("creationTimestamp");
  status["conditions"] = json::array{{{"type", "NamesAccepted"},
                                      {"status", "True"},
                                      {"lastTransitionTime", since},
                                      {"reason", "NoConflicts"},
                                      {"message", "no conflicts found"}},
                                     {{"type", "Established"},
                                      {"status", "True"},
                                      {"lastTransitionTime", since},
                                      {"reason", "InitialNamesAccepted"},
                                      {"message", "the initial names have been accepted"}}};
  json::array stored;
  if (auto* versions = array_at(object, "spec.versions"))
    for (auto& version : *versions)
      if (true_at(version, "storage"))
        stored.emplace_back(text_at(version, "name"));
  status["storedVersions"] = std::move(stored);
}

} // namespace

void complete_builtin(const kind_info& kind, json::value& object, const json::value* before) {
  auto resource = kind.resource();
  if (resource == "pods")
    complete_pod(object, before);
  else if (resource == "deployments.apps") {
    complete_deployment(object);
    complete_template(object);
  } else if (resource == "replicasets.apps") {
    set_default(make_object(object, "spec"), "replicas", 1);
    complete_template(object);
  } else if (resource == "services")
    complete_service(object);
  else if (resource == "namespaces")
    complete_namespace(object, before);
  else if (resource == "secrets")
    complete_secret(object);
  else if (resource == "customresourcedefinitions.apiextensions.k8s.io")
    complete_definition(object, before);
}

int64_t grace_of(const kind_info& kind, const json::value& object, int64_t wanted) {
  auto phase = text_at(object, "status.phase");
  auto runs = kind.resource() == "pods" && !text_at(object, "spec.nodeName").empty() && phase != "Succeeded"
           && phase != "Failed";
  return runs ? std::max<int64_t>(wanted, 0) : 0;
}

} // namespace local::model
