#include "local/model/controllers/ownership.hpp"

namespace local::model {

void ownership::observe(const change& x) {
  if (x.before)
    note_owners(x, *x.before, false);
  std::string uid{text_at(*x.object, "metadata.uid")};
  if (x.type == change_type::deleted) {
    objects_.erase(uid);
    return;
  }
  objects_[uid] = {x.resource, x.key};
  note_owners(x, *x.object, true);
}

const std::set<location>& ownership::dependents(std::string_view uid) const {
  static const std::set<location> none;
  auto i = dependents_.find(uid);
  return i == dependents_.end() ? none : i->second;
}

const location* ownership::find(std::string_view uid) const {
  auto i = objects_.find(uid);
  return i == objects_.end() ? nullptr : &i->second;
}

void ownership::note_owners(const change& x, const json::value& object, bool present) {
  auto* owners = array_at(object, "metadata.ownerReferences");
  for (std::size_t i = 0; owners && i < owners->size(); ++i) {
    std::string uid{text_at((*owners)[i], "uid")};
    if (present) {
      dependents_[uid].insert({x.resource, x.key});
      continue;
    }
    auto found = dependents_.find(uid);
    if (found == dependents_.end())
      continue;
    found->second.erase({x.resource, x.key});
    if (found->second.empty())
      dependents_.erase(found);
  }
}

const json::value* controller_of(const json::value& object) {
  auto* owners = array_at(object, "metadata.ownerReferences");
  for (std::size_t i = 0; owners && i < owners->size(); ++i)
    if (true_at((*owners)[i], "controller"))
      return &(*owners)[i];
  return nullptr;
}

} // namespace local::model
