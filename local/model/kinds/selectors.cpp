#include "local/model/kinds/selectors.hpp"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>

namespace local::model {

namespace {

using relation = label_requirement::relation;

std::string_view trim(std::string_view x) {
  auto first = x.find_first_not_of(" \t");
  if (first == std::string_view::npos)
    return {};
  return x.substr(first, x.find_last_not_of(" \t") - first + 1);
}

/// Splits at commas that stand outside parentheses.
std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  int depth = 0;
  std::size_t start = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '(')
      ++depth;
    if (i < text.size() && text[i] == ')')
      --depth;
    if (i == text.size() || (text[i] == ',' && depth == 0)) {
      parts.push_back(trim(text.substr(start, i - start)));
      start = i + 1;
    }
  }
  return parts;
}

bool is_label_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_'
      || c == '/';
}

bool is_word(std::string_view x) {
  return std::all_of(x.begin(), x.end(), is_label_character);
}

/// Reads "name OPERATOR value" for the operators made of signs.
bool parse_signs(std::string_view part, label_requirement& x) {
  struct sign {
    std::string_view text;
    relation is;
  };
  for (auto& [text, is] : {sign{"!=", relation::not_in}, sign{"==", relation::in}, sign{"=", relation::in},
                           sign{">", relation::greater}, sign{"<", relation::less}}) {
    auto at = part.find(text);
    if (at == std::string_view::npos)
      continue;
    x = {std::string{trim(part.substr(0, at))}, is, {std::string{trim(part.substr(at + text.size()))}}};
    return true;
  }
  return false;
}

/// Reads "name in (a, b)" and "name notin (a, b)".
bool parse_set(std::string_view part, label_requirement& x) {
  auto open = part.find('(');
  if (open == std::string_view::npos || part.back() != ')')
    return false;
  auto head = trim(part.substr(0, open));
  auto space = head.find_last_of(" \t");
  if (space == std::string_view::npos)
    return false;
  auto word = head.substr(space + 1);
  if (word != "in" && word != "notin")
    return false;
  x = {std::string{trim(head.substr(0, space))}, word == "in" ? relation::in : relation::not_in, {}};
  for (auto value : split(part.substr(open + 1, part.size() - open - 2)))
    x.values.emplace_back(value);
  return true;
}

bool parse_presence(std::string_view part, label_requirement& x) {
  x = {std::string{trim(part.starts_with('!') ? part.substr(1) : part)},
       part.starts_with('!') ? relation::missing : relation::exists,
       {}};
  return true;
}

bool parse_one(std::string_view part, label_requirement& x) {
  if (!parse_set(part, x) && !parse_signs(part, x))
    parse_presence(part, x);
  return !x.label.empty() && is_word(x.label) && std::all_of(x.values.begin(), x.values.end(), is_word);
}

bool in_order(std::string_view value, const label_requirement& x) {
  int64_t a = 0, b = 0;
  auto read = [](std::string_view text, int64_t& out) {
    return std::from_chars(text.data(), text.data() + text.size(), out).ec == std::errc{};
  };
  return read(value, a) && read(x.values.front(), b) && (x.is == relation::greater ? a > b : a < b);
}

bool meets(const json::object* labels, const label_requirement& x) {
  auto* found = labels ? labels->if_contains(x.label) : nullptr;
  auto value = found ? to_text(*found) : std::string{};
  auto listed = [&] { return std::find(x.values.begin(), x.values.end(), value) != x.values.end(); };
  switch (x.is) {
  case relation::in:
    return found && listed();
  case relation::not_in:
    return !found || !listed();
  case relation::exists:
    return found;
  case relation::missing:
    return !found;
  case relation::greater:
  case relation::less:
    return found && in_order(value, x);
  }
  return false;
}

/// The fields by which a kind can be selected, beside name and namespace.
bool selectable(const kind_info& kind, std::string_view path) {
  static const std::map<std::string, std::set<std::string, std::less<>>, std::less<>> fields{
      {"pods",
       {"spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.phase",
        "status.podIP", "status.nominatedNodeName"}},
      {"events",
       {"involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
        "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason",
        "reportingComponent", "source", "type"}},
      {"namespaces", {"status.phase"}},
      {"nodes", {"spec.unschedulable"}},
      {"secrets", {"type"}},
      {"replicasets.apps", {"status.replicas"}},
      {"services", {"spec.clusterIP", "spec.type"}},
  };
  if (path == "metadata.name" || path == "metadata.namespace")
    return true;
  auto i = fields.find(kind.resource());
  return i != fields.end() && i->second.contains(path);
}

std::string field_value(const json::value& object, const std::string& path) {
  auto* found = find(object, path == "source" ? "source.component" : std::string_view{path});
  return found && !found->is_null() ? to_text(*found) : std::string{};
}

} // namespace

bool selector::matches(const json::value& object) const {
  return labels_match(object, labels) && std::all_of(fields.begin(), fields.end(), [&](const field_requirement& x) {
           return (field_value(object, x.path) == x.value) == x.equal;
         });
}

result<std::vector<label_requirement>> parse_labels(std::string_view text) {
  std::vector<label_requirement> requirements;
  if (trim(text).empty())
    return requirements;
  for (auto part : split(text)) {
    label_requirement x;
    if (part.empty() || !parse_one(part, x))
      return bad_request("unable to parse requirement: found '" + std::string{part} + "'");
    requirements.push_back(std::move(x));
  }
  return requirements;
}

result<std::vector<field_requirement>> parse_fields(std::string_view text, const kind_info& kind) {
  std::vector<field_requirement> requirements;
  if (trim(text).empty())
    return requirements;
  for (auto part : split(text)) {
    label_requirement x;
    if (part.empty())
      continue;
    if (!parse_signs(part, x) || x.is == relation::greater || x.is == relation::less)
      return bad_request("invalid selector: '" + std::string{part} + "'; can't understand it");
    if (!selectable(kind, x.label))
      return bad_request("field label not supported: " + x.label);
    requirements.push_back({x.label, x.values.front(), x.is == relation::in});
  }
  return requirements;
}

std::vector<label_requirement> requirements_of(const json::value* label_selector) {
  std::vector<label_requirement> requirements;
  if (!label_selector)
    return requirements;
  if (auto* labels = object_at(*label_selector, "matchLabels"))
    for (auto& [name, value] : *labels)
      requirements.push_back({std::string{name}, relation::in, {to_text(value)}});
  auto* expressions = array_at(*label_selector, "matchExpressions");
  for (std::size_t i = 0; expressions && i < expressions->size(); ++i) {
    auto& x = (*expressions)[i];
    auto word = text_at(x, "operator");
    label_requirement y{std::string{text_at(x, "key")},
                        word == "In"       ? relation::in
                        : word == "NotIn"  ? relation::not_in
                        : word == "Exists" ? relation::exists
                                           : relation::missing,
                        {}};
    if (auto* values = array_at(x, "values"))
      for (auto& value : *values)
        y.values.push_back(to_text(value));
    requirements.push_back(std::move(y));
  }
  return requirements;
}

std::string selector_text(const json::value* label_selector) {
  std::string text;
  for (auto& x : requirements_of(label_selector)) {
    text += text.empty() ? "" : ",";
    std::string values;
    for (auto& value : x.values)
      values += (values.empty() ? "" : ",") + value;
    if (x.is == relation::in && x.values.size() == 1)
      text += x.label + "=" + values;
    else if (x.is == relation::in || x.is == relation::not_in)
      text += x.label + (x.is == relation::in ? " in (" : " notin (") + values + ")";
    else
      text += (x.is == relation::missing ? "!" : "") + x.label;
  }
  return text;
}

bool labels_match(const json::value& object, const std::vector<label_requirement>& requirements) {
  if (requirements.empty())
    return true;
  auto* labels = object_at(object, "metadata.labels");
  return std::all_of(requirements.begin(), requirements.end(),
                     [&](const label_requirement& x) { return meets(labels, x); });
}

} // namespace local::model
