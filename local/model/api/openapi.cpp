#include "local/model/api/openapi.hpp"

#include "local/model/api/openapi_v2.hpp"

#include <algorithm>

namespace local::model {

namespace {

constexpr auto protobuf = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";

std::string group_path(const kind_info& x) {
  return x.group.empty() ? "api/" + x.version : "apis/" + x.group + "/" + x.version;
}

json::value identity(const kind_info& x) {
  return {{"group", x.group}, {"version", x.version}, {"kind", x.kind}};
}

json::value operation(const kind_info& x, std::string_view action) {
  json::array parameters;
  for (auto* name : {"dryRun", "fieldValidation", "fieldManager"})
    parameters.push_back({{"name", name}, {"in", "query"}, {"schema", {{"type", "string"}, {"uniqueItems", true}}}});
  return {{"x-kubernetes-action", action},
          {"x-kubernetes-group-version-kind", identity(x)},
          {"parameters", std::move(parameters)},
          {"responses", {{"200", {{"description", "OK"}}}}}};
}

void add_paths(json::object& paths, const kind_info& x) {
  auto base = "/" + group_path(x) + (x.namespaced ? "/namespaces/{namespace}/" : "/") + x.plural;
  paths[base] = {{"get", operation(x, "list")}, {"post", operation(x, "post")}};
  paths[base + "/{name}"] = {{"get", operation(x, "get")},
                             {"put", operation(x, "put")},
                             {"patch", operation(x, "patch")},
                             {"delete", operation(x, "delete")}};
}

json::value document(const catalog& kinds, std::string_view path) {
  json::object paths, schemas;
  for (auto& x : kinds.all())
    if (group_path(*x) == path) {
      add_paths(paths, *x);
      schemas[component_name(*x)] = component(*x);
    }
  return {{"openapi", "3.0.0"},
          {"info", {{"title", "flink-local"}, {"version", "1"}}},
          {"paths", std::move(paths)},
          {"components", {{"schemas", std::move(schemas)}}}};
}

json::value index(const catalog& kinds) {
  json::object paths;
  for (auto& x : kinds.all())
    paths[group_path(*x)] = {{"serverRelativeURL", "/openapi/v3/" + group_path(*x)}};
  return {{"paths", std::move(paths)}};
}

} // namespace

std::string component_name(const kind_info& x) {
  if (!x.custom)
    return "io.k8s.api." + (x.group.empty() ? "core" : x.group.substr(0, x.group.find('.'))) + "." + x.version + "."
         + x.kind;
  std::string name;
  for (std::string_view rest = x.group; !rest.empty();) {
    auto dot = rest.rfind('.');
    name += std::string{rest.substr(dot == std::string_view::npos ? 0 : dot + 1)} + ".";
    rest = rest.substr(0, dot == std::string_view::npos ? 0 : dot);
  }
  return name + x.version + "." + x.kind;
}

json::value component(const kind_info& x) {
  json::value schema = x.schema ? *x.schema : json::value{{"type", "object"}};
  auto& properties = make_object(schema, "properties");
  properties["apiVersion"] = {{"type", "string"}, {"description", "Version of the schema of this object."}};
  properties["kind"] = {{"type", "string"}, {"description", "Kind of this object."}};
  properties["metadata"] = {{"type", "object"}, {"description", "Name, labels and other standard metadata."}};
  schema.get_object()["x-kubernetes-group-version-kind"] = json::array{identity(x)};
  return schema;
}

std::optional<discovery_answer> openapi(const catalog& kinds, const target& what) {
  auto& path = what.path;
  if (path.size() == 2 && path[1] == "v2")
    return discovery_answer{.content_type = protobuf, .body = openapi_v2(kinds)};
  if (path.size() < 2 || path[1] != "v3")
    return std::nullopt;
  if (path.size() == 2)
    return discovery_answer{.body = json::serialize(index(kinds))};
  std::string group;
  for (std::size_t i = 2; i < path.size(); ++i)
    group += (i == 2 ? "" : "/") + path[i];
  auto found = std::any_of(kinds.all().begin(), kinds.all().end(), [&](auto& x) { return group_path(*x) == group; });
  if (!found)
    return std::nullopt;
  return discovery_answer{.body = json::serialize(document(kinds, group))};
}

} // namespace local::model
