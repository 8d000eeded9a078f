#include "local/model/controllers/garbage.hpp"

#include <algorithm>
#include <utility>

namespace local::model {

namespace {

bool waits_for_dependents(const json::value& x) {
  return !text_at(x, "metadata.deletionTimestamp").empty()
      && (list_holds(x, "metadata.finalizers", foreground_finalizer)
          || list_holds(x, "metadata.finalizers", orphan_finalizer));
}

/// Returns whether `x` names the owner `uid` and blocks its deletion.
bool blocks(const json::value& x, std::string_view uid) {
  auto* owners = array_at(x, "metadata.ownerReferences");
  return owners && std::any_of(owners->begin(), owners->end(), [&](const json::value& y) {
           return text_at(y, "uid") == uid && true_at(y, "blockOwnerDeletion");
         });
}

/// Removes the references to owners for which `gone` returns true.
template <class F>
void drop_owners(json::value& x, F gone) {
  auto* owners = find(x, "metadata.ownerReferences");
  if (!owners || !owners->is_array())
    return;
  auto& list = owners->get_array();
  list.erase(std::remove_if(list.begin(), list.end(), [&](const json::value& y) { return gone(text_at(y, "uid")); }),
             list.end());
  if (list.empty())
    erase(x, "metadata.ownerReferences");
}

} // namespace

void garbage_collector::observe(const change& x) {
  location where{x.resource, x.key};
  if (x.type == change_type::deleted) {
    auto& orphans = owners_->dependents(text_at(*x.object, "metadata.uid"));
    dependents_.insert(orphans.begin(), orphans.end());
    if (auto* owners = array_at(*x.object, "metadata.ownerReferences"))
      for (auto& owner : *owners)
        if (auto* found = owners_->find(text_at(owner, "uid")))
          waiting_.insert(*found);
    return;
  }
  if (array_at(*x.object, "metadata.ownerReferences"))
    dependents_.insert(where);
  if (waits_for_dependents(*x.object))
    waiting_.insert(where);
}

void garbage_collector::step(moment now) {
  for (auto& where : std::exchange(waiting_, {}))
    check_owner(where, now);
  for (auto& where : std::exchange(dependents_, {}))
    check_dependent(where, now);
}

void garbage_collector::check_owner(const location& where, moment now) {
  auto owner = at(where);
  if (!owner || !waits_for_dependents(*owner))
    return;
  auto kind = objects_->kinds().of_resource(where.resource);
  if (list_holds(*owner, "metadata.finalizers", orphan_finalizer)) {
    release_dependents(*owner, now);
    objects_->drop_finalizer(*kind, where.key, orphan_finalizer, now);
    return;
  }
  auto& dependents = owners_->dependents(text_at(*owner, "metadata.uid"));
  dependents_.insert(dependents.begin(), dependents.end());
  if (!blocked(*owner))
    objects_->drop_finalizer(*kind, where.key, foreground_finalizer, now);
}

bool garbage_collector::blocked(const json::value& owner) const {
  auto uid = text_at(owner, "metadata.uid");
  auto& dependents = owners_->dependents(uid);
  return std::any_of(dependents.begin(), dependents.end(), [&](const location& x) {
    auto object = at(x);
    return object && blocks(*object, uid);
  });
}

void garbage_collector::release_dependents(const json::value& owner, moment now) {
  auto uid = text_at(owner, "metadata.uid");
  auto dependents = owners_->dependents(uid);
  for (auto& where : dependents) {
    auto object = at(where);
    if (!object)
      continue;
    auto free = *object;
    drop_owners(free, [&](std::string_view x) { return x == uid; });
    write_call call{.now = now};
    (void)objects_->update(*objects_->kinds().of_resource(where.resource), where.key, "", std::move(free), call);
  }
}

void garbage_collector::check_dependent(const location& where, moment now) {
  auto object = at(where);
  auto* owners = object ? array_at(*object, "metadata.ownerReferences") : nullptr;
  auto kind = objects_->kinds().of_resource(where.resource);
  if (!owners || !kind || !text_at(*object, "metadata.deletionTimestamp").empty())
    return;
  bool solid = false, dangling = false, before_owner = false;
  for (auto& owner : *owners) {
    auto* found = owners_->find(text_at(owner, "uid"));
    auto owning = found ? at(*found) : nullptr;
    auto leaving = owning && !text_at(*owning, "metadata.deletionTimestamp").empty()
                && list_holds(*owning, "metadata.finalizers", foreground_finalizer);
    dangling |= !owning;
    before_owner |= leaving && true_at(owner, "blockOwnerDeletion");
    solid |= owning && !(leaving && true_at(owner, "blockOwnerDeletion"));
  }
  write_call call{.now = now};
  if (!solid) {
    delete_options options{.uid = std::string{text_at(*object, "metadata.uid")}};
    if (before_owner && !owners_->dependents(options.uid).empty())
      options.propagation = "Foreground";
    (void)objects_->remove(*kind, where.key, options, call);
  } else if (dangling) {
    auto kept = *object;
    drop_owners(kept, [&](std::string_view uid) { return !owners_->find(uid); });
    (void)objects_->update(*kind, where.key, "", std::move(kept), call);
  }
}

object_ptr garbage_collector::at(const location& where) const {
  return objects_->store().get(where.resource, where.key);
}

} // namespace local::model
