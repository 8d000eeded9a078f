#include "local/model/kinds/decode.hpp"

#include "local/model/kinds/names.hpp"
#include "local/model/moment.hpp"

#include <algorithm>

namespace local::model {

namespace {

using verdict = std::optional<std::string>;

std::string cannot(const std::string& path, std::string_view expected) {
  return "json: cannot unmarshal field " + path + " into type " + std::string{expected};
}

template <class F>
verdict first_of(std::initializer_list<const char*> paths, F check) {
  for (auto* path : paths)
    if (auto found = check(path))
      return found;
  return std::nullopt;
}

verdict texts(const json::value& object, std::initializer_list<const char*> paths) {
  return first_of(paths, [&](std::string path) -> verdict {
    auto* x = find(object, path);
    return !x || x->is_null() || x->is_string() ? verdict{} : cannot(path, "string");
  });
}

verdict text_maps(const json::value& object, std::initializer_list<const char*> paths) {
  return first_of(paths, [&](std::string path) -> verdict {
    auto* x = find(object, path);
    if (!x || x->is_null())
      return std::nullopt;
    auto good = x->is_object() && std::all_of(x->get_object().begin(), x->get_object().end(), [](auto& member) {
                  return member.value().is_string() || member.value().is_null();
                });
    return good ? verdict{} : cannot(path, "map[string]string");
  });
}

verdict lists(const json::value& object, std::initializer_list<const char*> paths) {
  return first_of(paths, [&](std::string path) -> verdict {
    auto* x = find(object, path);
    return !x || x->is_null() || x->is_array() ? verdict{} : cannot(path, "list");
  });
}

verdict times(const json::value& object, std::initializer_list<const char*> paths) {
  return first_of(paths, [&](std::string path) -> verdict {
    auto* x = find(object, path);
    return !x || x->is_null() || (x->is_string() && parse_rfc3339(x->get_string())) ? verdict{} : cannot(path, "time");
  });
}

verdict quantities(const json::value& container, const std::string& path) {
  for (auto* part : {"resources.limits", "resources.requests"})
    if (auto* amounts = object_at(container, part))
      for (auto& amount : *amounts)
        if (!parse_quantity(amount.value()))
          return path + "." + part + "[" + std::string{amount.key()}
               + "]: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
  return std::nullopt;
}

verdict pod(const json::value& object, const std::string& spec) {
  for (auto* name : {"containers", "initContainers"}) {
    auto path = spec + "." + name;
    auto* containers = array_at(object, path);
    for (std::size_t i = 0; containers && i < containers->size(); ++i)
      if (auto found = quantities((*containers)[i], path + "[" + std::to_string(i) + "]"))
        return found;
  }
  return std::nullopt;
}

} // namespace

std::optional<std::string> misfit(const kind_info& kind, const json::value& object) {
  auto found = texts(object, {"metadata.name", "metadata.generateName", "metadata.namespace", "metadata.uid",
                              "metadata.resourceVersion"});
  if (!found)
    found = text_maps(object, {"metadata.labels", "metadata.annotations"});
  if (!found)
    found = lists(object, {"metadata.finalizers", "metadata.ownerReferences"});
  if (found || kind.custom)
    return found;
  auto resource = kind.resource();
  if (resource == "configmaps" || resource == "secrets")
    return text_maps(object, {"data", "binaryData", "stringData"});
  if (resource == "leases.coordination.k8s.io")
    return times(object, {"spec.acquireTime", "spec.renewTime"});
  if (resource == "pods")
    return pod(object, "spec");
  return kind.group == "apps" ? pod(object, "spec.template.spec") : std::nullopt;
}

} // namespace local::model
