#include "local/model/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

namespace local::model {

namespace {

constexpr double exact_integers_end = 9007199254740992.0; // 2^53: beyond it doubles skip integers

/// Splits the first name off `path`.
std::string_view take_name(std::string_view& path) {
  auto dot = path.find('.');
  auto name = path.substr(0, dot);
  path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
  return name;
}

/// Returns the item of `list` that a bracket of a JSONPath names, or null.
const json::value* find_item(const json::array& list, std::string_view bracket) {
  std::size_t index = 0;
  if (std::from_chars(bracket.data(), bracket.data() + bracket.size(), index).ec == std::errc{})
    return index < list.size() ? &list[index] : nullptr;
  constexpr std::string_view head = "?(@.";
  auto equals = bracket.find("==");
  if (!bracket.starts_with(head) || equals == std::string_view::npos)
    return nullptr;
  auto name = bracket.substr(head.size(), equals - head.size());
  auto value = bracket.substr(equals + 2);
  auto first = value.find_first_not_of("\"' "), last = value.find_last_not_of("\"' )");
  if (first == std::string_view::npos || last == std::string_view::npos)
    return nullptr;
  value = value.substr(first, last - first + 1);
  auto i = std::find_if(list.begin(), list.end(), [&](const json::value& x) { return text_at(x, name) == value; });
  return i == list.end() ? nullptr : &*i;
}

} // namespace

const json::value* find(const json::value& x, std::string_view path) {
  auto* current = &x;
  while (!path.empty()) {
    auto* members = current->if_object();
    if (!members)
      return nullptr;
    current = members->if_contains(take_name(path));
    if (!current)
      return nullptr;
  }
  return current;
}

json::value* find(json::value& x, std::string_view path) {
  return const_cast<json::value*>(find(std::as_const(x), path));
}

std::string_view text_at(const json::value& x, std::string_view path) {
  auto* found = find(x, path);
  if (!found || !found->is_string())
    return {};
  return {found->get_string().data(), found->get_string().size()};
}

int64_t integer_at(const json::value& x, std::string_view path, int64_t fallback) {
  auto* found = find(x, path);
  return found ? to_integer(*found).value_or(fallback) : fallback;
}

bool true_at(const json::value& x, std::string_view path) {
  auto* found = find(x, path);
  return found && found->is_bool() && found->get_bool();
}

const json::object* object_at(const json::value& x, std::string_view path) {
  auto* found = find(x, path);
  return found ? found->if_object() : nullptr;
}

const json::array* array_at(const json::value& x, std::string_view path) {
  auto* found = find(x, path);
  return found ? found->if_array() : nullptr;
}

json::object& make_object(json::value& x, std::string_view path) {
  auto* current = &x;
  if (!current->is_object())
    current->emplace_object();
  while (!path.empty()) {
    current = &current->get_object()[take_name(path)];
    if (!current->is_object())
      current->emplace_object();
  }
  return current->get_object();
}

void erase(json::value& x, std::string_view path) {
  auto dot = path.rfind('.');
  auto* parent = dot == std::string_view::npos ? &x : find(x, path.substr(0, dot));
  if (parent && parent->is_object())
    parent->get_object().erase(dot == std::string_view::npos ? path : path.substr(dot + 1));
}

const json::value* find_json_path(const json::value& x, std::string_view path) {
  auto* current = &x;
  while (current && !path.empty()) {
    auto end = path.front() == '[' ? path.find(']') : path.find_first_of(".[");
    auto part = path.substr(0, end);
    if (part.starts_with('[')) {
      auto* list = current->if_array();
      current = list ? find_item(*list, part.substr(1)) : nullptr;
      path.remove_prefix(end == std::string_view::npos ? path.size() : end + 1);
    } else {
      auto* members = current->if_object();
      current = members ? members->if_contains(part) : nullptr;
      path.remove_prefix(part.size());
    }
    if (path.starts_with('.'))
      path.remove_prefix(1);
  }
  return current;
}

std::optional<int64_t> to_integer(const json::value& x) {
  if (x.is_int64())
    return x.get_int64();
  if (x.is_uint64() && x.get_uint64() <= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
    return static_cast<int64_t>(x.get_uint64());
  if (x.is_double() && std::nearbyint(x.get_double()) == x.get_double()
      && std::abs(x.get_double()) < exact_integers_end)
    return static_cast<int64_t>(x.get_double());
  return std::nullopt;
}

bool list_holds(const json::value& x, std::string_view path, std::string_view item) {
  auto* list = array_at(x, path);
  return list && std::any_of(list->begin(), list->end(), [&](const json::value& y) {
           return y.is_string() && y.get_string() == item;
         });
}

void drop_from_list(json::value& x, std::string_view path, std::string_view item) {
  auto* found = find(x, path);
  if (!found || !found->is_array())
    return;
  auto& list = found->get_array();
  list.erase(std::remove_if(list.begin(), list.end(),
                            [&](const json::value& y) { return y.is_string() && y.get_string() == item; }),
             list.end());
  if (list.empty())
    erase(x, path);
}

std::string to_text(const json::value& x) {
  if (x.is_string())
    return {x.get_string().data(), x.get_string().size()};
  return json::serialize(x);
}

} // namespace local::model
