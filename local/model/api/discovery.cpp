#include "local/model/api/discovery.hpp"

#include "local/model/api/openapi.hpp"

#include <set>
#include <vector>

namespace local::model {

namespace {

// The Kubernetes version whose behaviour is modelled; clients adapt to it.
constexpr auto git_version = "v1.35.4+flink-local";

discovery_answer reply(const json::value& x) {
  return {.body = json::serialize(x)};
}

json::value version() {
  return {{"major", "1"},    {"minor", "35"},           {"gitVersion", git_version},
          {"gitCommit", ""}, {"gitTreeState", "clean"}, {"buildDate", "2026-01-01T00:00:00Z"},
          {"goVersion", ""}, {"compiler", "clang"},     {"platform", "linux/amd64"}};
}

json::array to_array(const std::vector<std::string>& texts) {
  json::array list;
  for (auto& x : texts)
    list.emplace_back(x);
  return list;
}

std::set<std::string> versions_of(const catalog& kinds, std::string_view group) {
  std::set<std::string> versions;
  for (auto& x : kinds.all())
    if (x->group == group)
      versions.insert(x->version);
  return versions;
}

json::value group_entry(const catalog& kinds, const std::string& group) {
  json::array versions;
  for (auto& version : versions_of(kinds, group))
    versions.push_back({{"groupVersion", group + "/" + version}, {"version", version}});
  auto preferred = versions.front();
  return {{"name", group}, {"versions", std::move(versions)}, {"preferredVersion", std::move(preferred)}};
}

json::value groups(const catalog& kinds) {
  std::set<std::string> names;
  for (auto& x : kinds.all())
    if (!x->group.empty())
      names.insert(x->group);
  json::array list;
  for (auto& name : names)
    list.push_back(group_entry(kinds, name));
  return {{"kind", "APIGroupList"}, {"apiVersion", "v1"}, {"groups", std::move(list)}};
}

json::value subresource(const kind_info& x, const std::string& name, const std::string& kind, json::array verbs) {
  json::object entry{{"name", x.plural + "/" + name},
                     {"singularName", ""},
                     {"namespaced", x.namespaced},
                     {"kind", kind},
                     {"verbs", std::move(verbs)}};
  if (kind == "Scale" || kind == "Eviction") {
    entry["group"] = kind == "Scale" ? "autoscaling" : "policy";
    entry["version"] = "v1";
  }
  return entry;
}

json::array verbs_of(std::string_view subresource) {
  if (subresource == "proxy")
    return {"create", "delete", "get", "patch", "update"};
  return {subresource == "log" ? "get" : "create"};
}

void add_resources(json::array& list, const kind_info& x) {
  json::object entry{{"name", x.plural},
                     {"singularName", x.singular},
                     {"namespaced", x.namespaced},
                     {"kind", x.kind},
                     {"verbs", {"create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"}}};
  if (!x.short_names.empty())
    entry["shortNames"] = to_array(x.short_names);
  if (!x.categories.empty())
    entry["categories"] = to_array(x.categories);
  list.push_back(std::move(entry));
  json::array const writable{"get", "patch", "update"};
  if (x.has_status)
    list.push_back(subresource(x, "status", x.kind, writable));
  if (x.scale)
    list.push_back(subresource(x, "scale", "Scale", writable));
  for (auto& [name, kind] : x.subresources)
    list.push_back(subresource(x, name, kind, verbs_of(name)));
}

std::optional<discovery_answer> resources_of(const catalog& kinds, const std::string& group,
                                             const std::string& version) {
  json::array list;
  for (auto& x : kinds.all())
    if (x->group == group && x->version == version)
      add_resources(list, *x);
  if (list.empty())
    return std::nullopt;
  return reply({{"kind", "APIResourceList"},
                {"apiVersion", "v1"},
                {"groupVersion", group.empty() ? version : group + "/" + version},
                {"resources", std::move(list)}});
}

std::optional<discovery_answer> discover_apis(const catalog& kinds, const target& what) {
  if (what.path.size() == 1)
    return reply(groups(kinds));
  auto& group = what.path[1];
  if (what.path.size() == 3)
    return resources_of(kinds, group, what.path[2]);
  if (what.path.size() != 2 || versions_of(kinds, group).empty())
    return std::nullopt;
  auto entry = group_entry(kinds, group);
  entry.get_object()["kind"] = "APIGroup";
  entry.get_object()["apiVersion"] = "v1";
  return reply(entry);
}

} // namespace

std::optional<discovery_answer> discover(const catalog& kinds, const target& what) {
  auto& path = what.path;
  if (path.empty())
    return reply({{"paths", {"/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"}}});
  auto& first = path.front();
  if (path.size() == 1 && first == "version")
    return reply(version());
  if (first == "healthz" || first == "livez" || first == "readyz")
    return discovery_answer{.content_type = "text/plain", .body = "ok"};
  if (first == "api" && path.size() == 1)
    return reply({{"kind", "APIVersions"}, {"versions", {"v1"}}, {"serverAddressByClientCIDRs", json::array{}}});
  if (first == "api" && path.size() == 2)
    return resources_of(kinds, "", path[1]);
  if (first == "apis" && path.size() <= 3)
    return discover_apis(kinds, what);
  if (first == "openapi")
    return openapi(kinds, what);
  return std::nullopt;
}

} // namespace local::model
