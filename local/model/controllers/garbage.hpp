// The garbage collector: deletes dependents with their owners, before them, or orphans them, as the deletion requested.
#pragma once

#include "local/model/controllers/ownership.hpp"
#include "local/model/resources.hpp"

#include <set>

namespace local::model {

class garbage_collector {
public:
  /// Both must outlive the collector.
  garbage_collector(resources& objects, const ownership& owners) : objects_{&objects}, owners_{&owners} {}

  /// Takes a change in; `owners` must know of it already.
  void observe(const change& x);

  /// Does what the changes since the last call demand.
  void step(moment now);

private:
  void check_dependent(const location& where, moment now);
  void check_owner(const location& where, moment now);
  void release_dependents(const json::value& owner, moment now);
  bool blocked(const json::value& owner) const;
  object_ptr at(const location& where) const;

  resources* objects_;
  const ownership* owners_;
  /// Objects whose owners must be looked up.
  std::set<location> dependents_;
  /// Objects under deletion that wait for their dependents.
  std::set<location> waiting_;
};

} // namespace local::model
