// Deployments and their pods. Fields that identify a cluster are always ours. Then the fields of the spec count, then
// the pod template, then defaults.
#include "flink/configuration/effective_config.hpp"
#include "flink/configuration/memory.hpp"
#include "flink/configuration/pod_template.hpp"
#include "flink/configuration/ports.hpp"
#include "flink/render/metadata.hpp"
#include "flink/render/render.hpp"
#include "flink/render/strategic_merge.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/json/writer.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace flink {

namespace {

/// The input for one pod.
struct pod_plan {
  const application& app;
  const cluster_plan& cluster;
  const render_options& options;
  cluster_role role;
};

// -- environment ------------------------------------------------------------------------------------------

std::string variable(std::string_view name, std::string_view value) {
  return json::object_text{}.add_string("name", name).add_string("value", value).text();
}

std::string field_variable(std::string_view name, std::string_view path) {
  auto field = json::object_text{}.add_string("fieldPath", path).text();
  auto source = json::object_text{}.add("fieldRef", field).text();
  return json::object_text{}.add_string("name", name).add("valueFrom", source).text();
}

struct named_text {
  std::string name;
  std::string text;
};

std::vector<named_text> operator_variables(const pod_plan& x) {
  auto& meta = x.app.metadata;
  effective_config all{x.app.spec, x.role, {meta.name, meta.namespace_, x.cluster.id}};
  auto config = properties_text(all.entries());
  std::vector<named_text> result;
  auto add = [&](std::string name, std::string_view value) {
    auto text = variable(name, value);
    result.push_back({std::move(name), std::move(text)});
  };
  add("APP_NAME", x.app.metadata.name);
  add("OPERATOR_FLINK_CONFIG", config);
  add("FLINK_PROPERTIES", config);
  result.push_back({"HOST_NAME", field_variable("HOST_NAME", "metadata.name")});
  result.push_back({"HOST_IP", field_variable("HOST_IP", "status.podIP")});
  if (x.cluster.colour)
    add("FLINK_APPLICATION_VERSION", to_string(*x.cluster.colour));
  add("FLINK_DEPLOYMENT_TYPE", to_string(x.role));
  return result;
}

/// Returns whether the operator sets this variable itself. Its value contains the user's already, or the user's would
/// separate a process from its cluster.
bool ours_alone(std::string_view variable) {
  constexpr std::array names{"OPERATOR_FLINK_CONFIG", "FLINK_PROPERTIES", "FLINK_DEPLOYMENT_TYPE"};
  return std::ranges::find(names, variable) != names.end();
}

std::string env_text(const pod_plan& x) {
  std::vector<named_text> theirs;
  std::set<std::string> taken;
  if (auto* env = config_of(x.app.spec, x.role).env)
    for (auto& entry : env->env)
      if (auto name = json::cursor{entry.text}.string_at({"name"}); !ours_alone(name)) {
        taken.insert(name);
        theirs.push_back({name, entry.text});
      }
  json::list_text result;
  for (auto& v : operator_variables(x))
    if (!taken.contains(v.name))
      result.add(v.text);
  for (auto& v : theirs)
    result.add(v.text);
  return result.text();
}

// -- container --------------------------------------------------------------------------------------------

std::string container_name(const pod_plan& x) {
  std::string role{to_string(x.role)};
  auto format = x.options.container_name_format;
  auto at = format.find("%s");
  return at == format.npos ? role : format.replace(at, 2, role);
}

std::string ports_text(const pod_plan& x) {
  json::list_text result;
  for (auto& [name, port] : ports_of(x.app.spec, x.role))
    result.add(json::object_text{}.add_string("name", name).add_number("containerPort", port).text());
  return result.text();
}

std::string raw_list(const std::vector<json::raw>& x) {
  json::list_text result;
  for (auto& entry : x)
    result.add(entry.text);
  return result.text();
}

std::string overview_probe(const pod_plan& x, int period, int timeout, int failures) {
  effective_config config{x.app.spec, x.role};
  auto* tls = config.get("security.ssl.rest.enabled");
  json::object_text get;
  get.add_string("path", "/overview").add_number("port", ui_port(x.app.spec));
  if (tls && *tls == "true")
    get.add_string("scheme", "HTTPS");
  json::object_text result;
  result.add("httpGet", get.text());
  result.add_number("periodSeconds", period).add_number("timeoutSeconds", timeout);
  return result.add_number("failureThreshold", failures).text();
}

/// A probe in the pod template replaces ours.
void add_probes(const pod_plan& x, json::object_text& container) {
  auto from_template = template_container(x.app.spec, x.role);
  if (x.role != cluster_role::job_manager || from_template.find("readinessProbe"))
    return;
  // Probes at once and often, so that no fixed delay is lost. A standby JobManager answers only when there is a leader,
  // and the election takes a while after a crash.
  if (!from_template.find("startupProbe"))
    container.add("startupProbe", overview_probe(x, 1, 3, 600));
  container.add("readinessProbe", overview_probe(x, 3, 3, 3));
}

std::string container_text(const pod_plan& x) {
  auto& spec = x.app.spec;
  auto config = config_of(spec, x.role);
  json::object_text result;
  result.add_string("name", container_name(x)).add_string("image", spec.image);
  result.add("args", json::list_text{}.add_string(to_string(x.role)).text());
  result.add("ports", ports_text(x));
  if (config.env && !config.env->env_from.empty())
    result.add("envFrom", raw_list(config.env->env_from));
  result.add("env", env_text(x));
  result.add("resources", resources_of(spec, x.role));
  if (!spec.volume_mounts.empty())
    result.add("volumeMounts", raw_list(spec.volume_mounts));
  add_probes(x, result);
  // The pod of a failed version may be gone before anyone reads its log: its last lines reach the status.
  if (!template_container(spec, x.role).find("terminationMessagePolicy"))
    result.add_string("terminationMessagePolicy", "FallbackToLogsOnError");
  if (spec.image_pull_policy)
    result.add_string("imagePullPolicy", boost::describe::enum_to_string(*spec.image_pull_policy, ""));
  else if (!template_container(spec, x.role).find("imagePullPolicy"))
    result.add_string("imagePullPolicy", "IfNotPresent");
  return result.text();
}

// -- pod ----------------------------------------------------------------------------------------------------

std::string pull_secrets(const spec& x) {
  json::list_text result;
  for (auto& secret : x.image_pull_secrets)
    result.add(json::object_text{}.add_string("name", secret.name).text());
  return result.text();
}

/// Returns whether the pod template sets a field of the pod for which we only have a default.
bool has_template_member(const role_config& x, std::string_view key) {
  return x.pod_template && json::cursor{x.pod_template->text}.find({"spec", key});
}

std::string pod_spec(const pod_plan& x) {
  auto& spec = x.app.spec;
  auto config = config_of(spec, x.role);
  json::object_text result;
  auto add_raw = [&](std::string_view key, const json::raw* value) {
    if (value)
      result.add(key, value->text);
  };
  result.add("containers", json::list_text{}.add(container_text(x)).text());
  if (!spec.volumes.empty())
    result.add("volumes", raw_list(spec.volumes));
  if (!spec.image_pull_secrets.empty())
    result.add("imagePullSecrets", pull_secrets(spec));
  add_raw("nodeSelector", config.node_selector);
  if (config.tolerations && !config.tolerations->empty())
    result.add("tolerations", raw_list(*config.tolerations));
  add_raw("affinity", config.affinity);
  if (!x.options.scheduler_name.empty())
    result.add_string("schedulerName", x.options.scheduler_name);
  if (spec.service_account_name && !spec.service_account_name->empty())
    result.add_string("serviceAccountName", *spec.service_account_name);
  if (spec.security_context)
    add_raw("securityContext", &*spec.security_context);
  // Without this, each Service of the namespace adds seven variables to the pod. With some hundred applications pods
  // start late, with more than a thousand Services they do not start.
  if (!has_template_member(config, "enableServiceLinks"))
    result.add_bool("enableServiceLinks", false);
  return result.text();
}

string_map pod_labels(const pod_plan& x) {
  auto result = user_labels(x.app, false);
  add_application_labels(result, x.app, x.cluster);
  add_cluster_labels(result, x.cluster);
  result.merge(pod_selector(x.app, x.cluster, x.role));
  result[std::string{labels::container}] = container_name(x);
  return result;
}

string_map pod_annotations(const pod_plan& x) {
  auto result = user_annotations(x.app);
  result[std::string{labels::cluster_id}] = x.cluster.id;
  return result;
}

/// Returns `{"metadata", "spec"}`, merged with the pod template.
std::string pod_text(const pod_plan& x) {
  json::object_text metadata;
  metadata.add("labels", map_text(pod_labels(x))).add("annotations", map_text(pod_annotations(x)));
  auto ours = json::object_text{}.add("metadata", metadata.text()).add("spec", pod_spec(x)).text();
  return strategic_merge(named_template(x.app.spec, x.role, container_name(x)), ours);
}

// -- deployment ---------------------------------------------------------------------------------------------

/// Describes the job for people, in the words and spacing of the Go operator.
std::string job_properties(const spec& x) {
  auto args = x.program_args.value_or("");
  if (x.program_args_list)
    for (auto& arg : *x.program_args_list)
      args += (args.empty() ? "" : " ") + arg;
  return "jarName: " + x.jar_name + "\nparallelism: " + std::to_string(x.parallelism)
       + "\nentryClass:" + x.entry_class.value_or("") + "\nprogramArgs:\"" + args + "\"";
}

string_map deployment_labels(const pod_plan& x) {
  auto result = user_labels(x.app, true);
  add_application_labels(result, x.app, x.cluster);
  add_cluster_labels(result, x.cluster);
  result[std::string{labels::deployment_type}] = to_string(x.role);
  return result;
}

string_map deployment_annotations(const pod_plan& x) {
  auto result = user_annotations(x.app);
  result["flink-job-properties"] = job_properties(x.app.spec);
  if (auto& nonce = x.app.spec.restart_nonce; nonce && !nonce->empty())
    result["restart-nonce"] = *nonce;
  if (x.cluster.colour)
    result[std::string{labels::version}] = to_string(*x.cluster.colour);
  return result;
}

int32_t replicas(const pod_plan& x) {
  if (x.role == cluster_role::task_manager)
    return task_manager_count(x.app.spec);
  auto& config = x.app.spec.job_manager_config;
  return config ? config->replicas.value_or(1) : 1;
}

std::string deployment_text(const pod_plan& x) {
  auto selector = pod_selector(x.app, x.cluster, x.role);
  selector[std::string{labels::cluster_id}] = x.cluster.id;
  json::object_text spec;
  spec.add_number("replicas", replicas(x));
  spec.add("selector", json::object_text{}.add("matchLabels", map_text(selector)).text());
  spec.add("strategy", json::object_text{}.add_string("type", "Recreate").text());
  spec.add("template", pod_text(x));
  auto name = deployment_name(x.role, x.app.metadata.name, x.cluster.id, x.cluster.colour);
  json::object_text result;
  result.add_string("apiVersion", "apps/v1").add_string("kind", "Deployment");
  result.add("metadata", metadata_text(x.app, name, deployment_labels(x), deployment_annotations(x), ownership::none));
  return result.add("spec", spec.text()).text();
}

} // namespace

std::string render_job_manager(const application& app, const cluster_plan& plan, const render_options& options) {
  return deployment_text({app, plan, options, cluster_role::job_manager});
}

std::string render_task_manager(const application& app, const cluster_plan& plan, const render_options& options) {
  return deployment_text({app, plan, options, cluster_role::task_manager});
}

std::string render_probe_pod(const application& app, const cluster_plan& plan, const render_options& options,
                             cluster_role role) {
  pod_plan x{app, plan, options, role};
  json::object_text metadata;
  metadata.add_string("name", deployment_name(role, app.metadata.name, plan.id, plan.colour) + "-probe");
  metadata.add_string("namespace", app.metadata.namespace_);
  json::object_text head;
  head.add_string("apiVersion", "v1").add_string("kind", "Pod").add("metadata", metadata.text());
  return strategic_merge(pod_text(x), head.text());
}

} // namespace flink
