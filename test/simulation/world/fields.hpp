// Looking into JSON that is known to be of a shape.
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
/// Returns the text there, or an empty one.
std::string text(const json::value& x, std::initializer_list<std::string_view> path);
/// Returns whether true stands there.
bool flag(const json::value& x, std::initializer_list<std::string_view> path);
/// On pods of the Go operator, which carry no label that tells it: the uid of their application.
constexpr std::string_view owner_annotation = "simulation/application-uid";
/// Returns the uid of the application that an object belongs to: by our label, or as the Go operator's objects have it.
std::string application_uid_of(const json::value& object);

int64_t integer(const json::value& x, std::initializer_list<std::string_view> path, int64_t otherwise = 0);

} // namespace simulation
