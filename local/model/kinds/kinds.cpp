#include "local/model/kinds/kinds.hpp"

#include <algorithm>
#include <tuple>

namespace local::model {

namespace {

std::string path_of(std::string_view json_path) {
  return std::string{json_path.starts_with('.') ? json_path.substr(1) : json_path};
}

std::vector<std::string> texts_at(const json::value& x, std::string_view path) {
  std::vector<std::string> texts;
  if (auto* list = array_at(x, path))
    for (auto& item : *list)
      texts.push_back(to_text(item));
  return texts;
}

std::vector<column> columns_of(const json::value& version) {
  std::vector<column> columns{{.name = "Name", .type = "string", .json_path = ".metadata.name"}};
  auto* list = array_at(version, "additionalPrinterColumns");
  if (!list)
    columns.push_back({.name = "Age", .type = "date", .json_path = ".metadata.creationTimestamp"});
  else
    for (auto& x : *list)
      columns.push_back({.name = std::string{text_at(x, "name")},
                         .type = std::string{text_at(x, "type")},
                         .json_path = std::string{text_at(x, "jsonPath")},
                         .description = std::string{text_at(x, "description")},
                         .priority = static_cast<int>(integer_at(x, "priority"))});
  return columns;
}

kind_info kind_of(const json::value& definition, const json::value& version) {
  kind_info x{.group = std::string{text_at(definition, "spec.group")},
              .version = std::string{text_at(version, "name")},
              .plural = std::string{text_at(definition, "spec.names.plural")},
              .singular = std::string{text_at(definition, "spec.names.singular")},
              .kind = std::string{text_at(definition, "spec.names.kind")},
              .namespaced = text_at(definition, "spec.scope") != "Cluster",
              .short_names = texts_at(definition, "spec.names.shortNames"),
              .categories = texts_at(definition, "spec.names.categories"),
              .has_status = find(version, "subresources.status") != nullptr,
              .columns = columns_of(version),
              .custom = true,
              .needs_version = true};
  if (x.singular.empty())
    std::transform(x.kind.begin(), x.kind.end(), std::back_inserter(x.singular),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  if (auto* scale = find(version, "subresources.scale"))
    x.scale = scale_paths{path_of(text_at(*scale, "specReplicasPath")), path_of(text_at(*scale, "statusReplicasPath")),
                          path_of(text_at(*scale, "labelSelectorPath"))};
  if (auto* schema = find(version, "schema.openAPIV3Schema"))
    x.schema = std::make_shared<const json::value>(*schema);
  return x;
}

} // namespace

std::string kind_info::api_version() const {
  return group.empty() ? version : group + "/" + version;
}

std::string kind_info::resource() const {
  return group.empty() ? plural : plural + "." + group;
}

catalog::catalog() {
  for (auto& x : builtin_kinds())
    add(std::move(x));
}

kind_ptr catalog::find(std::string_view group, std::string_view version, std::string_view plural) const {
  auto i = std::find_if(kinds_.begin(), kinds_.end(), [&](const kind_ptr& x) {
    return x->group == group && x->version == version && x->plural == plural;
  });
  return i == kinds_.end() ? nullptr : *i;
}

kind_ptr catalog::of(std::string_view api_version, std::string_view kind) const {
  auto i = std::find_if(kinds_.begin(), kinds_.end(),
                        [&](const kind_ptr& x) { return x->kind == kind && x->api_version() == api_version; });
  return i == kinds_.end() ? nullptr : *i;
}

kind_ptr catalog::of_resource(std::string_view resource) const {
  auto i = std::find_if(kinds_.begin(), kinds_.end(), [&](const kind_ptr& x) { return x->resource() == resource; });
  return i == kinds_.end() ? nullptr : *i;
}

void catalog::define(const json::value& definition) {
  undefine(definition);
  if (auto* versions = array_at(definition, "spec.versions"))
    for (auto& version : *versions)
      if (true_at(version, "served"))
        add(kind_of(definition, version));
}

void catalog::undefine(const json::value& definition) {
  auto group = text_at(definition, "spec.group");
  auto plural = text_at(definition, "spec.names.plural");
  std::erase_if(kinds_, [&](const kind_ptr& x) { return x->custom && x->group == group && x->plural == plural; });
}

void catalog::add(kind_info x) {
  auto order = [](const kind_info& y) { return std::tie(y.group, y.version, y.plural); };
  auto place = std::find_if(kinds_.begin(), kinds_.end(), [&](const kind_ptr& y) { return order(x) < order(*y); });
  kinds_.insert(place, std::make_shared<const kind_info>(std::move(x)));
}

std::vector<cause> check_definition(const json::value& definition) {
  std::vector<cause> causes;
  for (auto* path : {"spec.group", "spec.scope", "spec.names.plural", "spec.names.kind"})
    if (text_at(definition, path).empty())
      causes.push_back(required(path));
  auto name
      = std::string{text_at(definition, "spec.names.plural")} + "." + std::string{text_at(definition, "spec.group")};
  if (causes.empty() && text_at(definition, "metadata.name") != name)
    causes.push_back(invalid_value("metadata.name", json::string{text_at(definition, "metadata.name")},
                                   "must be spec.names.plural+\".\"+spec.group"));
  auto* versions = array_at(definition, "spec.versions");
  if (!versions || versions->empty()) {
    causes.push_back(required("spec.versions", "must have at least one version"));
    return causes;
  }
  for (std::size_t i = 0; i < versions->size(); ++i)
    if (!object_at((*versions)[i], "schema.openAPIV3Schema"))
      causes.push_back(
          required("spec.versions[" + std::to_string(i) + "].schema.openAPIV3Schema", "schemas are required"));
  return causes;
}

} // namespace local::model
