#include "flink/render/metadata.hpp"

#include "flink/admission/hash.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/json/writer.hpp"

namespace flink {

namespace {

constexpr std::string_view argo_instance_label = "app.kubernetes.io/instance";

void set(string_map& x, std::string_view key, std::string value) {
  x[std::string{key}] = std::move(value);
}

std::string owner_text(const application& app) {
  json::object_text owner;
  owner.add_string("apiVersion", "flink.k8s.io/v1beta1").add_string("kind", "FlinkApplication");
  owner.add_string("name", app.metadata.name).add_string("uid", app.metadata.uid);
  owner.add_bool("controller", true).add_bool("blockOwnerDeletion", true);
  return json::list_text{}.add(owner.text()).text();
}

} // namespace

std::string map_text(const string_map& x) {
  json::object_text result;
  for (auto& [key, value] : x)
    result.add_string(key, value);
  return result.text();
}

string_map user_labels(const application& app, bool top_level) {
  string_map result;
  for (auto& [key, value] : app.metadata.labels)
    if (!labels::reserved(key) && !bookkeeping(key) && !(top_level && key == argo_instance_label))
      result[key] = value;
  return result;
}

string_map user_annotations(const application& app) {
  string_map result;
  for (auto& [key, value] : app.metadata.annotations)
    if (!bookkeeping(key))
      result[key] = value;
  return result;
}

void add_application_labels(string_map& x, const application& app, const cluster_plan& plan) {
  set(x, labels::application, app.metadata.name);
  set(x, labels::application_uid, app.metadata.uid);
  if (plan.colour)
    set(x, labels::version, std::string{to_string(*plan.colour)});
}

void add_cluster_labels(string_map& x, const cluster_plan& plan) {
  set(x, labels::cluster_id, plan.id);
  set(x, labels::attempt, std::to_string(plan.attempt));
}

string_map pod_selector(const application& app, const cluster_plan& plan, cluster_role role) {
  string_map result;
  set(result, labels::application, app.metadata.name);
  set(result, labels::deployment_type, std::string{to_string(role)});
  set(result, labels::pod_selector, pod_selector_value(plan.id, role));
  if (plan.colour)
    set(result, labels::version, std::string{to_string(*plan.colour)});
  return result;
}

std::string metadata_text(const application& app, std::string_view name, const string_map& labels,
                          const string_map& annotations, ownership owner) {
  json::object_text result;
  result.add_string("name", name).add_string("namespace", app.metadata.namespace_);
  result.add("labels", map_text(labels));
  if (!annotations.empty())
    result.add("annotations", map_text(annotations));
  if (owner == ownership::application)
    result.add("ownerReferences", owner_text(app));
  return result.text();
}

} // namespace flink
