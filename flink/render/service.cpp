// Renders the Service of one cluster, the Service of the serving version, and the Ingress.
#include "flink/admission/hash.hpp"
#include "flink/configuration/ports.hpp"
#include "flink/render/metadata.hpp"
#include "flink/render/render.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/json/writer.hpp"

namespace flink {

namespace {

std::string ports_text(const spec& x) {
  json::list_text result;
  for (auto& [name, port] : ports_of(x, cluster_role::job_manager))
    result.add(json::object_text{}.add_string("name", name).add_number("port", port).text());
  return result.text();
}

std::string service_text(const application& app, const cluster_plan& plan, std::string_view metadata, bool unready) {
  json::object_text spec;
  spec.add_string("type", "ClusterIP");
  if (unready)
    spec.add_bool("publishNotReadyAddresses", true);
  spec.add("selector", map_text(pod_selector(app, plan, cluster_role::job_manager)));
  spec.add("ports", ports_text(app.spec));
  json::object_text result;
  result.add_string("apiVersion", "v1").add_string("kind", "Service");
  return result.add("metadata", metadata).add("spec", spec.text()).text();
}

string_map service_labels(const application& app, const cluster_plan& plan) {
  string_map result;
  add_application_labels(result, app, plan);
  add_cluster_labels(result, plan);
  return result;
}

std::string replace_all(std::string text, std::string_view what, std::string_view by) {
  for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
    text.replace(at, what.size(), by);
  return text;
}

std::string rule_text(const application& app, const cluster_plan& plan, const std::string& host) {
  auto port = json::object_text{}.add_number("number", ui_port(app.spec)).text();
  json::object_text service;
  service.add_string("name", generic_service_name(app.metadata.name, plan.colour)).add("port", port);
  json::object_text path;
  path.add_string("pathType", "ImplementationSpecific");
  path.add("backend", json::object_text{}.add("service", service.text()).text());
  auto paths = json::object_text{}.add("paths", json::list_text{}.add(path.text()).text()).text();
  return json::object_text{}.add_string("host", host).add("http", paths).text();
}

/// Also works as a merge patch: a null removes what is no longer wanted.
std::string ingress_spec(const application& app, const cluster_plan& plan, const std::string& host,
                         bool as_patch = false) {
  json::object_text result;
  auto& wanted = app.spec.ingress;
  if (wanted && wanted->class_name)
    result.add_string("ingressClassName", *wanted->class_name);
  result.add("rules", json::list_text{}.add(rule_text(app, plan, host)).text());
  if (wanted && wanted->tls_secret_name) {
    json::object_text tls;
    tls.add("hosts", json::list_text{}.add_string(host).text()).add_string("secretName", *wanted->tls_secret_name);
    result.add("tls", json::list_text{}.add(tls.text()).text());
  } else if (as_patch) {
    result.add("tls", "null");
  }
  return result.text();
}

const string_map& ingress_annotations(const application& app) {
  static const string_map none;
  return app.spec.ingress ? app.spec.ingress->annotations : none;
}

} // namespace

std::string render_versioned_service(const application& app, const cluster_plan& plan) {
  auto name = versioned_service_name(app.metadata.name, plan.id);
  auto metadata = metadata_text(app, name, service_labels(app, plan), {}, ownership::none);
  return service_text(app, plan, metadata, true);
}

std::string render_generic_service(const application& app, const cluster_plan& plan) {
  auto name = generic_service_name(app.metadata.name, plan.colour);
  auto metadata = metadata_text(app, name, service_labels(app, plan), {}, ownership::application);
  return service_text(app, plan, metadata, false);
}

std::string ingress_host(const application& app, const cluster_plan& plan, const render_options& options) {
  if (app.spec.ingress && app.spec.ingress->host && !app.spec.ingress->host->empty()) {
    auto& host = *app.spec.ingress->host;
    // Two versions cannot share a host.
    return plan.colour && !host.starts_with("*.") ? std::string{to_string(*plan.colour)} + "-" + host : host;
  }
  return replace_all(options.ingress_url_format, "{{$jobCluster}}", ingress_name(app.metadata.name, plan.colour));
}

bool wants_ingress(const application& app, const render_options& options) {
  return !ingress_host(app, {}, options).empty();
}

std::string render_ingress(const application& app, const cluster_plan& plan, const render_options& options) {
  auto host = ingress_host(app, plan, options);
  if (host.empty())
    return {};
  auto labels = user_labels(app, true);
  add_application_labels(labels, app, plan);
  labels[std::string{labels::ingress_hash}] = ingress_hash(app, plan, options);
  auto& annotations = ingress_annotations(app);
  auto name = ingress_name(app.metadata.name, plan.colour);
  json::object_text result;
  result.add_string("apiVersion", "networking.k8s.io/v1").add_string("kind", "Ingress");
  result.add("metadata", metadata_text(app, name, labels, annotations, ownership::application));
  return result.add("spec", ingress_spec(app, plan, host)).text();
}

std::string ingress_hash(const application& app, const cluster_plan& plan, const render_options& options) {
  auto host = ingress_host(app, plan, options);
  return host.empty() ? std::string{} : digest(map_text(ingress_annotations(app)) + ingress_spec(app, plan, host));
}

std::string ingress_patch(const application& app, const cluster_plan& plan, const render_options& options) {
  json::object_text labels, metadata, result;
  labels.add_string(labels::ingress_hash, ingress_hash(app, plan, options));
  metadata.add("labels", labels.text()).add("annotations", map_text(ingress_annotations(app)));
  auto spec = ingress_spec(app, plan, ingress_host(app, plan, options), true);
  return result.add("metadata", metadata.text()).add("spec", spec).text();
}

std::string service_switch_patch(const application& app, const cluster_id& id, std::string_view selector) {
  auto own = pod_selector_value(id, cluster_role::job_manager);
  json::object_text pods;
  pods.add_string(labels::application, app.metadata.name);
  pods.add_string(labels::deployment_type, to_string(cluster_role::job_manager));
  pods.add_string(labels::pod_selector, selector.empty() ? own : selector);
  pods.add(labels::cluster_id, "null"); // a selector of early versions of the Go operator
  auto labels = json::object_text{}.add_string(labels::cluster_id, id).text();
  json::object_text result;
  result.add("metadata", json::object_text{}.add("labels", labels).text());
  return result.add("spec", json::object_text{}.add("selector", pods.text()).text()).text();
}

} // namespace flink
