// Vocabulary of flink/validate: a list of findings, and the few notions of a well-formed text that its
// rules share. Internal to the validate_*.cpp files.
#pragma once

#include "flink/resource/application.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace flink::check {

using findings = std::vector<json::field_error>;

/// Returns a value as an error shows it: in quotes, control characters escaped, cut to 40 bytes.
std::string in_quotes(std::string_view x);

/// Notes that a text value is wrong: `"value" is what: remedy`.
void object(findings& out, std::string field, std::string_view value, std::string_view remark);

bool has_control(std::string_view x);
bool has_blank(std::string_view x);

/// RFC 1123 label: what names of containers, volumes and ports look like.
bool dns_label(std::string_view x);
/// RFC 1035 label: what the name of a Service looks like.
bool service_name(std::string_view x);
/// RFC 1123 subdomain: what names of most objects and hosts look like.
bool dns_subdomain(std::string_view x);

/// flinkConfig: keys, values, clashes, high availability.
void check_config(findings& out, const application& x);
/// Entries of flinkConfig that the operator replaces, and other oddities of it.
void remark_config(findings& out, const spec& x);
/// Both roles' pods: resources, environment, volumes, memory, templates.
void check_pods(findings& out, const spec& x);

} // namespace flink::check
