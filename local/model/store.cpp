#include "local/model/store.hpp"

#include <algorithm>
#include <utility>

namespace local::model {

object_ptr store::put(const std::string& resource, const key& k, json::value object) {
  make_object(object, "metadata")["resourceVersion"] = std::to_string(++version_);
  auto now = std::make_shared<const json::value>(std::move(object));
  auto& where = shelves_[resource];
  auto& slot = where.items[k];
  auto before = std::exchange(slot, now);
  note(where, {version_, before ? change_type::modified : change_type::added, resource, k, now, before});
  return now;
}

void store::remove(const std::string& resource, const key& k) {
  auto& where = shelves_[resource];
  auto i = where.items.find(k);
  if (i == where.items.end())
    return;
  auto before = i->second;
  where.items.erase(i);
  auto last = *before;
  make_object(last, "metadata")["resourceVersion"] = std::to_string(++version_);
  note(where,
       {version_, change_type::deleted, resource, k, std::make_shared<const json::value>(std::move(last)), before});
}

object_ptr store::get(std::string_view resource, const key& k) const {
  auto& items = all(resource);
  auto i = items.find(k);
  return i == items.end() ? nullptr : i->second;
}

const objects& store::all(std::string_view resource) const {
  static const objects none;
  auto i = shelves_.find(resource);
  return i == shelves_.end() ? none : i->second.items;
}

uint64_t store::oldest(std::string_view resource) const {
  auto i = shelves_.find(resource);
  return i == shelves_.end() ? 0 : i->second.forgotten;
}

void store::each_after(std::string_view resource, uint64_t version, const std::function<void(const change&)>& f) const {
  auto i = shelves_.find(resource);
  if (i == shelves_.end())
    return;
  auto& history = i->second.history;
  auto first = std::upper_bound(history.begin(), history.end(), version,
                                [](uint64_t v, const change& x) { return v < x.version; });
  std::for_each(first, history.end(), f);
}

std::vector<change> store::take_changes() {
  return std::exchange(news_, {});
}

void store::compact() {
  for (auto& [resource, where] : shelves_) {
    where.history.clear();
    where.forgotten = version_;
  }
}

void store::note(shelf& where, change x) {
  news_.push_back(x);
  where.history.push_back(std::move(x));
  if (where.history.size() > history_limit_) {
    where.forgotten = where.history.front().version;
    where.history.pop_front();
  }
}

} // namespace local::model
