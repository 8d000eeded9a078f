#include "local/agent/pods/pod.hpp"

#include "local/model/json.hpp"

namespace local::agent {

namespace {

using model::array_at;
using model::integer_at;
using model::object_at;
using model::text_at;

namespace json = boost::json;

std::map<std::string, std::string> read_texts(const json::value& x, std::string_view path) {
  std::map<std::string, std::string> out;
  if (auto* texts = object_at(x, path))
    for (auto& [key, value] : *texts)
      if (value.is_string())
        out.emplace(key, value.as_string());
  return out;
}

std::optional<probe_spec> read_probe(const json::value& container, std::string_view name) {
  auto* x = model::find(container, name);
  // Other kinds of probes have no counterpart in a plain process; they count as passed.
  if (x == nullptr || object_at(*x, "httpGet") == nullptr)
    return std::nullopt;
  probe_spec out;
  if (auto path = text_at(*x, "httpGet.path"); !path.empty())
    out.path = path;
  if (auto* port = model::find(*x, "httpGet.port"))
    out.port = model::to_text(*port);
  out.initial_delay = std::chrono::seconds{integer_at(*x, "initialDelaySeconds", 0)};
  out.period = std::chrono::seconds{std::max<int64_t>(1, integer_at(*x, "periodSeconds", 10))};
  out.timeout = std::chrono::seconds{std::max<int64_t>(1, integer_at(*x, "timeoutSeconds", 1))};
  out.success_threshold = static_cast<int>(integer_at(*x, "successThreshold", 1));
  out.failure_threshold = static_cast<int>(integer_at(*x, "failureThreshold", 3));
  return out;
}

env_variable read_variable(const json::value& x) {
  env_variable out{std::string{text_at(x, "name")},
                   std::string{text_at(x, "value")},
                   std::string{text_at(x, "valueFrom.fieldRef.fieldPath")},
                   {}};
  auto* source = object_at(x, "valueFrom");
  if (source != nullptr && out.field.empty() && !source->empty())
    out.foreign = source->begin()->key();
  return out;
}

void read_arguments(const json::value& x, std::string_view name, std::vector<std::string>& out) {
  if (auto* items = array_at(x, name))
    for (auto& item : *items)
      out.push_back(model::to_text(item));
}

container_spec read_container(const json::value& x) {
  container_spec out;
  out.name = text_at(x, "name");
  out.image = text_at(x, "image");
  read_arguments(x, "command", out.arguments);
  read_arguments(x, "args", out.arguments);
  if (auto* variables = array_at(x, "env"))
    for (auto& variable : *variables)
      out.env.push_back(read_variable(variable));
  if (auto* sources = array_at(x, "envFrom"); sources != nullptr && !sources->empty())
    out.foreign_env = "envFrom";
  if (auto* ports = array_at(x, "ports"))
    for (auto& port : *ports)
      if (auto name = text_at(port, "name"); !name.empty())
        out.ports.emplace(name, static_cast<int>(integer_at(port, "containerPort", 0)));
  out.startup = read_probe(x, "startupProbe");
  out.readiness = read_probe(x, "readinessProbe");
  out.liveness = read_probe(x, "livenessProbe");
  return out;
}

void read_metadata(const json::value& x, pod& out) {
  out.ns = text_at(x, "metadata.namespace");
  out.name = text_at(x, "metadata.name");
  out.uid = text_at(x, "metadata.uid");
  out.labels = read_texts(x, "metadata.labels");
  out.annotations = read_texts(x, "metadata.annotations");
  out.deleting = !text_at(x, "metadata.deletionTimestamp").empty();
  // A deletion may request a shorter grace period than the spec.
  auto grace = integer_at(x, "spec.terminationGracePeriodSeconds", 30);
  out.grace = std::chrono::seconds{integer_at(x, "metadata.deletionGracePeriodSeconds", grace)};
}

void read_status(const json::value& x, pod& out) {
  out.phase = text_at(x, "status.phase");
  out.ip = text_at(x, "status.podIP");
  auto* statuses = array_at(x, "status.containerStatuses");
  if (statuses == nullptr)
    return;
  for (auto& status : *statuses)
    out.history.insert_or_assign(std::string{text_at(status, "name")},
                                 container_history{static_cast<int>(integer_at(status, "restartCount", 0)),
                                                   object_at(status, "state.running") != nullptr});
}

} // namespace

pod read_pod(const json::value& x) {
  pod out;
  read_metadata(x, out);
  out.node = text_at(x, "spec.nodeName");
  out.node_selector = read_texts(x, "spec.nodeSelector");
  out.service_account = text_at(x, "spec.serviceAccountName");
  if (auto policy = text_at(x, "spec.restartPolicy"); !policy.empty())
    out.restart_policy = policy;
  if (auto* containers = array_at(x, "spec.initContainers"))
    for (auto& container : *containers)
      out.init_containers.emplace_back(text_at(container, "name"));
  if (auto* containers = array_at(x, "spec.containers"))
    for (auto& container : *containers)
      out.containers.push_back(read_container(container));
  read_status(x, out);
  return out;
}

} // namespace local::agent
