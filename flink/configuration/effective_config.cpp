#include "flink/configuration/effective_config.hpp"

#include "flink/configuration/memory.hpp"
#include "flink/configuration/owned_options.hpp"
#include "flink/configuration/pod_template.hpp"
#include "k8s/json/text.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace flink {

namespace {

bool since(const std::optional<version>& v, version first) {
  return v && *v >= first;
}

bool before(const std::optional<version>& v, version first) {
  return v && *v < first;
}

// -- the user's entries ---------------------------------------------------------------------------------

void read_variable(json::cursor variable, properties& into) {
  if (variable.string_at({"name"}) == "FLINK_PROPERTIES")
    read_lines(variable.string_at({"value"}), into);
}

/// The user's FLINK_PROPERTIES replace the operator's, as in the Go operator.
void read_environment(const spec& x, cluster_role role, properties& into) {
  if (auto variables = template_container(x, role).find("env"))
    for (json::elements all{*variables}; auto variable = all.next();)
      read_variable(*variable, into);
  if (auto* env = config_of(x, role).env)
    for (auto& variable : env->env)
      read_variable(json::cursor{variable.text}, into);
}

properties user_entries(const spec& x, cluster_role role) {
  properties result;
  for (auto& [key, value] : x.flink_config)
    result[key] = one_line(text_of(value));
  read_environment(x, role, result);
  return result;
}

// -- high availability ----------------------------------------------------------------------------------

/// The option is called high-availability.type since this version; the names before are read in its place.
constexpr version ha_type_since{1, 17};
constexpr std::string_view ha_type = "high-availability.type";
constexpr std::string_view ha_old = "high-availability";

/// Returns the names of the option by priority, as in Flink's ConfigOption::fallbackKeys. Assumes a recent Flink if the
/// spec names no version.
std::span<const std::string_view> ha_names(const std::optional<version>& v) {
  static constexpr std::array<std::string_view, 3> recent{ha_type, "recovery.mode", ha_old};
  static constexpr std::array<std::string_view, 2> old{ha_old, "recovery.mode"};
  if (before(v, ha_type_since))
    return old;
  return recent;
}

/// Returns the entry that Flink uses. Entries without a value do not count.
properties::iterator ha_entry(properties& x, const std::optional<version>& v) {
  for (auto name : ha_names(v))
    if (auto found = x.find(std::string{name}); found != x.end() && !found->second.empty())
      return found;
  return x.end();
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c); });
  return text;
}

high_availability ha_kind(std::string_view text) {
  if (text.empty() || text == "none" || text == "standalone") // Flink's old word for none
    return high_availability::none;
  if (text == "zookeeper")
    return high_availability::zookeeper;
  // Before Flink 1.15 the user names the class KubernetesHaServicesFactory.
  return text.find("kubernetes") == text.npos ? high_availability::custom : high_availability::kubernetes;
}

// -- names that a nested file cannot contain ------------------------------------------------------------

struct renamed_key {
  std::string_view was;
  std::string_view is;
};

/// Old keys that are parents of other keys. Every Flink with a nested config.yaml knows their new names.
constexpr std::array nestable_keys{
    renamed_key{"state.backend", "state.backend.type"},
    renamed_key{"restart-strategy", "restart-strategy.type"},
    renamed_key{"env.java.opts", "env.java.opts.all"},
};

void spell_anew(properties& x) {
  for (auto& [was, is] : nestable_keys)
    if (auto old = x.extract(std::string{was}))
      x.try_emplace(std::string{is}, std::move(old.mapped())); // if both are set, Flink uses the new one
}

/// Keeps the newest name of the option only.
void spell_ha_anew(properties& x, const std::optional<version>& v) {
  auto entry = ha_entry(x, v);
  auto value = entry == x.end() ? std::string{} : entry->second;
  for (auto name : ha_names(v))
    x.erase(std::string{name});
  if (!value.empty())
    x[std::string{ha_type}] = std::move(value);
}

// -- what the operator owns ------------------------------------------------------------------------------

void set_owned(properties& x, const spec& spec, const std::optional<version>& v, bool ha) {
  for (auto& option : owned_options()) {
    if (option.with_ha && !ha)
      continue;
    std::string key{option.key};
    x.erase(key);
    if (option.value && !(option.until && since(v, *option.until)))
      x[key] = option.value(spec);
  }
}

/// The pod's own address; the image's entry point inserts it.
constexpr const char* pod_address = "$HOST_IP";

void set_addresses(properties& x, const std::string& cluster, cluster_role role, bool ha) {
  if (role == cluster_role::task_manager)
    x["taskmanager.host"] = pod_address;
  if (!ha)
    x["jobmanager.rpc.address"] = cluster;
  else if (role == cluster_role::job_manager)
    x["jobmanager.rpc.address"] = pod_address; // the leader publishes its address in the HA store
}

void set_cluster_ids(properties& x, const std::string& cluster, const std::string& namespace_, high_availability ha) {
  // One option is for ZooKeeper, the other for Kubernetes. Without them all clusters would share one id.
  x["high-availability.cluster-id"] = cluster;
  x["kubernetes.cluster-id"] = cluster;
  if (ha == high_availability::kubernetes)
    x.try_emplace("kubernetes.namespace", namespace_);
}

// -- defaults that the user may change -------------------------------------------------------------------

struct default_entry {
  std::string_view key;
  std::string_view value;
  /// Another name of the option, which the user may have set instead.
  std::string_view synonym = "";
  /// Older versions of Flink do not know the option.
  version first = {1, 0};
  /// Absent: for both roles.
  std::optional<cluster_role> role = std::nullopt;
};

/// Times are in milliseconds without a unit, which both the old (numbers) and the new Flink (durations) read.
constexpr std::array default_entries{
    // How long a TaskManager waits before it looks for the JobManager again; Flink's default is 10 s.
    default_entry{"cluster.registration.error-delay", "500"},
    default_entry{"cluster.registration.refused-registration-delay", "1000"},
    default_entry{"cluster.registration.max-timeout", "5000"},
    // Without HA the operator recovers from checkpoints that it recorded up to a minute ago.
    default_entry{"state.checkpoints.num-retained", "10", "execution.checkpointing.num-retained"},
    default_entry{retention_option, "RETAIN_ON_CANCELLATION", "", {1, 11}},
    // A JobManager that listens on all addresses publishes its blob server under the pod's host name. Cluster DNS does
    // not
    // know that name, so a standby of Flink 2 that takes over a job cannot reach the leader.
    default_entry{"jobmanager.bind-host", pod_address, "", {1, 11}, cluster_role::job_manager},
    // If Flink forgot a trigger, a retry would start a second savepoint.
    default_entry{"rest.async.store-duration", "1d", "", {1, 11}},
    // Flink answers questions about a job from a cache of this age, in milliseconds. With the default of 3 s, a
    // completed
    // savepoint stays invisible for that long.
    default_entry{"web.refresh-interval", "100"},
    // A finished job that Flink forgets looks like a lost one. In seconds: 30 days.
    default_entry{"jobstore.expiration-time", "2592000"},
};

void set_defaults(properties& x, cluster_role role, const std::optional<version>& v) {
  for (auto& entry : default_entries) {
    bool known = !before(v, entry.first) && entry.role.value_or(role) == role;
    if (known && (entry.synonym.empty() || !x.contains(std::string{entry.synonym})))
      x.try_emplace(std::string{entry.key}, entry.value);
  }
}

} // namespace

effective_config::effective_config(const spec& x, cluster_role role, const cluster_identity& cluster)
    : entries_{user_entries(x, role)} {
  auto v = version_of(x);
  if (auto entry = ha_entry(entries_, v); entry != entries_.end())
    ha_text_ = lower(entry->second);
  ha_ = ha_kind(ha_text_);
  bool ha = ha_ != high_availability::none;
  if (!ha)
    ha_text_.clear();
  if (since(v, nested_config_since)) {
    spell_anew(entries_);
    spell_ha_anew(entries_, v);
  }
  auto name = cluster_name(cluster.application, cluster.id);
  set_owned(entries_, x, v, ha);
  set_addresses(entries_, name, role, ha);
  if (ha)
    set_cluster_ids(entries_, name, cluster.namespace_, ha_);
  set_defaults(entries_, role, v);
  for (auto memory_of : {cluster_role::job_manager, cluster_role::task_manager})
    if (auto entry = memory_entry(x, memory_of, entries_))
      entries_.insert(*entry);
}

checkpoint_retention effective_config::retention() const {
  auto* text = get(std::string{retention_option});
  return text ? parse_retention(*text).value_or(checkpoint_retention::retain) : checkpoint_retention::retain;
}

const std::string* effective_config::get(const std::string& key) const {
  auto found = entries_.find(key);
  return found == entries_.end() ? nullptr : &found->second;
}

bool has_high_availability(const spec& x) {
  return effective_config{x, cluster_role::job_manager}.ha() != high_availability::none;
}

std::string_view ha_option(const std::optional<version>& x) {
  return ha_names(x).front();
}

std::optional<checkpoint_retention> parse_retention(std::string_view text) {
  auto word = lower(std::string{text});
  if (word == "retain_on_cancellation")
    return checkpoint_retention::retain;
  if (word == "delete_on_cancellation")
    return checkpoint_retention::delete_on_cancellation;
  if (word == "no_externalized_checkpoints")
    return checkpoint_retention::none;
  return std::nullopt;
}

} // namespace flink
