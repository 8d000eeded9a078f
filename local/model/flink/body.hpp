// Bodies of requests to the simulated JobManager, parsed like Flink's handlers do.
#pragma once

#include <boost/json/object.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace local::simulated {

/// Returns the value of a hexadecimal digit, or -1.
int hex_digit(char c);

/// Returns whether `x` can be the id of a job or a trigger.
bool is_hex_id(std::string_view x);

/// Returns the body of a request, nullopt if it is not an object. A missing body counts as an empty object.
std::optional<boost::json::object> parse_body(std::string_view body);

/// Returns the text called `name`; empty if there is none.
std::string text_of(const boost::json::object& x, std::string_view name);

/// Returns the texts of the list called `name`.
std::vector<std::string> texts_of(const boost::json::object& x, std::string_view name);

} // namespace local::simulated
