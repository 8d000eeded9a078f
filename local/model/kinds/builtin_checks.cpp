// What the API server checks of built-in kinds before it stores an object.
#include "local/model/kinds/builtin.hpp"
#include "local/model/kinds/names.hpp"
#include "local/model/kinds/selectors.hpp"

#include <algorithm>
#include <set>

namespace local::model {

namespace {

constexpr int64_t last_port = 65535;
constexpr std::size_t longest_port_name = 15;

std::string item(std::string_view list, std::size_t index) {
  return std::string{list} + "[" + std::to_string(index) + "]";
}

template <class F>
void each_item(const json::value& x, std::string_view name, const std::string& path, F f) {
  auto* list = array_at(x, name);
  for (std::size_t i = 0; list && i < list->size(); ++i)
    f((*list)[i], path + "." + item(name, i));
}

bool one_of(std::string_view text, std::initializer_list<std::string_view> allowed) {
  return std::find(allowed.begin(), allowed.end(), text) != allowed.end();
}

class pod_checker {
public:
  std::vector<cause> causes;

  void check_spec(const json::value& spec, const std::string& path) {
    check_volumes(spec, path);
    auto* containers = array_at(spec, "containers");
    if (!containers || containers->empty())
      causes.push_back(required(path + ".containers"));
    for (auto* list : {"containers", "initContainers"})
      each_item(spec, list, path, [&](auto& x, auto where) { check_container(x, where); });
    each_item(spec, "tolerations", path, [&](auto& x, auto where) { check_toleration(x, where); });
    allow(spec, "restartPolicy", path, {"Always", "OnFailure", "Never"});
    allow(spec, "dnsPolicy", path, {"ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"});
    not_negative(spec, "terminationGracePeriodSeconds", path);
  }

private:
  void allow(const json::value& x, std::string_view name, const std::string& path,
             std::initializer_list<std::string_view> allowed) {
    auto* value = find(x, name);
    if (value && value->is_string() && !one_of(text_at(x, name), allowed))
      causes.push_back(unsupported_value(path + "." + std::string{name}, *value, {allowed.begin(), allowed.end()}));
  }

  void not_negative(const json::value& x, std::string_view name, const std::string& path) {
    if (auto value = integer_at(x, name); value < 0)
      causes.push_back(invalid_value(path + "." + std::string{name}, value, "must be greater than or equal to 0"));
  }

  void check_unique_name(const json::value& x, const std::string& path, std::set<std::string>& seen) {
    std::string name{text_at(x, "name")};
    if (name.empty())
      causes.push_back(required(path + ".name"));
    else if (!is_dns_label(name))
      causes.push_back(invalid_value(path + ".name", json::string{name},
                                     "a lowercase RFC 1123 label must consist of lower case alphanumeric characters "
                                     "or '-', and must start and end with an alphanumeric character"));
    else if (!seen.insert(name).second)
      causes.push_back(duplicate_value(path + ".name", json::string{name}));
  }

  void check_volumes(const json::value& spec, const std::string& path) {
    each_item(spec, "volumes", path, [&](auto& x, auto where) {
      check_unique_name(x, where, volumes_);
      if (x.is_object() && x.get_object().size() > 2)
        causes.push_back(forbidden_field(where, "may not specify more than 1 volume type"));
    });
  }

  void check_container(const json::value& x, const std::string& path) {
    check_unique_name(x, path, containers_);
    if (text_at(x, "image").empty())
      causes.push_back(required(path + ".image"));
    allow(x, "imagePullPolicy", path, {"Always", "IfNotPresent", "Never"});
    each_item(x, "ports", path, [&](auto& port, auto where) { check_port(port, where, "containerPort"); });
    each_item(x, "env", path, [&](auto& variable, auto where) {
      auto name = text_at(variable, "name");
      if (name.empty())
        causes.push_back(required(where + ".name"));
      else if (name.find('=') != std::string_view::npos)
        causes.push_back(
            invalid_value(where + ".name", json::string{name}, "environment variable names must not contain '='"));
    });
    each_item(x, "volumeMounts", path, [&](auto& mount, auto where) { check_mount(mount, where); });
    check_resources(x, path + ".resources");
    for (auto* probe : {"livenessProbe", "readinessProbe", "startupProbe"})
      if (auto* found = find(x, probe))
        check_probe(*found, path + "." + probe);
  }

  void check_mount(const json::value& mount, const std::string& path) {
    auto name = text_at(mount, "name");
    if (name.empty())
      causes.push_back(required(path + ".name"));
    else if (!volumes_.contains(std::string{name}))
      causes.push_back({path + ".name", "FieldValueNotFound", "Not found: \"" + std::string{name} + "\""});
    if (text_at(mount, "mountPath").empty())
      causes.push_back(required(path + ".mountPath"));
  }

  void check_probe(const json::value& probe, const std::string& path) {
    for (auto* name :
         {"initialDelaySeconds", "timeoutSeconds", "periodSeconds", "successThreshold", "failureThreshold"})
      not_negative(probe, name, path);
    auto handlers = 0;
    for (auto* name : {"httpGet", "tcpSocket", "exec", "grpc"})
      handlers += find(probe, name) != nullptr;
    if (handlers == 0)
      causes.push_back(required(path, "must specify a handler type"));
  }

  void check_resources(const json::value& container, const std::string& path) {
    for (auto* part : {"limits", "requests"})
      if (auto* amounts = object_at(container, std::string{"resources."} + part))
        for (auto& amount : *amounts)
          check_amount(container, amount, path + "." + part);
  }

  void check_amount(const json::value& container, const json::key_value_pair& amount, const std::string& path) {
    auto where = path + "[" + std::string{amount.key()} + "]";
    auto value = parse_quantity(amount.value());
    if (value && *value < 0)
      causes.push_back(invalid_value(where, amount.value(), "must be greater than or equal to 0"));
    auto* limits = object_at(container, "resources.limits");
    auto* limit = limits && path.ends_with("requests") ? limits->if_contains(amount.key()) : nullptr;
    auto most = limit ? parse_quantity(*limit) : std::nullopt;
    if (value && most && *value > *most)
      causes.push_back(
          invalid_value(path, amount.value(),
                        "must be less than or equal to " + std::string{amount.key()} + " limit of " + to_text(*limit)));
  }

  void check_toleration(const json::value& x, const std::string& path) {
    allow(x, "operator", path, {"Equal", "Exists"});
    allow(x, "effect", path, {"NoSchedule", "PreferNoSchedule", "NoExecute"});
    if (text_at(x, "operator") == "Exists" && !text_at(x, "value").empty())
      causes.push_back(invalid_value(path + ".operator", json::string{text_at(x, "value")},
                                     "value must be empty when `operator` is 'Exists'"));
    if (text_at(x, "key").empty() && text_at(x, "operator") != "Exists")
      causes.push_back(
          invalid_value(path + ".operator", json::string{text_at(x, "operator")},
                        "operator must be Exists when `key` is empty, which means \"match all values and all keys\""));
  }

  void check_port(const json::value& port, const std::string& path, std::string_view number) {
    auto value = integer_at(port, number);
    if (!find(port, number))
      causes.push_back(required(path + "." + std::string{number}));
    else if (value < 1 || value > last_port)
      causes.push_back(
          invalid_value(path + "." + std::string{number}, value, "must be between 1 and 65535, inclusive"));
    if (auto name = text_at(port, "name"); name.size() > longest_port_name)
      causes.push_back(invalid_value(path + ".name", json::string{name}, "must be no more than 15 characters"));
  }

  std::set<std::string> volumes_;
  std::set<std::string> containers_;
};

void check_template(const json::value& object, const json::value* before, std::vector<cause>& causes) {
  auto* wanted = find(object, "spec.selector");
  if (requirements_of(wanted).empty())
    causes.push_back(required("spec.selector"));
  else if (!labels_match(object.at("spec").at("template"), requirements_of(wanted)))
    causes.push_back(invalid_value(
        "spec.template.metadata.labels",
        find(object, "spec.template.metadata.labels") ? *find(object, "spec.template.metadata.labels") : json::value{},
        "`selector` does not match template `labels`"));
  auto* old = before ? find(*before, "spec.selector") : nullptr;
  if (old && wanted && *old != *wanted)
    causes.push_back(invalid_value("spec.selector", *wanted, "field is immutable"));
  if (auto replicas = integer_at(object, "spec.replicas"); replicas < 0)
    causes.push_back(invalid_value("spec.replicas", replicas, "must be greater than or equal to 0"));
  if (auto* labels = object_at(object, "spec.template.metadata.labels"))
    for (auto& label : *labels)
      if (!label.value().is_string() || !is_label_value(label.value().get_string()))
        causes.push_back(
            invalid_value("spec.template.labels", label.value(),
                          "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or "
                          "'.', and must start and end with an alphanumeric character, at most 63 characters long"));
  pod_checker pods;
  pods.check_spec(object.at("spec").at("template").at("spec"), "spec.template.spec");
  causes.insert(causes.end(), pods.causes.begin(), pods.causes.end());
}

/// Of a pod's spec only a few fields may change after it was made.
void check_pod_change(const json::value& object, const json::value& before, std::vector<cause>& causes) {
  auto stable = [](const json::value& pod) {
    auto spec = pod.at("spec");
    for (auto* name : {"activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations", "nodeName"})
      erase(spec, name);
    for (auto* list : {"containers", "initContainers"})
      if (auto* items = find(spec, list); items && items->is_array())
        for (auto& x : items->get_array())
          erase(x, "image");
    return spec;
  };
  if (stable(object) != stable(before))
    causes.push_back(forbidden_field("spec", "pod updates may not change fields other than "
                                             "`spec.containers[*].image`,`spec.initContainers[*].image`,"
                                             "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to "
                                             "existing tolerations),`spec.terminationGracePeriodSeconds`"));
}

void check_service(const json::value& object, const json::value* before, std::vector<cause>& causes) {
  auto type = text_at(object, "spec.type");
  if (!one_of(type, {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}))
    causes.push_back(
        unsupported_value("spec.type", json::string{type}, {"ClusterIP", "ExternalName", "LoadBalancer", "NodePort"}));
  auto* ports = array_at(object, "spec.ports");
  auto headless = text_at(object, "spec.clusterIP") == "None";
  if ((!ports || ports->empty()) && !headless && type != "ExternalName")
    causes.push_back(required("spec.ports"));
  std::set<std::string> names;
  for (std::size_t i = 0; ports && i < ports->size(); ++i) {
    auto& port = (*ports)[i];
    auto path = "spec." + item("ports", i);
    auto number = integer_at(port, "port");
    if (number < 1 || number > last_port)
      causes.push_back(invalid_value(path + ".port", number, "must be between 1 and 65535, inclusive"));
    std::string name{text_at(port, "name")};
    if (name.empty() && ports->size() > 1)
      causes.push_back(required(path + ".name"));
    else if (!name.empty() && !names.insert(name).second)
      causes.push_back(duplicate_value(path + ".name", json::string{name}));
  }
  auto was = before ? text_at(*before, "spec.clusterIP") : std::string_view{};
  auto is = text_at(object, "spec.clusterIP");
  if (!was.empty() && !is.empty() && was != is && type != "ExternalName")
    causes.push_back(invalid_value("spec.clusterIPs[0]", json::array{json::string{is}}, "may not change once set"));
}

void check_lease(const json::value& object, std::vector<cause>& causes) {
  if (find(object, "spec.leaseDurationSeconds") && integer_at(object, "spec.leaseDurationSeconds") <= 0)
    causes.push_back(invalid_value("spec.leaseDurationSeconds", integer_at(object, "spec.leaseDurationSeconds"),
                                   "must be greater than 0"));
  if (integer_at(object, "spec.leaseTransitions") < 0)
    causes.push_back(invalid_value("spec.leaseTransitions", integer_at(object, "spec.leaseTransitions"),
                                   "must be greater than or equal to 0"));
}

void check_event(const json::value& object, std::vector<cause>& causes) {
  auto about = text_at(object, "involvedObject.namespace");
  auto ns = text_at(object, "metadata.namespace");
  if (about != ns && !(about.empty() && ns == "default"))
    causes.push_back(invalid_value("involvedObject.namespace", json::string{about}, "does not match event.namespace"));
}

} // namespace

std::vector<cause> check_builtin(const kind_info& kind, const json::value& object, const json::value* before) {
  std::vector<cause> causes;
  auto resource = kind.resource();
  if (auto* finalizers = array_at(object, "metadata.finalizers"))
    for (auto& x : *finalizers)
      if (auto name = to_text(x);
          name.find('/') == std::string::npos && !one_of(name, {"orphan", "foregroundDeletion"}))
        causes.push_back(invalid_value("metadata.finalizers", x,
                                       "name is neither a standard finalizer name nor is it fully qualified"));
  if (resource == "deployments.apps" || resource == "replicasets.apps")
    check_template(object, before, causes);
  else if (resource == "services")
    check_service(object, before, causes);
  else if (resource == "leases.coordination.k8s.io")
    check_lease(object, causes);
  else if (resource == "events")
    check_event(object, causes);
  else if (resource == "customresourcedefinitions.apiextensions.k8s.io")
    causes = check_definition(object);
  else if (resource == "pods" && before)
    check_pod_change(object, *before, causes);
  else if (resource == "pods") {
    pod_checker pods;
    pods.check_spec(object.at("spec"), "spec");
    causes = std::move(pods.causes);
  }
  return causes;
}

std::optional<std::string> missing_reference(const kind_info& kind, const json::value& object, const store& objects) {
  if (kind.resource() != "pods")
    return std::nullopt;
  std::string ns{text_at(object, "metadata.namespace")};
  std::string account{text_at(object, "spec.serviceAccountName")};
  // The default account is created a moment after its namespace; the model does not wait for it.
  if (account != "default" && !objects.get("serviceaccounts", {ns, account}))
    return "error looking up service account " + ns + "/" + account + ": serviceaccount \"" + account + "\" not found";
  std::string priority{text_at(object, "spec.priorityClassName")};
  auto builtin = one_of(priority, {"", "system-cluster-critical", "system-node-critical"});
  if (!builtin && !objects.get("priorityclasses.scheduling.k8s.io", {"", priority}))
    return "no PriorityClass with name " + priority + " was found";
  return std::nullopt;
}

} // namespace local::model
