// Create, update and delete with everything that the real API server does around them: names, versions,
// generations, finalizers, defaults, checks, graceful deletion. The one door to the store for all writers.
#pragma once

#include "local/model/error.hpp"
#include "local/model/kinds/kinds.hpp"
#include "local/model/moment.hpp"
#include "local/model/store.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace local::model {

/// What to do about fields that the schema does not know.
enum class strictness {
  /// Drop them silently.
  ignore,
  /// Drop them with a warning.
  warn,
  /// Refuse the object.
  strict,
};

/// Parameters of a write, and its warnings.
struct write_call {
  moment now;
  bool dry_run = false;
  /// The object is what a patch made of the present one; some errors then have other messages.
  bool patched = false;
  model::strictness strictness = model::strictness::warn;
  /// Out: texts for Warning headers.
  std::vector<std::string> warnings = {};
};

/// Options of a deletion.
struct delete_options {
  /// Seconds that a pod gets to end.
  std::optional<int64_t> grace = {};
  /// Background, Foreground or Orphan; empty means Background.
  std::string propagation = {};
  /// If set, the object must have this uid, and this version.
  std::string uid = {};
  std::string resource_version = {};
};

/// The finalizer of foreground deletion: dependents are deleted first.
constexpr auto foreground_finalizer = "foregroundDeletion";
/// The finalizer of orphaning deletion: dependents stay.
constexpr auto orphan_finalizer = "orphan";

class resources {
public:
  using random = std::function<uint64_t()>;

  /// `draw` gives random numbers for uids and generated names.
  resources(random draw, std::size_t history_limit);

  result<object_ptr> create(const kind_info& kind, const std::string& ns, json::value object, write_call& call);

  /// Replaces an object. `part` is empty, or "status": then only the status is taken over.
  result<object_ptr> update(const kind_info& kind, const key& k, std::string_view part, json::value object,
                            write_call& call);

  /// Returns the object after the start of its deletion or, if it has been removed, its last state.
  result<object_ptr> remove(const kind_info& kind, const key& k, const delete_options& options, write_call& call);

  result<object_ptr> get(const kind_info& kind, const key& k) const;

  /// Finishes an object that waited for nothing but `finalizer`.
  void drop_finalizer(const kind_info& kind, const key& k, std::string_view finalizer, moment now);

  model::store& store() { return store_; }
  const model::store& store() const { return store_; }
  model::catalog& kinds() { return kinds_; }
  const model::catalog& kinds() const { return kinds_; }

  /// Returns five characters as generated names end with.
  std::string name_suffix();

private:
  std::optional<api_error> admit(const kind_info& kind, const key& k, json::value& object, const object_ptr& before,
                                 write_call& call);
  std::optional<api_error> check_namespace(const kind_info& kind, const key& k) const;
  object_ptr keep(const kind_info& kind, const key& k, json::value object, const write_call& call);
  void forget(const kind_info& kind, const key& k);
  void allocate(const kind_info& kind, json::value& object, const object_ptr& before);
  std::string new_uid();

  random draw_;
  model::store store_;
  catalog kinds_;
  uint32_t next_service_address_ = 1;
};

} // namespace local::model
