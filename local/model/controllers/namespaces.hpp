// Namespaces: the objects that each gets when it is created, and how it is emptied before it is deleted.
#pragma once

#include "local/model/resources.hpp"

#include <set>
#include <string>

namespace local::model {

class namespace_controller {
public:
  /// `objects` must outlive the controller.
  explicit namespace_controller(resources& objects) : objects_{&objects} {}

  /// Takes a change in.
  void observe(const change& x);

  /// Does what the changes since the last call demand.
  void step(moment now);

private:
  void furnish(const std::string& name, moment now);
  void empty(const std::string& name, const json::value& ns, moment now);

  resources* objects_;
  std::set<std::string> changed_;
};

} // namespace local::model
