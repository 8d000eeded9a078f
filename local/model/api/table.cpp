#include "local/model/api/table.hpp"

#include "local/model/kinds/selectors.hpp"

#include <algorithm>
#include <functional>
#include <map>

namespace local::model {

namespace {

/// What a cell depends on besides the object.
using cells = std::vector<json::value>;
using writer = std::function<cells(const json::value&, moment)>;

std::string age_of(std::string_view timestamp, moment now) {
  auto since = parse_rfc3339(timestamp);
  return since ? to_age(now - *since) : "<unknown>";
}

json::value age(const json::value& x, moment now) {
  return json::string{age_of(text_at(x, "metadata.creationTimestamp"), now)};
}

json::value text_or(const json::value& x, std::string_view path, std::string_view fallback) {
  auto text = text_at(x, path);
  return json::string{text.empty() ? fallback : text};
}

template <class F>
std::string join(const json::array* list, std::string_view separator, F f) {
  std::string text;
  for (std::size_t i = 0; list && i < list->size(); ++i)
    text += (text.empty() ? "" : std::string{separator}) + f((*list)[i]);
  return text;
}

// -- pods -------------------------------------------------------------------------------------------

std::string pod_reason(const json::value& pod) {
  std::string reason{text_at(pod, "status.reason")};
  if (reason.empty())
    reason = text_at(pod, "status.phase");
  if (auto* statuses = array_at(pod, "status.containerStatuses"))
    for (auto& x : *statuses) {
      if (auto waiting = text_at(x, "state.waiting.reason"); !waiting.empty())
        reason = waiting;
      else if (auto ended = text_at(x, "state.terminated.reason"); !ended.empty())
        reason = ended;
    }
  return text_at(pod, "metadata.deletionTimestamp").empty() ? reason : "Terminating";
}

cells pod_cells(const json::value& x, moment now) {
  auto* statuses = array_at(x, "status.containerStatuses");
  auto* containers = array_at(x, "spec.containers");
  int64_t restarts = 0, ready = 0;
  for (std::size_t i = 0; statuses && i < statuses->size(); ++i) {
    restarts += integer_at((*statuses)[i], "restartCount");
    ready += true_at((*statuses)[i], "ready");
  }
  auto all = std::to_string(containers ? containers->size() : 0);
  return {json::string{std::to_string(ready) + "/" + all},
          json::string{pod_reason(x)},
          json::string{std::to_string(restarts)},
          age(x, now),
          text_or(x, "status.podIP", "<none>"),
          text_or(x, "spec.nodeName", "<none>"),
          "<none>",
          "<none>"};
}

// -- workloads --------------------------------------------------------------------------------------

void add_template_cells(cells& row, const json::value& x) {
  auto* containers = array_at(x, "spec.template.spec.containers");
  auto member = [&](std::string_view name) {
    return json::string{join(containers, ",", [&](const json::value& y) { return std::string{text_at(y, name)}; })};
  };
  row.emplace_back(member("name"));
  row.emplace_back(member("image"));
  row.emplace_back(json::string{selector_text(find(x, "spec.selector"))});
}

cells deployment_cells(const json::value& x, moment now) {
  auto wanted = std::to_string(integer_at(x, "spec.replicas"));
  cells row{json::string{std::to_string(integer_at(x, "status.readyReplicas")) + "/" + wanted},
            integer_at(x, "status.updatedReplicas"), integer_at(x, "status.availableReplicas"), age(x, now)};
  add_template_cells(row, x);
  return row;
}

cells replicaset_cells(const json::value& x, moment now) {
  cells row{integer_at(x, "spec.replicas"), integer_at(x, "status.replicas"), integer_at(x, "status.readyReplicas"),
            age(x, now)};
  add_template_cells(row, x);
  return row;
}

// -- network ----------------------------------------------------------------------------------------

std::string plain_selector(const json::value& x) {
  std::string text;
  if (auto* labels = object_at(x, "spec.selector"))
    for (auto& label : *labels)
      text += (text.empty() ? "" : ",") + std::string{label.key()} + "=" + to_text(label.value());
  return text.empty() ? "<none>" : text;
}

cells service_cells(const json::value& x, moment now) {
  auto ports = join(array_at(x, "spec.ports"), ",", [](const json::value& port) {
    return std::to_string(integer_at(port, "port")) + "/" + std::string{text_at(port, "protocol")};
  });
  return {text_or(x, "spec.type", ""),
          text_or(x, "spec.clusterIP", "<none>"),
          "<none>",
          json::string{ports.empty() ? "<none>" : ports},
          age(x, now),
          json::string{plain_selector(x)}};
}

cells ingress_cells(const json::value& x, moment now) {
  auto hosts = join(array_at(x, "spec.rules"), ",",
                    [](const json::value& y) { return to_text(json::string{text_at(y, "host")}); });
  return {text_or(x, "spec.ingressClassName", "<none>"), json::string{hosts.empty() ? "*" : hosts}, "",
          array_at(x, "spec.tls") ? "80, 443" : "80", age(x, now)};
}

// -- the rest ---------------------------------------------------------------------------------------

int64_t count_members(const json::value& x, std::initializer_list<std::string_view> names) {
  int64_t count = 0;
  for (auto name : names)
    if (auto* members = object_at(x, name))
      count += static_cast<int64_t>(members->size());
  return count;
}

std::string first_text(const json::value& x, std::initializer_list<const char*> paths) {
  for (auto* path : paths)
    if (auto text = text_at(x, path); !text.empty())
      return std::string{text};
  return {};
}

std::string last_seen(const json::value& x) {
  return first_text(x, {"series.lastObservedTime", "lastTimestamp", "eventTime", "metadata.creationTimestamp"});
}

std::string first_seen(const json::value& x) {
  return first_text(x, {"firstTimestamp", "eventTime", "metadata.creationTimestamp"});
}

std::string lower(std::string_view x) {
  std::string text{x};
  std::transform(text.begin(), text.end(), text.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return text;
}

/// Events have their own first column, so their name comes last.
cells event_cells(const json::value& x, moment now) {
  auto object = lower(text_at(x, "involvedObject.kind")) + "/" + std::string{text_at(x, "involvedObject.name")};
  return {json::string{age_of(last_seen(x), now)},
          text_or(x, "type", ""),
          text_or(x, "reason", ""),
          json::string{object},
          text_or(x, "involvedObject.fieldPath", ""),
          text_or(x, "source.component", ""),
          text_or(x, "message", ""),
          json::string{age_of(first_seen(x), now)},
          integer_at(x, "count", 1),
          text_or(x, "metadata.name", "")};
}

std::string node_state(const json::value& x) {
  if (auto* conditions = array_at(x, "status.conditions"))
    for (auto& y : *conditions)
      if (text_at(y, "type") == "Ready")
        return text_at(y, "status") == "True" ? "Ready" : "NotReady";
  return "Unknown";
}

cells node_cells(const json::value& x, moment now) {
  std::string address = "<none>";
  if (auto* addresses = array_at(x, "status.addresses"); addresses && !addresses->empty())
    address = text_at(addresses->front(), "address");
  return {json::string{node_state(x)}, "<none>", age(x, now), json::string{address}};
}

const std::map<std::string, writer, std::less<>>& writers() {
  static const std::map<std::string, writer, std::less<>> all{
      {"pods", pod_cells},
      {"deployments.apps", deployment_cells},
      {"replicasets.apps", replicaset_cells},
      {"services", service_cells},
      {"ingresses.networking.k8s.io", ingress_cells},
      {"events", event_cells},
      {"nodes", node_cells},
      {"namespaces", [](auto& x, auto now) { return cells{text_or(x, "status.phase", ""), age(x, now)}; }},
      {"configmaps", [](auto& x, auto now) { return cells{count_members(x, {"data", "binaryData"}), age(x, now)}; }},
      {"secrets",
       [](auto& x, auto now) { return cells{text_or(x, "type", ""), count_members(x, {"data"}), age(x, now)}; }},
      {"serviceaccounts", [](auto& x, auto now) { return cells{0, age(x, now)}; }},
      {"leases.coordination.k8s.io",
       [](auto& x, auto now) { return cells{text_or(x, "spec.holderIdentity", ""), age(x, now)}; }},
      {"priorityclasses.scheduling.k8s.io",
       [](auto& x, auto now) { return cells{integer_at(x, "value"), age(x, now)}; }},
      {"customresourcedefinitions.apiextensions.k8s.io",
       [](auto& x, auto) { return cells{text_or(x, "metadata.creationTimestamp", "")}; }},
  };
  return all;
}

json::value custom_cell(const json::value& x, const column& c, moment now) {
  auto path = std::string_view{c.json_path};
  if (path.starts_with('.'))
    path.remove_prefix(1);
  auto* found = find_json_path(x, path);
  if (!found)
    return nullptr;
  if (c.type == "date")
    return json::string{age_of(to_text(*found), now)};
  if (c.type == "string" && !found->is_string())
    return json::string{to_text(*found)};
  return *found;
}

cells row_cells(const kind_info& kind, const json::value& x, moment now) {
  if (kind.custom) {
    cells row;
    for (auto& c : kind.columns)
      row.push_back(custom_cell(x, c, now));
    return row;
  }
  auto i = writers().find(kind.resource());
  auto row = i == writers().end() ? cells{age(x, now)} : i->second(x, now);
  if (kind.resource() != "events")
    row.insert(row.begin(), text_or(x, "metadata.name", ""));
  return row;
}

json::value definition(const column& c) {
  return {{"name", c.name},
          {"type", c.type},
          {"format", c.name == "Name" ? "name" : ""},
          {"description", c.description},
          {"priority", c.priority}};
}

json::value embedded(const json::value& x, row_object include) {
  if (include == row_object::full)
    return x;
  return {{"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", x.at("metadata")}};
}

} // namespace

json::value to_table(const kind_info& kind, const std::vector<object_ptr>& objects, json::value metadata,
                     row_object include, bool with_columns, moment now) {
  json::array columns, rows;
  if (with_columns)
    for (auto& c : kind.columns)
      columns.push_back(definition(c));
  for (auto& x : objects) {
    auto row = row_cells(kind, *x, now);
    json::object entry{{"cells", json::array(row.begin(), row.end())}};
    if (include != row_object::none)
      entry["object"] = embedded(*x, include);
    rows.push_back(std::move(entry));
  }
  return {{"kind", "Table"},
          {"apiVersion", "meta.k8s.io/v1"},
          {"metadata", std::move(metadata)},
          {"columnDefinitions", with_columns ? json::value(std::move(columns)) : json::value{}},
          {"rows", std::move(rows)}};
}

} // namespace local::model
