#include "flink/configuration/pod_template.hpp"

#include "k8s/json/writer.hpp"

namespace flink {

namespace {

const json::raw* pointer(const std::optional<json::raw>& x) {
  return x && !x->text.empty() ? &*x : nullptr;
}

template <class T>
role_config config_from(const std::optional<T>& x) {
  if (!x)
    return {};
  return {pointer(x->resources),       x->env_config ? &*x->env_config : nullptr,
          pointer(x->node_selector),   &x->tolerations,
          pointer(x->affinity),        pointer(x->pod_template),
          x->off_heap_memory_fraction, x->system_memory_fraction};
}

bool is_flink(json::cursor container, cluster_role role) {
  auto name = container.string_at({"name"});
  return name == to_string(role) || name == "flink-main-container";
}

/// Returns an object with one member replaced.
std::string with_member(json::cursor object, std::string_view key, std::string_view value) {
  json::object_text result;
  json::members all{object};
  while (auto x = all.next())
    result.add(x->key, x->key == key ? value : x->value.text());
  return result.text();
}

} // namespace

role_config config_of(const spec& x, cluster_role role) {
  return role == cluster_role::job_manager ? config_from(x.job_manager_config) : config_from(x.task_manager_config);
}

json::cursor template_container(const spec& x, cluster_role role) {
  auto* text = config_of(x, role).pod_template;
  if (!text)
    return {};
  json::elements containers{json::cursor{text->text}.find({"spec", "containers"}).value_or(json::cursor{})};
  while (auto c = containers.next())
    if (is_flink(*c, role))
      return *c;
  return {};
}

std::string named_template(const spec& x, cluster_role role, std::string_view name) {
  auto* text = config_of(x, role).pod_template;
  if (!text)
    return {};
  json::cursor whole{text->text};
  auto pod = whole.find("spec");
  auto containers = whole.find({"spec", "containers"});
  if (!containers)
    return text->text;
  json::list_text renamed;
  json::elements all{*containers};
  while (auto c = all.next())
    renamed.add(is_flink(*c, role) ? with_member(*c, "name", json::escape(name)) : std::string{c->text()});
  return with_member(whole, "spec", with_member(*pod, "containers", renamed.text()));
}

} // namespace flink
