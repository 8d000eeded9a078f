// What the rules of validate.hpp share: a list of errors, and tests of names and characters. Only for the files in this
// folder.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace flink::check {

using findings = std::vector<json::field_error>;

/// Returns a value for an error message: in quotes, control characters escaped, cut to 40 bytes.
std::string in_quotes(std::string_view x);

/// Adds an error or a warning about a text: `"value" problem: remedy`.
void report(findings& out, std::string field, std::string_view value, std::string_view problem);

bool has_control(std::string_view x);
bool has_blank(std::string_view x);

/// Returns whether `x` is an RFC 1035 label, as the name of a Service must be.
bool service_name(std::string_view x);
/// Returns whether `x` is an RFC 1123 subdomain, as names of hosts and most objects must be.
bool dns_subdomain(std::string_view x);

/// Checks flinkConfig: keys, values, clashes, high availability.
void check_config(findings& out, const application& x);
/// Warns of entries of flinkConfig that the operator replaces or Flink does not read.
void warn_config(findings& out, const spec& x);
/// Checks what is copied into the pods of both roles: resources, environment, volumes, memory, templates.
void check_pods(findings& out, const spec& x);

} // namespace flink::check
