#include "local/model/controllers/namespaces.hpp"

#include <utility>
#include <vector>

namespace local::model {

void namespace_controller::observe(const change& x) {
  if (x.resource == "namespaces")
    changed_.insert(x.key.name);
  else if (x.type == change_type::deleted && !x.key.ns.empty())
    changed_.insert(x.key.ns);
}

void namespace_controller::step(moment now) {
  for (auto& name : std::exchange(changed_, {})) {
    auto ns = objects_->store().get("namespaces", {"", name});
    if (!ns)
      continue;
    if (text_at(*ns, "metadata.deletionTimestamp").empty())
      furnish(name, now);
    else
      empty(name, *ns, now);
  }
}

void namespace_controller::furnish(const std::string& name, moment now) {
  if (objects_->store().get("serviceaccounts", {name, "default"}))
    return;
  write_call call{.now = now};
  (void)objects_->create(*objects_->kinds().find("", "v1", "serviceaccounts"), name,
                         {{"metadata", {{"name", "default"}}}}, call);
}

void namespace_controller::empty(const std::string& name, const json::value& ns, moment now) {
  write_call call{.now = now};
  bool left = false;
  auto kinds = objects_->kinds().all();
  for (auto& kind : kinds) {
    if (!kind->namespaced)
      continue;
    std::vector<key> keys;
    auto& all = objects_->store().all(kind->resource());
    for (auto i = all.lower_bound({name, ""}); i != all.end() && i->first.ns == name; ++i)
      keys.push_back(i->first);
    for (auto& k : keys) {
      auto object = objects_->store().get(kind->resource(), k);
      if (object && text_at(*object, "metadata.deletionTimestamp").empty())
        (void)objects_->remove(*kind, k, {.propagation = "Background"}, call);
      left |= objects_->store().get(kind->resource(), k) != nullptr;
    }
  }
  if (left)
    return;
  auto last = ns;
  erase(last, "spec.finalizers");
  (void)objects_->update(*objects_->kinds().find("", "v1", "namespaces"), {"", name}, "", std::move(last), call);
}

} // namespace local::model
