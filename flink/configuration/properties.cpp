#include "flink/configuration/properties.hpp"

#include "config/defaults.hpp"
#include "flink/configuration/memory.hpp"
#include "flink/configuration/pod_template.hpp"
#include "k8s/json/text.hpp"

#include <algorithm>
#include <array>

namespace flink {

namespace {

namespace defaults = config::defaults;

// -- texts --------------------------------------------------------------------------------------------

std::string_view trimmed(std::string_view x) {
  constexpr std::string_view blank = " \t\r\n";
  x.remove_prefix(std::min(x.find_first_not_of(blank), x.size()));
  return x.substr(0, x.find_last_not_of(blank) + 1);
}

/// A value on one line: a line break inside would begin an entry of its own.
std::string one_line(std::string_view x) {
  auto result = std::string{trimmed(x)};
  std::ranges::replace_if(result, [](char c) { return c == '\n' || c == '\r'; }, ' ');
  return result;
}

/// Reads `key: value` lines as Flink does: the first colon ends the key.
void read_lines(std::string_view text, properties& into) {
  while (!text.empty()) {
    auto line = trimmed(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    auto colon = line.find(':');
    if (line.starts_with('#') || colon == line.npos || colon == 0)
      continue;
    into[std::string{trimmed(line.substr(0, colon))}] = trimmed(line.substr(colon + 1));
  }
}

// -- what the user says ---------------------------------------------------------------------------------

void read_variable(json::cursor variable, properties& into) {
  if (variable.string_at({"name"}) == "FLINK_PROPERTIES")
    read_lines(variable.string_at({"value"}), into);
}

/// The reference lets a FLINK_PROPERTIES of the user's replace its own.
void read_environment(const spec& x, cluster_role role, properties& into) {
  if (auto variables = template_container(x, role).find("env"))
    for (json::elements all{*variables}; auto variable = all.next();)
      read_variable(*variable, into);
  if (auto* env = config_of(x, role).env)
    for (auto& variable : env->env)
      read_variable(json::cursor{variable.text}, into);
}

struct renamed_key {
  std::string_view was;
  std::string_view is;
};

/// Keys that other keys begin with; all have had the new name since before config.yaml became nested.
constexpr std::array nestable_keys{
    renamed_key{"high-availability", "high-availability.type"},
    renamed_key{"state.backend", "state.backend.type"},
    renamed_key{"restart-strategy", "restart-strategy.type"},
    renamed_key{"env.java.opts", "env.java.opts.all"},
};

void spell_anew(properties& x) {
  for (auto& [was, is] : nestable_keys) {
    auto old = x.find(std::string{was});
    if (old == x.end())
      continue;
    x.try_emplace(std::string{is}, old->second); // given both, Flink takes the new one
    x.erase(old);
  }
}

bool since(const std::optional<version>& v, version first) {
  return v && *v >= first;
}

bool until(const std::optional<version>& v, version first) {
  return v && *v < first;
}

/// Flink 2 dropped what had been deprecated, queryable state among it.
constexpr version second{2, 0};

std::string lower(std::string_view text) {
  auto result = std::string{trimmed(text)};
  std::ranges::transform(result, result.begin(),
                         [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  return result;
}

/// Returns the kind of high availability in lower case; empty if there is none.
std::string availability(const properties& x) {
  auto found = x.find("high-availability.type");
  if (found == x.end())
    found = x.find("high-availability");
  auto kind = found == x.end() ? std::string{} : lower(found->second);
  return kind == "none" ? std::string{} : kind;
}

// -- what the operator owns ------------------------------------------------------------------------------

/// Other names of options that the operator sets; left in, they would win or lose by chance.
constexpr std::array synonyms{"rest.bind-port",           "web.port",
                              "jobmanager.web.port",      "query.server.port",
                              "query.proxy.ports",        "queryable-state.proxy.ports",
                              "jobmanager.rpc.bind-port", "jobmanager.web.submit.enable"};

void set_ports(properties& x, const spec& spec, const std::optional<version>& v) {
  auto query = std::to_string(spec.query_port.value_or(defaults::query_port));
  auto ui = std::to_string(spec.ui_port.value_or(defaults::ui_port));
  x["jobmanager.rpc.port"] = std::to_string(spec.rpc_port.value_or(defaults::rpc_port));
  x["blob.server.port"] = std::to_string(spec.blob_port.value_or(defaults::blob_port));
  x["metrics.internal.query-service.port"]
      = std::to_string(spec.metrics_query_port.value_or(defaults::metrics_query_port));
  x["rest.port"] = ui;
  if (!since(v, second))
    x["queryable-state.proxy.ports"] = query;
  if (!since(v, process_memory_since)) { // the names that old images and their scripts know
    x["jobmanager.web.port"] = ui;
    x["query.server.port"] = query;
  }
}

void set_addresses(properties& x, const std::string& cluster, cluster_role role, bool available) {
  x.erase("jobmanager.rpc.address");
  if (role == cluster_role::task_manager)
    x["taskmanager.host"] = "$HOST_IP";
  if (!available)
    x["jobmanager.rpc.address"] = cluster;
  else if (role == cluster_role::job_manager)
    x["jobmanager.rpc.address"] = "$HOST_IP"; // the leader tells the others by way of the HA store
}

void set_availability(properties& x, const application& app, const std::string& cluster) {
  for (auto* old : {"high-availability.zookeeper.path.namespace", "recovery.zookeeper.path.namespace"})
    x.erase(old);
  // One of them is ZooKeeper's, the other Kubernetes'; without it all clusters would share one id.
  x["high-availability.cluster-id"] = cluster;
  x["kubernetes.cluster-id"] = cluster;
  if (availability(x).find("kubernetes") != std::string::npos)
    x.try_emplace("kubernetes.namespace", app.metadata.namespace_);
}

void set_owned(properties& x, const application& app, const std::string& cluster, cluster_role role,
               const std::optional<version>& v) {
  for (auto* synonym : synonyms)
    x.erase(synonym);
  set_ports(x, app.spec, v);
  auto available = high_availability(x);
  set_addresses(x, cluster, role, available);
  if (available)
    set_availability(x, app, cluster);
  x["taskmanager.numberOfTaskSlots"] = std::to_string(task_slots(app.spec));
  x["web.submit.enable"] = "true"; // jobs are started by REST
}

// -- defaults that the user may change -------------------------------------------------------------------

struct default_entry {
  std::string_view key;
  std::string_view value;
  /// Another name under which the user may have set the same.
  std::string_view synonym = "";
  /// Unknown to older Flink.
  version first = {1, 0};
};

/// Times are in milliseconds without a unit, which both the old (numbers) and the new Flink (durations) read.
constexpr std::array default_entries{
    // A TaskManager that finds no JobManager yet tries again after this, not after 10 s.
    default_entry{"cluster.registration.error-delay", "500"},
    default_entry{"cluster.registration.refused-registration-delay", "1000"},
    default_entry{"cluster.registration.max-timeout", "5000"},
    // Without HA the operator recovers from checkpoints that it recorded up to a minute ago.
    default_entry{"state.checkpoints.num-retained", "10", "execution.checkpointing.num-retained"},
    default_entry{"execution.checkpointing.externalized-checkpoint-retention", "RETAIN_ON_CANCELLATION", "", {1, 11}},
    // A forgotten trigger would start a second savepoint.
    default_entry{"rest.async.store-duration", "1d", "", {1, 11}},
    // Questions about a job are answered from a cache of this age, in milliseconds; its default is 3 s, and a savepoint
    // that has just been completed is not seen for that long.
    default_entry{"web.refresh-interval", "100"},
    // A finished job that was forgotten looks like a lost one; seconds, 30 days.
    default_entry{"jobstore.expiration-time", "2592000"},
};

void set_defaults(properties& x, const std::optional<version>& v) {
  for (auto& entry : default_entries)
    if (!until(v, entry.first) && (entry.synonym.empty() || !x.contains(std::string{entry.synonym})))
      x.try_emplace(std::string{entry.key}, entry.value);
}

} // namespace

std::string text_of(const config_value& x) {
  if (auto* text = std::get_if<std::string>(&x))
    return *text;
  if (auto* flag = std::get_if<bool>(&x))
    return *flag ? "true" : "false";
  return json::number_text(std::get<double>(x));
}

std::optional<version> version_of(const spec& x) {
  if (x.flink_version && !x.flink_version->empty())
    return parse_version(*x.flink_version);
  std::string_view image = x.image;
  image = image.substr(0, image.find('@'));
  image.remove_prefix(image.rfind('/') == image.npos ? 0 : image.rfind('/') + 1);
  constexpr std::string_view official = "flink:";
  return image.starts_with(official) ? parse_version(image.substr(official.size())) : std::nullopt;
}

properties user_properties(const spec& x, cluster_role role) {
  properties result;
  for (auto& [key, value] : x.flink_config)
    result[key] = one_line(text_of(value));
  read_environment(x, role, result);
  if (since(version_of(x), nested_config_since))
    spell_anew(result);
  return result;
}

bool high_availability(const properties& x) {
  return !availability(x).empty();
}

std::optional<std::pair<std::string, std::string>> prefix_clash(const properties& x) {
  for (auto& [key, value] : x) {
    auto parent = key + '.';
    auto child = x.lower_bound(parent);
    if (child != x.end() && child->first.starts_with(parent))
      return std::pair{key, child->first};
  }
  return std::nullopt;
}

properties render_properties(const application& app, const std::string& id, cluster_role role) {
  auto v = version_of(app.spec);
  auto result = user_properties(app.spec, role);
  set_owned(result, app, cluster_name(app.metadata.name, id), role, v);
  set_defaults(result, v);
  for (auto memory_of : {cluster_role::job_manager, cluster_role::task_manager})
    if (auto entry = memory_entry(app.spec, memory_of, result))
      result.insert(*entry);
  return result;
}

std::string properties_text(const properties& x) {
  std::string result;
  for (auto& [key, value] : x)
    (((result += key) += ": ") += value) += '\n';
  return result;
}

} // namespace flink
