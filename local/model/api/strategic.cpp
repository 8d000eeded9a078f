// Strategic merge patch, as the API server applies it to built-in kinds.
#include "local/model/api/patch.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace local::model {

namespace {

using namespace std::string_view_literals;

constexpr auto directive = "$patch"sv;
constexpr auto retain_keys = "$retainKeys"sv;
constexpr auto order_prefix = "$setElementOrder/"sv;
constexpr auto drop_prefix = "$deleteFromPrimitiveList/"sv;

/// Lists of objects in the built-in types, and the merge key of their items. A list that is
/// not named here is replaced as a whole. "ports" has two keys, depending on the type of its items.
constexpr std::array merge_keys{
    std::pair{"containers"sv, "name"sv},
    std::pair{"initContainers"sv, "name"sv},
    std::pair{"ephemeralContainers"sv, "name"sv},
    std::pair{"env"sv, "name"sv},
    std::pair{"volumes"sv, "name"sv},
    std::pair{"volumeMounts"sv, "mountPath"sv},
    std::pair{"volumeDevices"sv, "devicePath"sv},
    std::pair{"imagePullSecrets"sv, "name"sv},
    std::pair{"secrets"sv, "name"sv},
    std::pair{"hostAliases"sv, "ip"sv},
    std::pair{"conditions"sv, "type"sv},
    std::pair{"ownerReferences"sv, "uid"sv},
    std::pair{"topologySpreadConstraints"sv, "topologyKey"sv},
    std::pair{"podIPs"sv, "ip"sv},
    std::pair{"addresses"sv, "type"sv},
    std::pair{"taints"sv, "key"sv},
};

/// Lists of texts that are merged as sets.
constexpr std::array merged_sets{"finalizers"sv};

std::string_view merge_key(std::string_view list, const json::array& items) {
  if (list == "ports") {
    auto of_container = std::any_of(items.begin(), items.end(),
                                    [](const json::value& x) { return find(x, "containerPort") != nullptr; });
    return of_container ? "containerPort"sv : "port"sv;
  }
  auto i = std::find_if(merge_keys.begin(), merge_keys.end(), [&](auto& x) { return x.first == list; });
  return i == merge_keys.end() ? std::string_view{} : i->second;
}

void merge(json::value& x, const json::value& patch);

json::value* item_with(json::array& list, std::string_view key, const json::value& value) {
  auto i = std::find_if(list.begin(), list.end(), [&](const json::value& item) {
    auto* found = find(item, key);
    return found && *found == value;
  });
  return i == list.end() ? nullptr : &*i;
}

/// Returns `patch` without its directives, for a place where nothing was before.
json::value without_directives(const json::value& patch) {
  json::value fresh;
  merge(fresh, patch);
  return fresh;
}

void merge_item(json::array& list, std::string_view key, const json::value& item) {
  auto* identity = find(item, key);
  auto* present = identity ? item_with(list, key, *identity) : nullptr;
  if (text_at(item, directive) == "delete") {
    if (present)
      list.erase(list.begin() + (present - list.data()));
    return;
  }
  if (present)
    merge(*present, item);
  else
    list.push_back(without_directives(item));
}

bool replaces_list(const json::array& patch) {
  return std::any_of(patch.begin(), patch.end(),
                     [](const json::value& x) { return text_at(x, directive) == "replace"; });
}

void merge_list(json::value& x, std::string_view name, const json::array& patch) {
  auto key = merge_key(name, patch);
  auto set = std::find(merged_sets.begin(), merged_sets.end(), name) != merged_sets.end();
  if (!x.is_array() || (key.empty() && !set) || replaces_list(patch))
    x.emplace_array();
  auto& list = x.get_array();
  for (auto& item : patch) {
    if (text_at(item, directive) == "replace")
      continue;
    if (!key.empty() && item.is_object())
      merge_item(list, key, item);
    else if (!set || std::find(list.begin(), list.end(), item) == list.end())
      list.push_back(item);
  }
}

/// Sorts the items that `order` names into its order; the others follow in their present order.
void reorder(json::value& x, std::string_view name, const json::array& order) {
  if (!x.is_array())
    return;
  auto& list = x.get_array();
  auto key = merge_key(name, order);
  if (name == "ports")
    key = merge_key(name, list);
  auto rank = [&](const json::value& item) {
    auto i = std::find_if(order.begin(), order.end(), [&](const json::value& wanted) {
      if (key.empty() || !wanted.is_object())
        return wanted == item;
      auto *a = find(wanted, key), *b = find(item, key);
      return a && b && *a == *b;
    });
    return i - order.begin();
  };
  std::vector<std::pair<std::ptrdiff_t, std::size_t>> ranked;
  for (std::size_t i = 0; i < list.size(); ++i)
    ranked.emplace_back(rank(list[i]), i);
  std::sort(ranked.begin(), ranked.end());
  json::array ordered;
  for (auto& [place, index] : ranked)
    ordered.push_back(std::move(list[index]));
  list = std::move(ordered);
}

void drop_items(json::value& x, const json::array& items) {
  if (!x.is_array())
    return;
  auto& list = x.get_array();
  list.erase(
      std::remove_if(list.begin(), list.end(),
                     [&](const json::value& y) { return std::find(items.begin(), items.end(), y) != items.end(); }),
      list.end());
}

/// Applies the directives of `patch` for members of `x`.
void follow_directives(json::object& x, const json::object& patch) {
  if (auto* kept = patch.if_contains(retain_keys); kept && kept->is_array()) {
    std::vector<std::string> gone;
    for (auto& member : x)
      if (std::find(kept->get_array().begin(), kept->get_array().end(), json::value(member.key()))
          == kept->get_array().end())
        gone.emplace_back(member.key());
    for (auto& name : gone)
      x.erase(name);
  }
  for (auto& member : patch) {
    std::string_view name{member.key().data(), member.key().size()};
    if (name.starts_with(drop_prefix) && member.value().is_array())
      if (auto* list = x.if_contains(name.substr(drop_prefix.size())))
        drop_items(*list, member.value().get_array());
  }
}

void merge_members(json::object& x, const json::object& patch) {
  follow_directives(x, patch);
  for (auto& member : patch) {
    std::string_view name{member.key().data(), member.key().size()};
    auto& value = member.value();
    if (name.starts_with('$'))
      continue;
    if (value.is_null() || text_at(value, directive) == "delete")
      x.erase(name);
    else if (value.is_array())
      merge_list(x[name], name, value.get_array());
    else
      merge(x[name], value);
  }
  for (auto& member : patch) {
    std::string_view name{member.key().data(), member.key().size()};
    if (name.starts_with(order_prefix) && member.value().is_array())
      if (auto* list = x.if_contains(name.substr(order_prefix.size())))
        reorder(*list, name.substr(order_prefix.size()), member.value().get_array());
  }
}

void merge(json::value& x, const json::value& patch) {
  auto* changes = patch.if_object();
  if (!changes) {
    x = patch;
    return;
  }
  if (!x.is_object() || text_at(patch, directive) == "replace")
    x.emplace_object();
  merge_members(x.get_object(), *changes);
}

} // namespace

result<json::value> strategic_patch(const json::value& x, const json::value& patch) {
  if (!patch.is_object())
    return bad_request("error decoding patch: expected an object");
  auto merged = x;
  merge(merged, patch);
  return merged;
}

} // namespace local::model
