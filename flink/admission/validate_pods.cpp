// The rules for the parts of a spec that are copied into pods. The API server checks these parts too. The rules here
// catch the frequent mistakes early and name the field of the FlinkApplication.
#include "flink/admission/rules.hpp"
#include "flink/configuration/pod_template.hpp"
#include "flink/configuration/properties.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/quantity.hpp"

#include <set>

namespace flink::check {

namespace {

/// The fields that both roles have.
struct role {
  cluster_role which;
  std::string field;
  const std::optional<json::raw>& resources;
  const std::optional<flink::env_config>& env_config;
  const std::optional<double>& off_heap_memory_fraction;
  const std::optional<double>& system_memory_fraction;
  const std::optional<json::raw>& node_selector;
  const std::vector<json::raw>& tolerations;
  const std::optional<json::raw>& affinity;
  const std::optional<json::raw>& pod_template;
};

template <class T>
role role_of(cluster_role which, std::string field, const T& x) {
  return {which,
          std::move(field),
          x.resources,
          x.env_config,
          x.off_heap_memory_fraction,
          x.system_memory_fraction,
          x.node_selector,
          x.tolerations,
          x.affinity,
          x.pod_template};
}

std::string shown(json::cursor x) {
  return x.kind() == json::kind::string ? in_quotes(x.string()) : in_quotes(json::minify(x.text().substr(0, 100)));
}

/// Reports an error unless a part is an object. The decoder keeps these parts as raw JSON.
bool is_object(findings& out, const std::string& field, json::cursor x) {
  if (x.kind() == json::kind::object)
    return true;
  out.push_back({field, shown(x) + " must be an object, as in a Pod spec"});
  return false;
}

// -- resources --------------------------------------------------------------------------------------

std::optional<k8s::quantity> amount_of(json::cursor x) {
  std::string problem;
  return k8s::parse_quantity(x, problem);
}

/// Reports memory of less than 1 MiB: the unit is a mistake. "m" means thousandths, and a number alone means bytes.
void check_unit_of_memory(findings& out, const std::string& field, json::cursor amount, const k8s::quantity& read) {
  constexpr k8s::quantity none{};
  constexpr k8s::quantity mebibyte{1 << 20};
  if (read == none || read >= mebibyte)
    return;
  auto text = amount.kind() == json::kind::string ? amount.string() : std::string{amount.text()};
  auto digits = text.substr(0, text.find_first_not_of("0123456789"));
  out.push_back({field, shown(amount) + " is less than 1 MiB: write "
                            + (digits.empty() ? std::string{"a number with the unit Mi or Gi"} : digits + "Mi")});
}

void check_amounts(findings& out, const std::string& field, json::cursor amounts) {
  if (!is_object(out, field, amounts))
    return;
  json::members all{amounts};
  while (auto m = all.next()) {
    auto amount = amount_of(m->value);
    auto where = field + "." + m->key;
    if (!amount)
      out.push_back({where, shown(m->value) + " must be a quantity: use a value like 500m, 2 or 1Gi"});
    else if (*amount < k8s::quantity{})
      out.push_back({where, shown(m->value) + " must not be negative: write a positive quantity"});
    else if (m->key == "memory")
      check_unit_of_memory(out, where, m->value, *amount);
  }
}

void check_order(findings& out, const std::string& field, json::cursor requests, json::cursor limits) {
  json::members all{requests};
  while (auto m = all.next()) {
    auto limit = limits.find(m->key);
    auto least = amount_of(m->value);
    auto most = limit ? amount_of(*limit) : std::nullopt;
    if (least && most && *most < *least)
      out.push_back({field + ".requests." + m->key, shown(m->value) + " is more than limits." + m->key + " "
                                                        + shown(*limit) + ": lower the request or raise the limit"});
  }
}

void check_resources(findings& out, const std::string& field, json::cursor resources) {
  if (!is_object(out, field, resources))
    return;
  auto requests = resources.find("requests");
  auto limits = resources.find("limits");
  if (requests && !requests->is_null())
    check_amounts(out, field + ".requests", *requests);
  if (limits && !limits->is_null())
    check_amounts(out, field + ".limits", *limits);
  if (requests && limits)
    check_order(out, field, *requests, *limits);
}

// -- environment ------------------------------------------------------------------------------------

/// Reports an error unless the member `key` of `x` is a string and not empty.
bool has_text(findings& out, const std::string& field, json::cursor x, std::string_view key) {
  auto found = x.find(key);
  if (found && found->kind() == json::kind::string && !found->string().empty())
    return true;
  auto got = found && !found->is_null() ? shown(*found) + " must be a non-empty string" : "is missing";
  out.push_back({field + "." + std::string{key}, got + ": every entry of this list needs a " + std::string{key}});
  return false;
}

void check_variable(findings& out, const std::string& field, const json::raw& x) {
  json::cursor variable{x.text};
  if (!is_object(out, field, variable))
    return;
  if (has_text(out, field, variable, "name")) {
    auto name = variable.string_at({"name"});
    if (has_control(name) || name.find('=') != name.npos)
      report(out, field + ".name", name, "must be the name of a variable: remove equals signs and control characters");
  }
  auto value = variable.find("value");
  auto source = variable.find("valueFrom");
  bool valued = value && !value->is_null();
  if (valued && value->kind() != json::kind::string)
    out.push_back({field + ".value", shown(*value) + " must be a string: put it in quotes"});
  else if (valued && value->string().find('\0') != std::string::npos)
    out.push_back({field + ".value", shown(*value) + " must not contain a zero byte: remove it"});
  if (valued && !value->string().empty() && source && !source->is_null())
    out.push_back({field + ".valueFrom", "conflicts with value: keep one of them"});
}

void check_env(findings& out, const std::string& field, const env_config& x) {
  for (std::size_t i = 0; i < x.env.size(); ++i)
    check_variable(out, field + ".env[" + std::to_string(i) + "]", x.env[i]);
  for (std::size_t i = 0; i < x.env_from.size(); ++i) {
    auto where = field + ".envFrom[" + std::to_string(i) + "]";
    json::cursor source{x.env_from[i].text};
    if (is_object(out, where, source) && !source.find("configMapRef") && !source.find("secretRef"))
      out.push_back({where, shown(source) + " has no source: add configMapRef or secretRef"});
  }
}

// -- memory -----------------------------------------------------------------------------------------

void check_fraction(findings& out, const std::string& field, const std::optional<double>& x) {
  if (x && !(*x >= 0 && *x <= 1))
    out.push_back({field, json::number_text(*x) + " must be a fraction: use a number from 0 to 1"});
}

void check_memory(findings& out, const role& x, const spec& of) {
  check_fraction(out, x.field + ".offHeapMemoryFraction", x.off_heap_memory_fraction);
  check_fraction(out, x.field + ".systemMemoryFraction", x.system_memory_fraction);
  auto v = version_of(of);
  auto scope = v ? "with Flink " + std::to_string(v->major) + '.' + std::to_string(v->minor)
                 : "because the version of Flink is unknown";
  bool whole_process = v && *v >= process_memory_since;
  if (x.off_heap_memory_fraction && whole_process)
    out.push_back({x.field + ".offHeapMemoryFraction", json::number_text(*x.off_heap_memory_fraction)
                                                           + " has no effect " + scope
                                                           + ": from 1.11 on, use systemMemoryFraction"});
  if (x.system_memory_fraction && !whole_process)
    out.push_back({x.field + ".systemMemoryFraction",
                   json::number_text(*x.system_memory_fraction) + " has no effect " + scope
                       + ": set flinkVersion to the image's version, or use offHeapMemoryFraction before 1.11"});
}

// -- placement --------------------------------------------------------------------------------------

void check_selector(findings& out, const std::string& field, const json::raw& x) {
  json::cursor selector{x.text};
  if (!is_object(out, field, selector))
    return;
  json::members all{selector};
  while (auto m = all.next())
    if (m->value.kind() != json::kind::string)
      out.push_back({field + "." + m->key, shown(m->value) + " must be a string: put it in quotes"});
}

void check_template(findings& out, const std::string& field, const json::raw& x) {
  json::cursor pod{x.text};
  if (!is_object(out, field, pod))
    return;
  json::members all{pod};
  while (auto m = all.next())
    if (m->key != "metadata" && m->key != "spec" && m->key != "apiVersion" && m->key != "kind")
      report(out, field, m->key, "is not a field of a pod template, which has metadata and spec: move it under spec");
  auto labels = pod.find({"metadata", "labels"});
  json::members keys{labels.value_or(json::cursor{})};
  while (auto m = keys.next())
    if (labels::reserved(m->key))
      report(out, field + ".metadata.labels", m->key,
             "= " + shown(m->value) + " is reserved for the operator's own objects: remove this label");
}

/// The resources of Flink's container in the pod template size Flink's memory as those of the spec do.
void check_template_resources(findings& out, const role& x, const spec& of) {
  auto container = template_container(of, x.which);
  auto resources = container.find("resources");
  if (resources && !resources->is_null())
    check_resources(out, x.field + ".podTemplate.spec.containers[" + container.string_at({"name"}) + "].resources",
                    *resources);
}

void check_role(findings& out, const role& x, const spec& of) {
  if (x.resources)
    check_resources(out, x.field + ".resources", json::cursor{x.resources->text});
  if (x.env_config)
    check_env(out, x.field + ".envConfig", *x.env_config);
  check_memory(out, x, of);
  if (x.node_selector)
    check_selector(out, x.field + ".nodeSelector", *x.node_selector);
  for (std::size_t i = 0; i < x.tolerations.size(); ++i)
    is_object(out, x.field + ".tolerations[" + std::to_string(i) + "]", json::cursor{x.tolerations[i].text});
  if (x.affinity)
    is_object(out, x.field + ".affinity", json::cursor{x.affinity->text});
  if (x.pod_template)
    check_template(out, x.field + ".podTemplate", *x.pod_template);
  check_template_resources(out, x, of);
}

// -- volumes ----------------------------------------------------------------------------------------

void check_volumes(findings& out, const spec& x) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < x.volumes.size(); ++i) {
    auto field = "spec.volumes[" + std::to_string(i) + "]";
    json::cursor volume{x.volumes[i].text};
    if (!is_object(out, field, volume) || !has_text(out, field, volume, "name"))
      continue;
    auto name = volume.string_at({"name"});
    if (!dns_label(name))
      report(out, field + ".name", name, "must be the name of a volume: use lower-case letters, digits and hyphens");
    if (!names.insert(name).second)
      report(out, field + ".name", name, "names two volumes: rename or remove one of them");
  }
}

/// Accepts a mount whose volume is not in the list, because a webhook may add the volume.
void check_mounts(findings& out, const spec& x) {
  for (std::size_t i = 0; i < x.volume_mounts.size(); ++i) {
    auto field = "spec.volumeMounts[" + std::to_string(i) + "]";
    json::cursor mount{x.volume_mounts[i].text};
    if (!is_object(out, field, mount))
      continue;
    has_text(out, field, mount, "name");
    has_text(out, field, mount, "mountPath");
  }
}

} // namespace

void check_pods(findings& out, const spec& x) {
  if (x.security_context)
    is_object(out, "spec.securityContext", json::cursor{x.security_context->text});
  check_volumes(out, x);
  check_mounts(out, x);
  if (x.job_manager_config)
    check_role(out, role_of(cluster_role::job_manager, "spec.jobManagerConfig", *x.job_manager_config), x);
  if (x.task_manager_config)
    check_role(out, role_of(cluster_role::task_manager, "spec.taskManagerConfig", *x.task_manager_config), x);
}

} // namespace flink::check
