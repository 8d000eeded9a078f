#include "k8s/decode.hpp"

#include <algorithm>
#include <array>

namespace k8s {

// The fields of API objects that the operator reads, with the API's structure.
namespace wire {

struct selector {
  std::map<std::string, std::string> match_labels;
};
BOOST_DESCRIBE_STRUCT(selector, (), (match_labels))

struct condition {
  std::string type;
  std::string status;
  std::string reason;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(condition, (), (type, status, reason, message))

struct deployment_spec {
  // The API server's default, for objects that it has not defaulted.
  int32_t replicas = 1;
  wire::selector selector;
};
BOOST_DESCRIBE_STRUCT(deployment_spec, (), (replicas, selector))

struct deployment_status {
  int32_t available_replicas = 0;
  int32_t updated_replicas = 0;
  std::vector<condition> conditions;
};
BOOST_DESCRIBE_STRUCT(deployment_status, (), (available_replicas, updated_replicas, conditions))

struct deployment {
  object_meta metadata;
  deployment_spec spec;
  deployment_status status;
};
BOOST_DESCRIBE_STRUCT(deployment, (), (metadata, spec, status))

struct waiting {
  std::string reason;
  std::string message;
};
BOOST_DESCRIBE_STRUCT(waiting, (), (reason, message))

struct terminated {
  std::string reason;
  std::string message;
  int32_t exit_code = 0;
};
BOOST_DESCRIBE_STRUCT(terminated, (), (reason, message, exit_code))

struct container_state {
  std::optional<wire::waiting> waiting;
  std::optional<wire::terminated> terminated;
};
BOOST_DESCRIBE_STRUCT(container_state, (), (waiting, terminated))

struct container_status {
  std::string name;
  int32_t restart_count = 0;
  container_state state;
  container_state last_state;
};
BOOST_DESCRIBE_STRUCT(container_status, (), (name, restart_count, state, last_state))

struct pod_spec {
  std::string node_name;
};
BOOST_DESCRIBE_STRUCT(pod_spec, (), (node_name))

struct pod_status {
  std::string phase;
  std::string pod_ip;
  std::optional<std::string> start_time;
  std::vector<condition> conditions;
  std::vector<container_status> init_container_statuses;
  std::vector<container_status> container_statuses;
};
BOOST_DESCRIBE_STRUCT(pod_status, (),
                      (phase, pod_ip, start_time, conditions, init_container_statuses, container_statuses))

constexpr std::string_view wire_name(const pod_status*, std::string_view member) {
  return member == "pod_ip" ? "podIP" : "";
}

struct pod {
  object_meta metadata;
  pod_spec spec;
  pod_status status;
};
BOOST_DESCRIBE_STRUCT(pod, (), (metadata, spec, status))

struct service_spec {
  std::map<std::string, std::string> selector;
  std::string cluster_ip;
};
BOOST_DESCRIBE_STRUCT(service_spec, (), (selector, cluster_ip))

constexpr std::string_view wire_name(const service_spec*, std::string_view member) {
  return member == "cluster_ip" ? "clusterIP" : "";
}

struct service {
  object_meta metadata;
  service_spec spec;
};
BOOST_DESCRIBE_STRUCT(service, (), (metadata, spec))

struct any {
  object_meta metadata;
};
BOOST_DESCRIBE_STRUCT(any, (), (metadata))

struct list_meta {
  std::string resource_version;
  std::string continue_;
};
BOOST_DESCRIBE_STRUCT(list_meta, (), (resource_version, continue_))

} // namespace wire

namespace {

template <class T>
std::optional<T> decode(std::string_view text, json::field_error& problem) {
  std::vector<json::field_error> errors;
  auto x = json::parse<T>(text, errors);
  if (!x.metadata.name.empty())
    return x;
  problem = errors.empty() ? json::field_error{"metadata.name", "is missing"} : std::move(errors.front());
  return std::nullopt;
}

object_head head_of(object_meta&& x) {
  object_head head;
  head.key = key_of(x);
  head.uid = std::move(x.uid);
  head.resource_version = std::move(x.resource_version);
  head.labels = std::move(x.labels);
  head.deleting = x.deletion_timestamp.has_value();
  for (auto& owner : x.owner_references)
    head.owner_uids.push_back(std::move(owner.uid));
  return head;
}

const wire::condition* find_condition(const std::vector<wire::condition>& all, std::string_view type,
                                      std::string_view status) {
  auto i = std::find_if(all.begin(), all.end(), [&](auto& x) { return x.type == type && x.status == status; });
  return i == all.end() ? nullptr : &*i;
}

/// Returns the message of a condition, or its reason if the message is empty.
std::optional<std::string> text_of(const wire::condition* x) {
  if (!x)
    return std::nullopt;
  return x->message.empty() ? x->reason : x->message;
}

std::string text_of(const wire::terminated& x) {
  auto code = "exit code " + std::to_string(x.exit_code);
  return x.reason.empty() ? code : x.reason + " (" + code + ")";
}

/// Returns true for reasons that every starting pod has. Another container's reason is then more useful.
bool is_routine(const wire::waiting& x) {
  constexpr std::array usual{"", "ContainerCreating", "PodInitializing"};
  return std::find(usual.begin(), usual.end(), x.reason) != usual.end();
}

/// Adds why a container waits and how it ended last, unless another container has the better reason already.
void add_state(pod& out, const wire::container_status& x, bool named) {
  bool explained = out.waiting_reason && !is_routine({*out.waiting_reason, {}});
  if (explained)
    return;
  auto where = named ? "container " + x.name + ": " : std::string{};
  auto& terminated = x.state.terminated ? x.state.terminated : x.last_state.terminated;
  if (terminated) {
    out.last_termination = where + text_of(*terminated);
    out.last_message = terminated->message;
  }
  if (!x.state.waiting || (out.waiting_reason && is_routine(*x.state.waiting)))
    return;
  out.waiting_reason = x.state.waiting->reason;
  auto& message = x.state.waiting->message;
  out.waiting_message = message.empty() ? message : where + message;
}

} // namespace

std::optional<deployment> decode_deployment(std::string_view text, json::field_error& problem) {
  auto x = decode<wire::deployment>(text, problem);
  if (!x)
    return std::nullopt;
  deployment out;
  out.head = head_of(std::move(x->metadata));
  out.replicas = x->spec.replicas;
  out.available_replicas = x->status.available_replicas;
  out.updated_replicas = x->status.updated_replicas;
  out.replica_failure = text_of(find_condition(x->status.conditions, "ReplicaFailure", "True"));
  out.selector = std::move(x->spec.selector.match_labels);
  return out;
}

std::optional<pod> decode_pod(std::string_view text, json::field_error& problem) {
  auto x = decode<wire::pod>(text, problem);
  if (!x)
    return std::nullopt;
  pod out;
  out.head = head_of(std::move(x->metadata));
  out.phase = std::move(x->status.phase);
  out.ip = std::move(x->status.pod_ip);
  out.node = std::move(x->spec.node_name);
  out.ready = find_condition(x->status.conditions, "Ready", "True") != nullptr;
  out.unschedulable = text_of(find_condition(x->status.conditions, "PodScheduled", "False"));
  out.started = std::move(x->status.start_time);
  // Restarts of init containers do not count: they end before the JobManager starts.
  auto& status = x->status;
  bool several = status.init_container_statuses.size() + status.container_statuses.size() > 1;
  for (auto& container : status.init_container_statuses)
    add_state(out, container, several);
  for (auto& container : status.container_statuses) {
    add_state(out, container, several);
    out.restarts += container.restart_count;
    if (status.container_statuses.size() > 1)
      out.container_restarts[container.name] = container.restart_count;
  }
  return out;
}

std::optional<service> decode_service(std::string_view text, json::field_error& problem) {
  auto x = decode<wire::service>(text, problem);
  if (!x)
    return std::nullopt;
  return service{head_of(std::move(x->metadata)), std::move(x->spec.selector), std::move(x->spec.cluster_ip)};
}

std::optional<ingress> decode_ingress(std::string_view text, json::field_error& problem) {
  auto x = decode<wire::any>(text, problem);
  return x ? std::optional{ingress{head_of(std::move(x->metadata))}} : std::nullopt;
}

std::optional<object_meta> decode_meta(std::string_view text, json::field_error& problem) {
  auto x = decode<wire::any>(text, problem);
  return x ? std::optional{std::move(x->metadata)} : std::nullopt;
}

std::optional<object_list> split_list(std::string_view body, json::field_error& problem) {
  if (auto flaw = json::flaw(body)) {
    problem = {{}, std::move(*flaw)};
    return std::nullopt;
  }
  json::cursor list{body};
  auto metadata = list.find("metadata");
  auto items = list.find("items");
  // Go sometimes writes an empty list as null. Without items, only the kind shows that the object is a list.
  if (!metadata || (!items && !list.string_at({"kind"}).ends_with("List"))) {
    problem = {"items", "is missing, so the answer is not a list"};
    return std::nullopt;
  }
  std::vector<json::field_error> ignored;
  auto meta = json::read<wire::list_meta>(*metadata, ignored);
  object_list out{{}, std::move(meta.resource_version), std::move(meta.continue_)};
  json::elements all{items.value_or(json::cursor{})};
  while (auto item = all.next())
    out.items.push_back(item->text());
  return out;
}

} // namespace k8s
