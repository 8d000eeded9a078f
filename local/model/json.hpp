// JSON helpers of the model: lookups and changes by path, and canonical comparison.
// Paths are member names joined by dots; names on a path must not contain dots.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace local::model {

namespace json = boost::json;

/// A stored object; never changed once it is shared.
using object_ptr = std::shared_ptr<const json::value>;

/// Returns what stands at `path`, or null if any step of it is missing.
const json::value* find(const json::value& x, std::string_view path);

/// Returns what stands at `path` for changing, or null.
json::value* find(json::value& x, std::string_view path);

/// Returns the text at `path`, or an empty one.
std::string_view text_at(const json::value& x, std::string_view path);

/// Returns the integer at `path`, or `fallback`.
int64_t integer_at(const json::value& x, std::string_view path, int64_t fallback = 0);

/// Returns whether `path` holds true.
bool true_at(const json::value& x, std::string_view path);

/// Returns the object at `path`, or null if there is none.
const json::object* object_at(const json::value& x, std::string_view path);

/// Returns the list at `path`, or null if there is none.
const json::array* array_at(const json::value& x, std::string_view path);

/// Returns the object at `path`, making it and all objects on the way to it.
json::object& make_object(json::value& x, std::string_view path);

/// Removes the last member of `path`, if it is there.
void erase(json::value& x, std::string_view path);

/// Returns what a simple JSONPath of a printer column names, or null: member names, [index], [?(@.name=="text")].
const json::value* find_json_path(const json::value& x, std::string_view path);

/// Returns the integer that `x` is, if it is one; 3.0 is one as well.
std::optional<int64_t> to_integer(const json::value& x);

/// Returns whether the list at `path` holds the text `item`.
bool list_holds(const json::value& x, std::string_view path, std::string_view item);

/// Removes all `item` from the list at `path`, and the list when it is empty then.
void drop_from_list(json::value& x, std::string_view path, std::string_view item);

/// Returns `x` as text for people: texts without quotes, everything else as JSON.
std::string to_text(const json::value& x);

/// Returns a JSON value read from YAML or JSON text, or an empty optional and in `problem` the reason.
std::optional<json::value> parse_yaml(std::string_view text, std::string& problem);

} // namespace local::model
