// The rules for flinkConfig: what would break the configuration file that Flink reads.
#include "flink/admission/rules.hpp"
#include "flink/configuration/properties.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <set>

namespace flink::check {

namespace {

/// The whole configuration travels in one environment variable, of which Linux takes 128 KiB.
constexpr std::size_t longest_config = 100 * 1024;
/// Integers beyond this lose digits as JSON numbers.
constexpr double exact_integers = 9007199254740992.0;

// -- single entries ---------------------------------------------------------------------------------

std::string field_of(std::string_view key) {
  return "spec.flinkConfig." + std::string{key};
}

void check_key(findings& out, std::string_view key) {
  if (key.empty())
    out.push_back({"spec.flinkConfig", "\"\" is no name of an option: remove this entry"});
  else if (has_blank(key) || key.find_first_of(":#") != key.npos)
    object(out, "spec.flinkConfig", key,
           "is no name of an option: remove white space, colons, number signs and control characters from it");
}

void check_value(findings& out, const std::string& key, const config_value& value) {
  if (auto text = std::get_if<std::string>(&value); text && has_control(*text))
    object(out, field_of(key), *text,
           "has a line break or another control character, which would end the entry: write the value on one line");
  if (auto number = std::get_if<double>(&value); number && !(std::abs(*number) < exact_integers))
    out.push_back({field_of(key), text_of(value) + " is too large for a JSON number: put it in quotes"});
}

void check_size(findings& out, const spec& x) {
  std::size_t size = 0;
  for (auto& [key, value] : x.flink_config)
    size += key.size() + text_of(value).size() + 3;
  if (size > longest_config)
    out.push_back({"spec.flinkConfig", "has " + std::to_string(size)
                                           + " bytes, more than a container's environment "
                                             "takes: keep it below "
                                           + std::to_string(longest_config) + ", put the rest into the image"});
}

// -- clashes ------------------------------------------------------------------------------------------

/// Ids do not matter here: only which options are rendered.
constexpr auto any_id = "00000000";

/// An entry that is the parent of another, be it the user's or the operator's, is refused: the nested file
/// cannot hold both, and the pod would crash or lose one.
void check_clashes(findings& out, const application& x) {
  auto v = version_of(x.spec);
  if (!v || *v < nested_config_since)
    return;
  std::set<std::string> said;
  for (auto role : {cluster_role::job_manager, cluster_role::task_manager}) {
    auto all = render_properties(x, any_id, role);
    auto clash = prefix_clash(all);
    if (!clash || !said.insert(clash->first).second)
      continue;
    auto& [parent, child] = *clash;
    object(out, field_of(parent), all[parent],
           "stands beside " + child + ", and since Flink 1.19 a configuration cannot hold both: remove one of them");
  }
}

// -- high availability ------------------------------------------------------------------------------

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

/// What the JobManager's configuration says of high availability, and under which key.
struct availability {
  std::string key;
  /// In lower case; empty: none.
  std::string kind;
};

availability availability_of(const properties& x) {
  if (high_availability(x))
    for (auto key : {"high-availability.type", "high-availability"})
      if (auto found = x.find(key); found != x.end())
        return {key, lower(found->second)};
  return {};
}

/// A key as the user spelled it; the renderer knows both names.
std::string availability_field(const spec& x) {
  return field_of(x.flink_config.contains("high-availability") ? "high-availability" : "high-availability.type");
}

bool has_any(const properties& x, std::initializer_list<const char*> keys) {
  return std::ranges::any_of(keys, [&](auto key) { return x.contains(key); });
}

void check_availability(findings& out, const spec& x) {
  auto all = user_properties(x, cluster_role::job_manager);
  auto kind = availability_of(all).kind;
  auto replicas = x.job_manager_config ? x.job_manager_config->replicas.value_or(1) : 1;
  if (kind.empty() && replicas > 1)
    out.push_back(
        {"spec.jobManagerConfig.replicas", std::to_string(replicas)
                                               + " JobManagers without high availability would know nothing of each "
                                                 "other: set high-availability.type in flinkConfig, or replicas to 1"});
  bool zookeeper = kind == "zookeeper";
  // Services of one's own may keep their state elsewhere.
  bool known = zookeeper || kind.find("kubernetes") != kind.npos;
  if (known
      && !has_any(all, {"high-availability.storageDir", "recovery.zookeeper.storageDir",
                        "high-availability.zookeeper.storageDir"}))
    object(out, availability_field(x), kind,
           "needs a durable directory and none is set: set high-availability.storageDir too");
  if (zookeeper && !has_any(all, {"high-availability.zookeeper.quorum", "recovery.zookeeper.quorum"}))
    object(out, availability_field(x), kind,
           "needs the addresses of ZooKeeper and none are set: set high-availability.zookeeper.quorum too");
}

// -- what works nevertheless ------------------------------------------------------------------------

/// An option that the operator sets, and where the user says what it should be.
struct replaced {
  std::string_view key;
  std::string_view remedy;
};

constexpr std::array replaced_options{
    replaced{"blob.server.port", "use blobPort"},
    replaced{"high-availability.cluster-id", "it is the cluster's own name, remove the entry"},
    replaced{"high-availability.zookeeper.path.namespace", "it is the cluster's own name, remove the entry"},
    replaced{"jobmanager.rpc.address", "it is the cluster's own Service, remove the entry"},
    replaced{"jobmanager.rpc.bind-port", "use rpcPort"},
    replaced{"jobmanager.rpc.port", "use rpcPort"},
    replaced{"jobmanager.web.port", "use uiPort"},
    replaced{"jobmanager.web.submit.enable", "jobs are started by REST, remove the entry"},
    replaced{"kubernetes.cluster-id", "it is the cluster's own name, remove the entry"},
    replaced{"metrics.internal.query-service.port", "use metricsQueryPort"},
    replaced{"query.proxy.ports", "use queryPort"},
    replaced{"query.server.port", "use queryPort"},
    replaced{"queryable-state.proxy.ports", "use queryPort"},
    replaced{"rest.bind-port", "use uiPort"},
    replaced{"rest.port", "use uiPort"},
    replaced{"taskmanager.host", "it is the pod's own address, remove the entry"},
    replaced{"taskmanager.numberOfTaskSlots", "use taskManagerConfig.taskSlots"},
    replaced{"web.port", "use uiPort"},
    replaced{"web.submit.enable", "jobs are started by REST, remove the entry"},
};

} // namespace

bool owned_option(std::string_view key) {
  return std::ranges::find(replaced_options, key, &replaced::key) != replaced_options.end();
}

void check_config(findings& out, const application& x) {
  for (auto& [key, value] : x.spec.flink_config) {
    check_key(out, key);
    check_value(out, key, value);
  }
  check_size(out, x.spec);
  check_clashes(out, x);
  check_availability(out, x.spec);
}

void remark_config(findings& out, const spec& x) {
  for (auto& [key, remedy] : replaced_options)
    if (auto found = x.flink_config.find(std::string{key}); found != x.flink_config.end())
      object(out, field_of(key), text_of(found->second),
             "has no effect, the operator sets this option: " + std::string{remedy});
  auto all = user_properties(x, cluster_role::job_manager);
  auto kind = availability_of(all).kind;
  if (kind.find("kubernetes") != kind.npos && !x.service_account_name)
    object(out, availability_field(x), kind,
           "needs the right to edit config maps, which the default service account rarely has: set serviceAccountName");
  bool saves = !x.savepoint_disabled.value_or(false);
  if (saves && !has_any(all, {"state.savepoints.dir", "execution.checkpointing.savepoint-dir"}))
    out.push_back({"spec.flinkConfig", "names no directory for savepoints; unless the image does, updates fail: set "
                                       "state.savepoints.dir"});
}

} // namespace flink::check
