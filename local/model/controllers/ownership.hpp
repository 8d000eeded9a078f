// Who owns whom, kept up to date by the store's changes.
#pragma once

#include "local/model/store.hpp"

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace local::model {

/// Where an object is kept.
struct location {
  std::string resource;
  model::key key;
  auto operator<=>(const location&) const = default;
};

class ownership {
public:
  /// Takes a change in.
  void observe(const change& x);

  /// Returns the objects that name `uid` as an owner.
  const std::set<location>& dependents(std::string_view uid) const;

  /// Returns the location of the object with this uid, or null.
  const location* find(std::string_view uid) const;

private:
  void note_owners(const change& x, const json::value& object, bool present);

  std::map<std::string, std::set<location>, std::less<>> dependents_;
  std::map<std::string, location, std::less<>> objects_;
};

/// Returns the reference to the controller of an object, or null.
const json::value* controller_of(const json::value& object);

} // namespace local::model
