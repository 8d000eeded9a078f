// Texts with rules: names, labels, quantities.
#pragma once

#include "local/model/error.hpp"
#include "local/model/json.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace local::model {

/// Returns whether `x` is up to 63 of a-z, 0-9 and inner dashes.
bool is_dns_label(std::string_view x);

/// Returns whether `x` is up to 253 characters of labels joined by dots.
bool is_dns_subdomain(std::string_view x);

/// Returns whether `x` may be the value of a label.
bool is_label_value(std::string_view x);

/// Returns whether `x` may be the name of a label, annotation or finalizer, e.g. "example.com/a".
bool is_qualified_name(std::string_view x);

/// Returns the amount that a resource quantity names, e.g. 0.5 for "500m".
std::optional<double> parse_quantity(const json::value& x);

/// Returns what is wrong with the metadata of an object.
std::vector<cause> check_metadata(const json::value& object);

} // namespace local::model
