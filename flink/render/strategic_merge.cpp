#include "flink/render/strategic_merge.hpp"

#include "k8s/json/text.hpp"
#include "k8s/json/writer.hpp"

#include <algorithm>
#include <array>
#include <vector>

namespace flink {

namespace {

/// How two lists are merged.
enum class list_strategy {
  /// Entries with the same key are merged.
  merge,
  /// Of two entries with the same key, the one of `over` is taken. A mix could have two sources of one volume or two
  /// values of one variable.
  choose,
  /// Joins both lists; equal entries occur once.
  join,
  /// Takes `over` as it is.
  replace,
};

struct list_rule {
  std::string_view field;
  std::string_view key;
  list_strategy strategy;
};

constexpr std::array list_rules{
    list_rule{"containers", "name", list_strategy::merge},
    list_rule{"initContainers", "name", list_strategy::merge},
    list_rule{"env", "name", list_strategy::choose},
    list_rule{"ports", "containerPort", list_strategy::choose},
    list_rule{"volumes", "name", list_strategy::choose},
    list_rule{"volumeMounts", "mountPath", list_strategy::choose},
    list_rule{"volumeDevices", "devicePath", list_strategy::choose},
    list_rule{"imagePullSecrets", "name", list_strategy::choose},
    list_rule{"hostAliases", "ip", list_strategy::choose},
    list_rule{"resourceClaims", "name", list_strategy::choose},
    list_rule{"topologySpreadConstraints", "topologyKey", list_strategy::choose},
    list_rule{"tolerations", "", list_strategy::join},
    list_rule{"envFrom", "", list_strategy::join},
};

list_rule rule_of(std::string_view field) {
  auto i = std::find_if(list_rules.begin(), list_rules.end(), [&](auto& x) { return x.field == field; });
  return i == list_rules.end() ? list_rule{field, "", list_strategy::replace} : *i;
}

/// Returns what identifies an entry: the value of its key, or all of it.
std::string identity(json::cursor x, const list_rule& rule) {
  auto found = rule.key.empty() ? x : x.find(rule.key).value_or(x);
  return found.kind() == json::kind::string ? found.string() : json::canonical(found.text());
}

struct entry {
  std::string identity;
  json::cursor value;
};

std::vector<entry> entries(json::cursor list, const list_rule& rule) {
  std::vector<entry> result;
  json::elements all{list};
  while (auto x = all.next())
    result.push_back({identity(*x, rule), *x});
  return result;
}

const entry* find(const std::vector<entry>& all, const std::string& identity) {
  auto i = std::find_if(all.begin(), all.end(), [&](auto& x) { return x.identity == identity; });
  return i == all.end() ? nullptr : &*i;
}

std::string merge(std::string_view field, json::cursor under, json::cursor over);

std::string merge_lists(const list_rule& rule, json::cursor under, json::cursor over) {
  if (rule.strategy == list_strategy::replace)
    return std::string{over.text()};
  auto below = entries(under, rule);
  auto above = entries(over, rule);
  json::list_text result;
  for (auto& x : above) {
    auto* same = rule.strategy == list_strategy::merge ? find(below, x.identity) : nullptr;
    result.add(same ? merge("", same->value, x.value) : std::string{x.value.text()});
  }
  for (auto& x : below)
    if (!find(above, x.identity))
      result.add(x.value.text());
  return result.text();
}

std::string merge_objects(json::cursor under, json::cursor over) {
  json::object_text result;
  json::members above{over};
  while (auto x = above.next()) {
    auto below = under.find(x->key);
    result.add(x->key, below ? merge(x->key, *below, x->value) : std::string{x->value.text()});
  }
  json::members below{under};
  while (auto x = below.next())
    if (!over.find(x->key))
      result.add(x->key, x->value.text());
  return result.text();
}

std::string merge(std::string_view field, json::cursor under, json::cursor over) {
  if (over.is_null())
    return std::string{under.text()};
  if (under.kind() == json::kind::object && over.kind() == json::kind::object)
    return merge_objects(under, over);
  if (under.kind() == json::kind::list && over.kind() == json::kind::list)
    return merge_lists(rule_of(field), under, over);
  return std::string{over.text()};
}

} // namespace

std::string strategic_merge(std::string_view under, std::string_view over) {
  return merge("", json::cursor{under}, json::cursor{over});
}

} // namespace flink
