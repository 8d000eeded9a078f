// Compares live Deployments of the Go operator with the spec, field by field: which field the Go operator rendered
// where.
#include "flink/configuration/memory.hpp"
#include "flink/configuration/owned_options.hpp"
#include "flink/configuration/pod_template.hpp"
#include "flink/configuration/properties.hpp"
#include "flink/configuration/role_defaults.hpp"
#include "flink/migration/go_operator.hpp"
#include "k8s/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace flink {

namespace {

/// Collects the results. A difference outweighs what could not be compared; the first of each kind is reported.
struct findings {
  comparison result;

  void note(likeness how, std::string why) {
    bool heavier = how == likeness::different && result.how != likeness::different;
    if (heavier || result.how == likeness::equal)
      result = {how, std::move(why)};
  }
  void different(std::string why) { note(likeness::different, std::move(why)); }
  void undecidable(std::string why) { note(likeness::undecidable, std::move(why)); }
};

/// One role: the live Deployment and the spec.
struct sides {
  const spec& wanted;
  cluster_role role;
  json::cursor deployment;
  json::cursor container;

  std::string where() const { return " of the " + std::string{to_string(role)}; }
};

json::cursor pod_spec(json::cursor deployment) {
  return deployment.find({"spec", "template", "spec"}).value_or(json::cursor{});
}

/// Returns Flink's own container: the one with the role as its argument. Others were injected.
json::cursor flink_container(json::cursor deployment, cluster_role role) {
  json::cursor first;
  for (json::elements all{pod_spec(deployment).find("containers").value_or(json::cursor{})}; auto x = all.next();) {
    json::elements args{x->find("args").value_or(json::cursor{})};
    if (auto arg = args.next(); arg && arg->string() == to_string(role))
      return *x;
    if (first.is_null())
      first = *x;
  }
  return first;
}

/// Returns the FLINK_PROPERTIES that the operator rendered. One of the user may follow it.
std::string rendered_config(json::cursor container) {
  for (json::elements all{container.find("env").value_or(json::cursor{})}; auto x = all.next();)
    if (x->string_at({"name"}) == "FLINK_PROPERTIES")
      return x->string_at({"value"});
  return {};
}

/// Returns whether `live` contains all of `wanted`. It may contain more, because the API server adds defaults.
bool covers(json::cursor live, json::cursor wanted) {
  if (wanted.kind() == json::kind::object && live.kind() == json::kind::object) {
    for (json::members all{wanted}; auto x = all.next();)
      if (auto there = live.find(x->key); !there || !covers(*there, x->value))
        return x->value.is_null();
    return true;
  }
  if (wanted.kind() != json::kind::list || live.kind() != json::kind::list)
    return json::canonical(live.text()) == json::canonical(wanted.text());
  json::elements theirs{live};
  for (json::elements all{wanted}; auto x = all.next();)
    if (auto there = theirs.next(); !there || !covers(*there, *x))
      return false;
  return !theirs.next();
}

// -- the job ----------------------------------------------------------------------------------------------

void compare_job(findings& out, const sides& x, std::optional<int32_t> rescaled_to) {
  auto live = job_properties_of(x.deployment.text());
  if (!live)
    return out.undecidable("annotation flink-job-properties" + x.where() + " is missing");
  if (rescaled_to)
    live->parallelism = *rescaled_to;
  if (live->jar_name != x.wanted.jar_name)
    out.different("jarName");
  if (live->parallelism != x.wanted.parallelism)
    out.different("parallelism");
  if (live->entry_class.value_or("") != x.wanted.entry_class.value_or(""))
    out.different("entryClass");
  if (x.wanted.program_args_list)
    out.undecidable("programArgsList");
  else if (live->program_args.value_or("") != x.wanted.program_args.value_or(""))
    out.different("programArgs");
  auto nonce = x.deployment.string_at({"metadata", "annotations", "restart-nonce"});
  if (nonce != x.wanted.restart_nonce.value_or(""))
    out.different("restartNonce");
}

// -- Flink's configuration -----------------------------------------------------------------------------------

properties lines_of(std::string_view text) {
  properties all;
  while (!text.empty()) {
    auto end = std::min(text.find('\n'), text.size());
    auto line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (auto colon = line.find(": "); colon != line.npos)
      all[std::string{line.substr(0, colon)}] = line.substr(colon + 2);
  }
  return all;
}

/// Returns whether the option is a memory size. The rules for them changed between versions of the Go operator.
bool is_memory_size(const std::string& key) {
  constexpr std::array keys{"jobmanager.memory.process.size", "taskmanager.memory.process.size", "jobmanager.heap.size",
                            "taskmanager.heap.size"};
  return std::ranges::find(keys, key) != keys.end();
}

/// Returns whether the cluster takes the option from somewhere other than flinkConfig.
bool not_from_spec(const std::string& key) {
  return find_owned(key) || is_memory_size(key);
}

/// Compares the options that the Go operator sets from fields of the spec.
void compare_owned_entries(findings& out, const sides& x, const properties& live) {
  for (auto& option : owned_options()) {
    if (!option.set_by_go_operator)
      continue;
    std::string key{option.key};
    if (auto there = live.find(key); there == live.end())
      out.undecidable(key + x.where() + " is missing");
    else if (there->second != option.value(x.wanted))
      out.different(key);
  }
}

/// Returns whether the values are equal. A number may have another notation.
bool same_value(const config_value& wanted, const std::string& live) {
  if (text_of(wanted) == live)
    return true;
  auto* number = std::get_if<double>(&wanted);
  double read = 0;
  auto end = live.data() + live.size();
  return number && std::from_chars(live.data(), end, read).ptr == end && read == *number;
}

void compare_user_entries(findings& out, const sides& x, const properties& live) {
  for (auto& [key, value] : x.wanted.flink_config) {
    if (not_from_spec(key))
      continue;
    auto there = live.find(key);
    if (text_of(value).find('\n') != std::string::npos)
      out.undecidable("flinkConfig " + key + " has several lines");
    else if (there == live.end() || !same_value(value, there->second))
      out.different("flinkConfig " + key);
  }
}

void compare_config(findings& out, const sides& x) {
  auto text = rendered_config(x.container);
  if (text.empty()) // the Go operator left it out if it could not render it
    return out.undecidable("FLINK_PROPERTIES" + x.where() + " is missing");
  auto live = lines_of(text);
  compare_owned_entries(out, x, live);
  compare_user_entries(out, x, live);
  for (auto& [key, value] : live)
    if (!not_from_spec(key) && !x.wanted.flink_config.contains(key))
      out.undecidable("the cluster sets " + key + ", but flinkConfig does not");
}

// -- the pod ----------------------------------------------------------------------------------------------------

void compare_resources(findings& out, const sides& x) {
  auto wanted = stated_resources(x.wanted, x.role).value_or(former_default_resources(x.role));
  auto live = x.container.find("resources").value_or(json::cursor{});
  for (auto* which : {"requests", "limits"})
    for (json::members all{json::cursor{wanted}.find(which).value_or(json::cursor{})}; auto entry = all.next();) {
      std::string problem;
      auto there = live.find({which, entry->key});
      auto amount = k8s::parse_quantity(entry->value, problem);
      if (!there || amount != k8s::parse_quantity(*there, problem))
        out.different(std::string{which} + "." + entry->key + x.where());
    }
}

using variables = std::map<std::string, json::cursor>;

/// Returns the variables by name. Of several with one name the last one counts.
variables variables_of(json::cursor container) {
  variables found;
  for (json::elements all{container.find("env").value_or(json::cursor{})}; auto x = all.next();)
    found[x->string_at({"name"})] = *x;
  return found;
}

variables variables_of(const env_config* x) {
  variables found;
  if (!x)
    return found;
  for (auto& raw : x->env)
    found[json::cursor{raw.text}.string_at({"name"})] = json::cursor{raw.text};
  return found;
}

void compare_env(findings& out, const sides& x) {
  auto live = variables_of(x.container);
  for (auto& [name, entry] : variables_of(config_of(x.wanted, x.role).env)) {
    auto there = live.find(name);
    if (name == "FLINK_PROPERTIES")
      out.undecidable("FLINK_PROPERTIES is set in envConfig");
    else if (there == live.end() || there->second.string_at({"value"}) != entry.string_at({"value"})
             || !covers(there->second.find("valueFrom").value_or(json::cursor{}),
                        entry.find("valueFrom").value_or(json::cursor{})))
      out.different("variable " + name + x.where());
  }
}

void compare_rest(findings& out, const sides& x) {
  auto config = config_of(x.wanted, x.role);
  auto pod = pod_spec(x.deployment);
  if (config.pod_template)
    out.different("podTemplate" + x.where());
  auto check = [&](const char* key, const json::raw* wanted) {
    if (wanted && !covers(pod.find(key).value_or(json::cursor{}), json::cursor{wanted->text}))
      out.undecidable(key + x.where());
  };
  check("nodeSelector", config.node_selector);
  check("affinity", config.affinity);
  check("securityContext", x.wanted.security_context ? &*x.wanted.security_context : nullptr);
  auto& account = x.wanted.service_account_name;
  if (account && pod.string_at({"serviceAccountName"}) != *account)
    out.undecidable("serviceAccountName" + x.where());
}

void compare_role(findings& out, const sides& x) {
  if (x.container.is_null())
    return out.undecidable("the container" + x.where() + " is missing");
  if (x.container.string_at({"image"}) != x.wanted.image)
    out.different("image" + x.where());
  compare_config(out, x);
  compare_resources(out, x);
  compare_env(out, x);
  compare_rest(out, x);
}

/// Ignores the TaskManagers: their number follows from parallelism and slots, and people scale them by hand.
void compare_replicas(findings& out, const sides& x) {
  auto live = x.deployment.find({"spec", "replicas"});
  auto& config = x.wanted.job_manager_config;
  auto wanted = std::to_string(config ? config->replicas.value_or(1) : 1);
  if (live && live->text() != "0" && live->text() != wanted)
    out.different("jobManagerConfig.replicas");
}

} // namespace

comparison compare_with_spec(const spec& wanted, std::string_view job_manager, std::string_view task_manager,
                             std::optional<int32_t> rescaled_to) {
  findings out;
  auto beside = [&](cluster_role role, std::string_view text) {
    json::cursor deployment{text};
    return sides{wanted, role, deployment, flink_container(deployment, role)};
  };
  auto jm = beside(cluster_role::job_manager, job_manager);
  auto tm = beside(cluster_role::task_manager, task_manager);
  compare_job(out, jm, rescaled_to);
  compare_replicas(out, jm);
  compare_role(out, jm);
  compare_role(out, tm);
  return out.result;
}

} // namespace flink
