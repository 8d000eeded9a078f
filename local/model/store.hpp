// Objects by resource, namespace and name; one version counter; a history for watches.
// Knows nothing of Kubernetes but metadata.resourceVersion, which it sets.
#pragma once

#include "local/model/json.hpp"

#include <compare>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace local::model {

/// Names an object of one resource; `ns` is empty for cluster-scoped ones.
struct key {
  std::string ns;
  std::string name;
  auto operator<=>(const key&) const = default;
};

/// What happened to an object.
enum class change_type {
  added,
  modified,
  deleted,
};

/// One change of one object.
struct change {
  uint64_t version = 0;
  change_type type = change_type::added;
  std::string resource;
  model::key key;
  /// As it is now; of a deleted object as it was last, with the version of its deletion.
  object_ptr object;
  /// As it was before; null if it is new.
  object_ptr before;
};

using objects = std::map<key, object_ptr, std::less<>>;

class store {
public:
  /// Keeps `history_limit` changes per resource for watches that resume.
  explicit store(std::size_t history_limit = 20'000) : history_limit_{history_limit} {}

  /// Adds or replaces an object and gives it the next version.
  object_ptr put(const std::string& resource, const key& k, json::value object);

  /// Removes an object, if it is there.
  void remove(const std::string& resource, const key& k);

  /// Returns an object, or null.
  object_ptr get(std::string_view resource, const key& k) const;

  /// All objects of a resource, in order of namespace and name.
  const objects& all(std::string_view resource) const;

  /// The version of the newest change.
  uint64_t version() const { return version_; }

  /// The oldest version from which a watch of `resource` can still be resumed.
  uint64_t oldest(std::string_view resource) const;

  /// Calls `f` with each change of `resource` after `version`, oldest first.
  void each_after(std::string_view resource, uint64_t version, const std::function<void(const change&)>& f) const;

  /// Returns all changes of all resources since the last call, for those who react to everything.
  std::vector<change> take_changes();

  /// Returns whether take_changes() would return any.
  bool has_changes() const { return !news_.empty(); }

  /// Forgets the history of all resources, as a compaction of etcd does: watches must list again.
  void compact();

private:
  struct shelf {
    objects items;
    std::deque<change> history;
    /// Changes up to this version are forgotten.
    uint64_t forgotten = 0;
  };

  void note(shelf& where, change x);

  std::size_t history_limit_;
  uint64_t version_ = 1;
  std::map<std::string, shelf, std::less<>> shelves_;
  std::vector<change> news_;
};

} // namespace local::model
