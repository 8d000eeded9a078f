// Which kinds of objects the API server serves, and what is particular to each.
#pragma once

#include "local/model/error.hpp"
#include "local/model/json.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace local::model {

/// A column of `kubectl get`.
struct column {
  std::string name;
  /// string, integer, date, ...
  std::string type;
  /// JSONPath of a custom resource's column; built-in kinds compute their cells.
  std::string json_path;
  std::string description = {};
  /// 0 is always shown, more only with `-o wide`.
  int priority = 0;
};

/// Where the scale subresource finds its numbers, as paths without the leading dot.
struct scale_paths {
  std::string spec_replicas;
  std::string status_replicas;
  /// May be empty.
  std::string selector;
};

/// One kind of object in one version.
struct kind_info {
  std::string group;
  std::string version;
  std::string plural;
  std::string singular;
  std::string kind;
  bool namespaced = true;
  std::vector<std::string> short_names = {};
  std::vector<std::string> categories = {};
  bool has_status = false;
  std::optional<scale_paths> scale = {};
  /// Further subresources, for discovery: name and kind of its body.
  std::vector<std::pair<std::string, std::string>> subresources = {};
  /// Structural schema; null means that unknown fields are kept and nothing is checked.
  std::shared_ptr<const json::value> schema = {};
  std::vector<column> columns = {};
  /// Comes from a CustomResourceDefinition.
  bool custom = false;
  /// Is replaced only by those who name the version that they replace.
  bool needs_version = false;
  /// A PUT of an object that does not exist creates it.
  bool made_by_update = false;

  /// Returns e.g. "apps/v1", or "v1" for the core group.
  std::string api_version() const;

  /// Returns under which name the store keeps objects of this kind in any version.
  std::string resource() const;
};

using kind_ptr = std::shared_ptr<const kind_info>;

/// All kinds that are served.
class catalog {
public:
  /// Starts with the built-in kinds.
  catalog();

  /// Returns the kind that a request path names, or null.
  kind_ptr find(std::string_view group, std::string_view version, std::string_view plural) const;

  /// Returns the kind with this apiVersion and kind, or null.
  kind_ptr of(std::string_view api_version, std::string_view kind) const;

  /// Returns any version of what the store keeps as `resource`, or null.
  kind_ptr of_resource(std::string_view resource) const;

  /// Registers the served versions of a CustomResourceDefinition, replacing its earlier ones.
  void define(const json::value& definition);

  /// Forgets the kinds of a CustomResourceDefinition.
  void undefine(const json::value& definition);

  /// All kinds, ordered by group, version and plural name.
  const std::vector<kind_ptr>& all() const { return kinds_; }

private:
  void add(kind_info x);

  std::vector<kind_ptr> kinds_;
};

/// Returns the kinds that are always there.
std::vector<kind_info> builtin_kinds();

/// Returns what is wrong with a CustomResourceDefinition.
std::vector<cause> check_definition(const json::value& definition);

} // namespace local::model
