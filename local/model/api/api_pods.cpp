// API calls that only pods have: binding them to a node, and the proxy to them or their Services.
#include "local/model/api/api.hpp"
#include "local/model/api/api_call.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace local::model {

namespace {

/// The path between "pods/" and "/proxy": [scheme:]name[:port].
struct proxied_name {
  std::string name;
  std::string port;
};

proxied_name parse_proxied(std::string_view text) {
  if (text.starts_with("http:"))
    text.remove_prefix(5);
  auto colon = text.find(':');
  if (colon == std::string_view::npos)
    return {std::string{text}, {}};
  return {std::string{text.substr(0, colon)}, std::string{text.substr(colon + 1)}};
}

std::optional<int64_t> to_number(std::string_view text) {
  int64_t value = 0;
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && rest == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

bool is_ready(const json::value& pod) {
  auto* conditions = array_at(pod, "status.conditions");
  return conditions && text_at(pod, "metadata.deletionTimestamp").empty()
      && std::any_of(conditions->begin(), conditions->end(), [](const json::value& x) {
           return text_at(x, "type") == "Ready" && text_at(x, "status") == "True";
         });
}

/// Returns the number of a container's port that is given by name or number; none given means the first.
std::optional<int64_t> container_port(const json::value& pod, std::string_view wanted) {
  if (auto number = to_number(wanted))
    return number;
  auto* containers = array_at(pod, "spec.containers");
  for (std::size_t i = 0; containers && i < containers->size(); ++i)
    if (auto* ports = array_at((*containers)[i], "ports"))
      for (auto& port : *ports)
        if (wanted.empty() || text_at(port, "name") == wanted)
          return integer_at(port, "containerPort");
  return std::nullopt;
}

/// Returns which container port stands behind a service's port that is given by name or number.
std::optional<std::string> target_port(const json::value& service, std::string_view wanted) {
  auto* ports = array_at(service, "spec.ports");
  for (std::size_t i = 0; ports && i < ports->size(); ++i) {
    auto& port = (*ports)[i];
    auto number = std::to_string(integer_at(port, "port"));
    if (wanted.empty() || wanted == number || wanted == text_at(port, "name"))
      return find(port, "targetPort") ? to_text(*find(port, "targetPort")) : number;
  }
  return std::nullopt;
}

api_error unavailable(std::string message) {
  return {.code = 503, .reason = "ServiceUnavailable", .message = std::move(message)};
}

object_ptr ready_pod(const store& objects, const std::string& ns, const json::value& service) {
  json::value chosen{{"matchLabels", find(service, "spec.selector") ? *find(service, "spec.selector") : json::value{}}};
  auto wanted = requirements_of(&chosen);
  if (wanted.empty())
    return nullptr;
  auto unready_too = true_at(service, "spec.publishNotReadyAddresses");
  for (auto& [k, pod] : objects.all("pods"))
    if (k.ns == ns && labels_match(*pod, wanted) && !text_at(*pod, "status.podIP").empty()
        && (unready_too || is_ready(*pod)))
      return pod;
  return nullptr;
}

/// Returns path and query as they go to the pod, still encoded.
std::string rest_of_target(std::string_view whole, std::string_view plural) {
  // A namespace may be called "proxy" too: the marker follows the object's name.
  auto object = whole.find("/" + std::string{plural} + "/");
  auto marker = whole.find("/proxy", std::min(object, whole.size()));
  auto rest = marker == std::string_view::npos ? std::string_view{} : whole.substr(marker + 6);
  return rest.starts_with('/') ? std::string{rest} : "/" + std::string{rest};
}

} // namespace

answer api::bind(call& x) {
  auto body = read_body(*x.asked);
  if (auto* error = failed(body))
    return refuse(*error);
  auto found = objects_->get(*x.kind, x.object());
  if (auto* error = failed(found))
    return refuse(*error);
  auto pod = *std::get<object_ptr>(found);
  auto node = text_at(std::get<json::value>(body), "target.name");
  if (node.empty())
    return refuse(invalid("", "Binding", x.name, {required("target.name")}));
  if (auto assigned = text_at(pod, "spec.nodeName"); !assigned.empty())
    return refuse(conflict("", "pods/binding", x.name,
                           "pod " + x.name + " is already assigned to node \"" + std::string{assigned} + "\""));
  if (!text_at(pod, "metadata.deletionTimestamp").empty())
    return refuse(
        conflict("", "pods/binding", x.name, "pod " + x.name + " is being deleted, cannot be assigned to a host"));
  make_object(pod, "spec")["nodeName"] = json::string{node};
  auto how = x.write();
  auto kept = objects_->update(*x.kind, x.object(), "", pod, how);
  if (auto* error = failed(kept))
    return refuse(*error);
  auto bound = *std::get<object_ptr>(kept);
  auto& conditions = make_object(bound, "status")["conditions"];
  if (!conditions.is_array())
    conditions.emplace_array();
  conditions.get_array().push_back(
      {{"type", "PodScheduled"}, {"status", "True"}, {"lastTransitionTime", to_rfc3339(x.now)}});
  (void)objects_->update(*x.kind, x.object(), "status", std::move(bound), how);
  return reply(
      {{"kind", "Status"}, {"apiVersion", "v1"}, {"metadata", json::object{}}, {"status", "Success"}, {"code", 201}},
      201);
}

answer api::proxy(call& x) {
  auto wanted = parse_proxied(x.name);
  auto found = objects_->get(*x.kind, {x.ns, wanted.name});
  if (auto* error = failed(found))
    return refuse(*error);
  auto pod = std::get<object_ptr>(found);
  if (x.kind->plural == "services") {
    auto port = target_port(*pod, wanted.port);
    if (!port)
      return refuse(unavailable("no service port \"" + wanted.port + "\" found for service \"" + wanted.name + "\""));
    pod = ready_pod(objects_->store(), x.ns, *pod);
    if (!pod)
      return refuse(unavailable("no endpoints available for service \"" + wanted.name + "\""));
    wanted.port = *port;
  }
  auto port = container_port(*pod, wanted.port);
  auto address = text_at(*pod, "status.podIP");
  if (address.empty())
    return refuse(
        bad_request("address not allowed: pod " + std::string{text_at(*pod, "metadata.name")} + " has none yet"));
  if (!port)
    return refuse(unavailable("pod " + std::string{text_at(*pod, "metadata.name")} + " has no port " + wanted.port));
  return {.forward = forward_request{std::string{address}, *port, rest_of_target(x.asked->target, x.kind->plural)}};
}

} // namespace local::model
