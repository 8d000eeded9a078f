#include "flink/admission/hash.hpp"

#include "config/defaults.hpp"
#include "flink/configuration/owned_options.hpp"
#include "flink/configuration/properties.hpp"
#include "flink/configuration/role_defaults.hpp"
#include "flink/resource/labels.hpp"
#include "k8s/quantity.hpp"

#include <openssl/evp.h>

#include <array>

namespace flink {

namespace {

namespace defaults = config::defaults;

// -- canonical text ---------------------------------------------------------------------------------

/// Builds a JSON object without members that equal their default.
class canonical_object {
public:
  /// Adds a part in its canonical text.
  void add(std::string_view name, std::string_view value) {
    if (!text_.empty())
      text_ += ',';
    ((text_ += json::escape(name)) += ':') += value;
  }

  void text(std::string_view name, std::string_view value) { add(name, json::escape(value)); }

  void text_unless(std::string_view name, const std::optional<std::string>& value, std::string_view otherwise) {
    if (value && *value != otherwise)
      text(name, *value);
  }

  void number_unless(std::string_view name, const std::optional<int32_t>& value, int32_t otherwise) {
    if (value && *value != otherwise)
      add(name, std::to_string(*value));
  }

  void fraction_unless(std::string_view name, const std::optional<double>& value, double otherwise) {
    if (value && *value != otherwise)
      add(name, json::number_text(*value));
  }

  /// Adds a switch if it is on.
  void flag(std::string_view name, const std::optional<bool>& value) {
    if (value.value_or(false))
      add(name, "true");
  }

  /// Adds a part in its canonical text unless it is empty.
  void part(std::string_view name, std::string_view value) {
    if (!value.empty() && value != "{}" && value != "[]")
      add(name, value);
  }

  std::string str() const { return '{' + text_ + '}'; }

private:
  std::string text_;
};

std::string amount(json::cursor x) {
  std::string problem;
  auto read = k8s::parse_quantity(x, problem);
  return read ? '[' + std::to_string(read->units) + ',' + std::to_string(read->nanos) + ']' : std::string{x.text()};
}

/// Returns amounts by name, all in one notation.
std::string amounts(json::cursor x) {
  std::string out;
  json::members all{x};
  while (auto m = all.next())
    if (!m->value.is_null())
      out += (out.empty() ? "" : ",") + json::escape(m->key) + ':' + amount(m->value);
  return json::canonical('{' + out + '}');
}

std::string canonical(json::cursor x, std::string_view name = {});

std::string canonical_members(json::cursor x) {
  std::string out;
  json::members all{x};
  while (auto m = all.next())
    // Null and absent mean the same to the API server.
    if (!m->value.is_null())
      out += (out.empty() ? "" : ",") + json::escape(m->key) + ':' + canonical(m->value, m->key);
  return json::canonical('{' + out + '}');
}

/// Returns the canonical text of a part of a pod. Members of `requests` and `limits` are quantities.
std::string canonical(json::cursor x, std::string_view name) {
  if (x.kind() == json::kind::object)
    return name == "requests" || name == "limits" ? amounts(x) : canonical_members(x);
  if (x.kind() != json::kind::list)
    return json::canonical(x.text());
  std::string out;
  json::elements all{x};
  while (auto element = all.next())
    out += (out.empty() ? "" : ",") + canonical(*element);
  return '[' + out + ']';
}

std::string canonical(const std::optional<json::raw>& x) {
  return x ? canonical(json::cursor{x->text}) : std::string{};
}

template <class T, class F>
std::string list_of(const std::vector<T>& all, F text) {
  std::string out;
  for (auto& x : all)
    out += (out.empty() ? "" : ",") + text(x);
  return '[' + out + ']';
}

std::string canonical(const std::vector<json::raw>& all) {
  return list_of(all, [](auto& x) { return canonical(json::cursor{x.text}); });
}

// -- parts of a spec --------------------------------------------------------------------------------

std::string own_keys(const std::map<std::string, std::string>& all) {
  canonical_object out;
  for (auto& [key, value] : all)
    if (!bookkeeping(key) && !labels::reserved(key))
      out.text(key, value);
  return out.str();
}

/// Returns the entries as they are rendered: 1 and "1" are the same line. Leaves out what the operator replaces.
std::string config_of(const spec& x) {
  canonical_object out;
  for (auto& [key, value] : x.flink_config)
    if (auto* owned = find_owned(key); !owned || owned->in_hash)
      out.text(key, text_of(value));
  return out.str();
}

std::string env_of(const std::optional<env_config>& x) {
  canonical_object out;
  if (x) {
    out.part("env", canonical(x->env));
    out.part("envFrom", canonical(x->env_from));
  }
  return out.str();
}

template <class T>
void add_role(canonical_object& out, const T& x, cluster_role role) {
  // Empty resources differ from absent ones. Absent ones hash like the former default, whatever is rendered today.
  auto former = former_default_resources(role);
  out.add("resources", x.resources ? canonical(x.resources) : canonical(json::cursor{former}));
  out.part("envConfig", env_of(x.env_config));
  out.fraction_unless("offHeapMemoryFraction", x.off_heap_memory_fraction, defaults::off_heap_memory_fraction);
  out.fraction_unless("systemMemoryFraction", x.system_memory_fraction, defaults::system_memory_fraction);
  out.part("nodeSelector", canonical(x.node_selector));
  out.part("tolerations", canonical(x.tolerations));
  out.part("affinity", canonical(x.affinity));
  out.part("podTemplate", canonical(x.pod_template));
}

std::string job_manager_of(const spec& of) {
  auto x = of.job_manager_config.value_or(job_manager_config{});
  canonical_object out;
  out.number_unless("replicas", x.replicas, 1);
  out.part("ports", list_of(x.ports, [](auto& port) { return json::canonical(json::write(port)); }));
  add_role(out, x, cluster_role::job_manager);
  return out.str();
}

std::string task_manager_of(const spec& of) {
  auto x = of.task_manager_config.value_or(task_manager_config{});
  canonical_object out;
  out.number_unless("taskSlots", x.task_slots, defaults::task_slots);
  add_role(out, x, cluster_role::task_manager);
  return out.str();
}

void add_pods(canonical_object& out, const spec& x) {
  out.text("image", x.image);
  if (auto policy = x.image_pull_policy; policy && *policy != image_pull_policy::IfNotPresent)
    out.text("imagePullPolicy", *policy == image_pull_policy::Always ? "Always" : "Never");
  out.part("imagePullSecrets", list_of(x.image_pull_secrets, [](auto& y) { return json::escape(y.name); }));
  out.text_unless("serviceAccountName", x.service_account_name, "");
  out.part("securityContext", canonical(x.security_context));
  out.part("volumes", canonical(x.volumes));
  out.part("volumeMounts", canonical(x.volume_mounts));
  out.part("jobManagerConfig", job_manager_of(x));
  out.part("taskManagerConfig", task_manager_of(x));
}

void add_flink(canonical_object& out, const spec& x) {
  out.part("flinkConfig", config_of(x));
  out.text_unless("flinkVersion", x.flink_version, "");
  out.number_unless("rpcPort", x.rpc_port, defaults::rpc_port);
  out.number_unless("blobPort", x.blob_port, defaults::blob_port);
  out.number_unless("queryPort", x.query_port, defaults::query_port);
  out.number_unless("uiPort", x.ui_port, defaults::ui_port);
  out.number_unless("metricsQueryPort", x.metrics_query_port, defaults::metrics_query_port);
}

void add_job(canonical_object& out, const spec& x) {
  out.text("jarName", x.jar_name);
  out.text_unless("entryClass", x.entry_class, "");
  out.text_unless("programArgs", x.program_args, "");
  auto args = x.program_args_list.value_or(std::vector<std::string>{});
  out.part("programArgsList", list_of(args, [](auto& arg) { return json::escape(arg); }));
  out.text_unless("restartNonce", x.restart_nonce, "");
  if (x.restore_from)
    out.text("restoreFrom", x.restore_from->nonce);
}

std::string timeouts_of(const timeouts& x) {
  auto seconds = [](std::chrono::seconds y) { return static_cast<int32_t>(y.count()); };
  canonical_object out;
  out.number_unless("clusterStartSeconds", x.cluster_start_seconds, seconds(defaults::cluster_start));
  out.number_unless("submitSeconds", x.submit_seconds, seconds(defaults::submit));
  out.number_unless("savepointSeconds", x.savepoint_seconds, seconds(defaults::savepoint));
  out.number_unless("jobStartSeconds", x.job_start_seconds, seconds(defaults::job_start));
  return out.str();
}

std::string acceptance_of(const acceptance& x) {
  canonical_object out;
  if (x.after_seconds)
    out.add("afterSeconds", std::to_string(*x.after_seconds));
  out.flag("requireCheckpoint", x.require_checkpoint);
  out.number_unless("maxRestarts", x.max_restarts, defaults::accepted_restarts);
  if (x.compile_first && !*x.compile_first)
    out.add("compileFirst", "false");
  return out.str();
}

canonical_object deploy_relevant(const application& x) {
  canonical_object out;
  out.part("labels", own_keys(x.metadata.labels));
  out.part("annotations", own_keys(x.metadata.annotations));
  add_pods(out, x.spec);
  add_flink(out, x.spec);
  add_job(out, x.spec);
  return out;
}

} // namespace

std::string digest(std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
  unsigned size = 0;
  EVP_Digest(text.data(), text.size(), bytes.data(), &size, EVP_sha256(), nullptr);
  constexpr std::string_view hex = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < 4; ++i)
    out += {hex[bytes[i] >> 4], hex[bytes[i] & 15]};
  return out;
}

spec_digest spec_hash(const application& x) {
  auto all = deploy_relevant(x);
  all.number_unless("parallelism", x.spec.parallelism, 0);
  return spec_digest{digest(all.str())};
}

spec_digest remedy_hash(const spec& x) {
  canonical_object out;
  out.flag("allowNonRestoredState", x.allow_non_restored_state);
  out.flag("fallbackWithoutState", x.fallback_without_state);
  out.flag("savepointDisabled", x.savepoint_disabled);
  out.number_unless("maxCheckpointRestoreAgeSeconds", x.max_checkpoint_restore_age_seconds,
                    defaults::max_checkpoint_restore_age_seconds);
  out.text_unless("savepointPath", x.savepoint_path, "");
  if (x.savepoint_info)
    out.text_unless("savepointLocation", x.savepoint_info->savepoint_location, "");
  if (x.restore_from)
    out.text("restoreFrom", x.restore_from->path);
  out.part("timeouts", timeouts_of(x.timeouts.value_or(timeouts{})));
  out.part("acceptance", acceptance_of(x.acceptance.value_or(acceptance{})));
  return spec_digest{digest(out.str())};
}

bool bookkeeping(std::string_view key) {
  for (std::string_view prefix : {"kubectl.kubernetes.io/", "argocd.argoproj.io/", "meta.helm.sh/", "flink.k8s.io/"})
    if (key.starts_with(prefix))
      return true;
  return false;
}

} // namespace flink
