// The rules for flinkConfig: they reject entries that would break the configuration file that Flink reads.
#include "flink/admission/rules.hpp"
#include "flink/configuration/effective_config.hpp"
#include "flink/configuration/owned_options.hpp"

#include <algorithm>
#include <cmath>
#include <set>

namespace flink::check {

namespace {

/// The whole configuration is one environment variable, which Linux limits to 128 KiB.
constexpr std::size_t longest_config = 100 * 1024;
/// Integers beyond this lose digits as JSON numbers.
constexpr double exact_integers = 9007199254740992.0;

// -- single entries ---------------------------------------------------------------------------------

std::string field_of(std::string_view key) {
  return "spec.flinkConfig." + std::string{key};
}

void check_key(findings& out, std::string_view key) {
  if (key.empty())
    out.push_back({"spec.flinkConfig", "has an entry with an empty key: remove it"});
  else if (has_blank(key) || key.find_first_of(":#") != key.npos)
    report(out, "spec.flinkConfig", key,
           "must be the name of an option: remove white space, colons, number signs and control characters");
}

/// A block scalar of YAML ends with a line break, which is not part of the value.
std::string_view without_last_breaks(std::string_view x) {
  return x.substr(0, x.find_last_not_of('\n') + 1);
}

void check_value(findings& out, const std::string& key, const config_value& value) {
  if (auto text = std::get_if<std::string>(&value); text && has_control(without_last_breaks(*text)))
    report(out, field_of(key), *text,
           "must not contain a line break or another control character, which would end the entry: write the value on "
           "one line");
  if (auto number = std::get_if<double>(&value); number && !(std::abs(*number) < exact_integers))
    out.push_back({field_of(key), text_of(value) + " is too large for a JSON number: put it in quotes"});
}

void check_size(findings& out, const spec& x) {
  std::size_t size = 0;
  for (auto& [key, value] : x.flink_config)
    size += key.size() + text_of(value).size() + 3;
  if (size > longest_config)
    out.push_back({"spec.flinkConfig", "has " + std::to_string(size)
                                           + " bytes, more than the environment of a container can hold: use at most "
                                           + std::to_string(longest_config) + " and put the rest into the image"});
}

// -- clashes ------------------------------------------------------------------------------------------

/// Rejects an entry that is the parent of another entry, of the user or of the operator. The nested file cannot contain
/// both: the pod would crash or lose one.
void check_clashes(findings& out, const application& x) {
  auto v = version_of(x.spec);
  if (!v || *v < nested_config_since)
    return;
  std::set<std::string> reported;
  for (auto role : {cluster_role::job_manager, cluster_role::task_manager}) {
    effective_config all{x.spec, role};
    auto clash = prefix_clash(all.entries());
    if (!clash || !reported.insert(clash->first).second)
      continue;
    auto& [parent, child] = *clash;
    report(out, field_of(parent), *all.get(parent),
           "conflicts with " + child
               + ", because a configuration of Flink 1.19 or later cannot contain both: remove one of them");
  }
}

// -- high availability ------------------------------------------------------------------------------

/// The option under the name that the user gave it.
std::string availability_field(const spec& x) {
  std::string name{ha_option(version_of(x))};
  return field_of(!x.flink_config.contains(name) && x.flink_config.contains("high-availability") ? "high-availability"
                                                                                                 : name);
}

bool has_any(const effective_config& x, std::initializer_list<const char*> keys) {
  return std::ranges::any_of(keys, [&](auto key) { return x.get(key) != nullptr; });
}

void check_replicas(findings& out, const spec& x, high_availability ha) {
  auto replicas = x.job_manager_config ? x.job_manager_config->replicas.value_or(1) : 1;
  if (ha == high_availability::none && replicas > 1)
    out.push_back({"spec.jobManagerConfig.replicas",
                   std::to_string(replicas) + " JobManagers need high availability to work together: set "
                       + std::string{ha_option(version_of(x))} + " in flinkConfig, or set replicas to 1"});
}

/// A FLINK_PROPERTIES variable can set high availability for one role only.
void check_roles_agree(findings& out, const spec& x, high_availability ha) {
  if (effective_config{x, cluster_role::task_manager}.ha() != ha)
    out.push_back({"spec.flinkConfig", "must set the same high availability for JobManager and TaskManagers, but a "
                                       "FLINK_PROPERTIES variable sets it for "
                                       "one role only: remove it from that variable, and set "
                                           + std::string{ha_option(version_of(x))} + " in flinkConfig"});
}

void check_availability(findings& out, const spec& x) {
  effective_config all{x, cluster_role::job_manager};
  auto ha = all.ha();
  check_replicas(out, x, ha);
  check_roles_agree(out, x, ha);
  bool zookeeper = ha == high_availability::zookeeper;
  // A custom implementation may keep its state elsewhere.
  if ((zookeeper || ha == high_availability::kubernetes)
      && !has_any(all, {"high-availability.storageDir", "recovery.zookeeper.storageDir",
                        "high-availability.zookeeper.storageDir"}))
    report(out, availability_field(x), all.ha_text(),
           "needs a durable directory: set high-availability.storageDir too");
  if (zookeeper && !has_any(all, {"high-availability.zookeeper.quorum", "recovery.zookeeper.quorum"}))
    report(out, availability_field(x), all.ha_text(),
           "needs the addresses of ZooKeeper: set high-availability.zookeeper.quorum too");
}

// -- warnings --------------------------------------------------------------------------------------

void warn_owned(findings& out, const spec& x, high_availability ha) {
  for (auto& option : owned_options()) {
    auto found = x.flink_config.find(std::string{option.key});
    if (found != x.flink_config.end() && (!option.with_ha || ha != high_availability::none))
      report(out, field_of(option.key), text_of(found->second),
             "has no effect, because the operator sets this option: " + std::string{option.remedy});
  }
}

/// Warns of options that this version of Flink does not read as they are written.
void warn_unread(findings& out, const spec& x) {
  if (auto found = x.flink_config.find("high-availability.type");
      found != x.flink_config.end() && ha_option(version_of(x)) != found->first)
    report(out, field_of(found->first), text_of(found->second),
           "has no effect before Flink 1.17: use " + std::string{ha_option(version_of(x))});
  if (auto found = x.flink_config.find("execution.checkpointing.externalized-checkpoint.retention");
      found != x.flink_config.end())
    report(out, field_of(found->first), text_of(found->second),
           "has no effect, because Flink does not have this option: use " + std::string{retention_option});
  if (auto found = x.flink_config.find(std::string{retention_option});
      found != x.flink_config.end() && !parse_retention(one_line(text_of(found->second))))
    report(out, field_of(found->first), text_of(found->second),
           "is not a valid retention, and Flink refuses the job: use RETAIN_ON_CANCELLATION, "
           "DELETE_ON_CANCELLATION or NO_EXTERNALIZED_CHECKPOINTS");
}

} // namespace

void check_config(findings& out, const application& x) {
  for (auto& [key, value] : x.spec.flink_config) {
    check_key(out, key);
    check_value(out, key, value);
  }
  check_size(out, x.spec);
  check_clashes(out, x);
  check_availability(out, x.spec);
}

void warn_config(findings& out, const spec& x) {
  effective_config all{x, cluster_role::job_manager};
  warn_owned(out, x, all.ha());
  warn_unread(out, x);
  if (all.ha() == high_availability::kubernetes && !x.service_account_name)
    report(
        out, availability_field(x), all.ha_text(),
        "needs a service account that can edit ConfigMaps, and the default one usually cannot: set serviceAccountName");
  bool saves = !x.savepoint_disabled.value_or(false);
  if (saves && !has_any(all, {"state.savepoints.dir", "execution.checkpointing.savepoint-dir"}))
    out.push_back({"spec.flinkConfig", "does not set a directory for savepoints, so updates fail unless the "
                                       "configuration file in the image sets one: set state.savepoints.dir"});
}

} // namespace flink::check
