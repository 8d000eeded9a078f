#include "local/model/api/patch.hpp"

#include <charconv>
#include <optional>

namespace local::model {

namespace {

/// Points to a place in a document: the value that holds it and the last name on the way.
struct place {
  json::value* parent = nullptr;
  std::string name;
};

std::string unescape(std::string_view token) {
  std::string text;
  for (std::size_t i = 0; i < token.size(); ++i) {
    auto escaped = token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    text += escaped ? (token[i + 1] == '0' ? '~' : '/') : token[i];
    i += escaped ? 1 : 0;
  }
  return text;
}

std::optional<std::size_t> index_of(std::string_view name, std::size_t end) {
  std::size_t index = 0;
  auto [rest, error] = std::from_chars(name.data(), name.data() + name.size(), index);
  if (error != std::errc{} || rest != name.data() + name.size() || index >= end)
    return std::nullopt;
  return index;
}

json::value* child(json::value& x, const std::string& name) {
  if (auto* members = x.if_object())
    return members->if_contains(name);
  if (auto* list = x.if_array())
    if (auto i = index_of(name, list->size()))
      return &(*list)[*i];
  return nullptr;
}

/// Finds the parent of what a JSON pointer names; nullopt if it does not exist.
std::optional<place> locate(json::value& root, std::string_view pointer) {
  if (!pointer.starts_with('/'))
    return std::nullopt;
  auto* current = &root;
  while (true) {
    pointer.remove_prefix(1);
    auto slash = pointer.find('/');
    auto name = unescape(pointer.substr(0, slash));
    if (slash == std::string_view::npos)
      return place{current, std::move(name)};
    current = child(*current, name);
    if (!current)
      return std::nullopt;
    pointer.remove_prefix(slash);
  }
}

bool put(const place& where, json::value value, bool replace) {
  if (auto* members = where.parent->if_object()) {
    if (replace && !members->contains(where.name))
      return false;
    (*members)[where.name] = std::move(value);
    return true;
  }
  auto* list = where.parent->if_array();
  if (!list)
    return false;
  if (where.name == "-" && !replace) {
    list->push_back(std::move(value));
    return true;
  }
  auto i = index_of(where.name, list->size() + (replace ? 0 : 1));
  if (!i)
    return false;
  if (replace)
    (*list)[*i] = std::move(value);
  else
    list->insert(list->begin() + static_cast<std::ptrdiff_t>(*i), std::move(value));
  return true;
}

bool take_away(const place& where) {
  if (auto* members = where.parent->if_object())
    return members->erase(where.name) > 0;
  auto* list = where.parent->if_array();
  auto i = list ? index_of(where.name, list->size()) : std::nullopt;
  if (i)
    list->erase(list->begin() + static_cast<std::ptrdiff_t>(*i));
  return i.has_value();
}

json::value* at(json::value& root, std::string_view pointer) {
  if (pointer.empty())
    return &root;
  auto where = locate(root, pointer);
  return where ? child(*where->parent, where->name) : nullptr;
}

bool add_or_replace(json::value& root, std::string_view pointer, json::value value, bool replace) {
  if (pointer.empty()) {
    root = std::move(value);
    return true;
  }
  auto where = locate(root, pointer);
  return where && put(*where, std::move(value), replace);
}

bool move_or_copy(json::value& root, std::string_view from, std::string_view to, bool move) {
  auto* source = at(root, from);
  if (!source)
    return false;
  auto value = *source;
  auto where = locate(root, from);
  if (move && (!where || !take_away(*where)))
    return false;
  return add_or_replace(root, to, std::move(value), false);
}

bool apply(json::value& root, const json::value& operation) {
  auto op = text_at(operation, "op");
  auto path = text_at(operation, "path");
  auto* value = find(operation, "value");
  if (op == "add" || op == "replace")
    return value && add_or_replace(root, path, *value, op == "replace");
  if (op == "remove") {
    auto where = locate(root, path);
    return where && take_away(*where);
  }
  if (op == "move" || op == "copy")
    return move_or_copy(root, text_at(operation, "from"), path, op == "move");
  auto* found = at(root, path);
  auto null_meant = !found && value && value->is_null();
  return op == "test" && (null_meant || (found && value && *found == *value));
}

} // namespace

void merge_patch(json::value& x, const json::value& patch) {
  auto* changes = patch.if_object();
  if (!changes) {
    x = patch;
    return;
  }
  if (!x.is_object())
    x.emplace_object();
  for (auto& member : *changes)
    if (member.value().is_null())
      x.get_object().erase(member.key());
    else
      merge_patch(x.get_object()[member.key()], member.value());
}

result<json::value> json_patch(const json::value& x, const json::value& patch) {
  auto* operations = patch.if_array();
  if (!operations)
    return bad_request("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  auto root = x;
  for (auto& operation : *operations)
    if (!apply(root, operation)) {
      api_error error{.code = 422,
                      .reason = "Invalid",
                      .message = "the server rejected our request due to an error in our request"};
      if (text_at(operation, "op") == "test")
        error.message = "the server rejected our request due to an error in our request: testing path "
                      + std::string{text_at(operation, "path")} + " failed";
      return error;
    }
  return root;
}

} // namespace local::model
