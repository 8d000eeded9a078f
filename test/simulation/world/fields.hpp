// Access to JSON values whose structure is known.
#pragma once

#include <boost/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace simulation {

namespace json = boost::json;

/// Returns the value at a path of member names, or null.
const json::value* at(const json::value& x, std::initializer_list<std::string_view> path);
/// Returns the string at the path, or an empty one.
std::string text(const json::value& x, std::initializer_list<std::string_view> path);
/// Returns whether the value at the path is true.
bool flag(const json::value& x, std::initializer_list<std::string_view> path);
/// Annotation with the uid of the application, on pods of the Go operator, which have no label for it.
constexpr std::string_view owner_annotation = "simulation/application-uid";
/// Returns the uid of an object's application, from our label or from the marks of the Go operator.
std::string application_uid_of(const json::value& object);

/// Returns the integer at the path, or `otherwise`.
int64_t integer(const json::value& x, std::initializer_list<std::string_view> path, int64_t otherwise = 0);

} // namespace simulation
