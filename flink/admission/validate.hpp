// The rules for a spec that the types cannot express. Every rule of the CRD is repeated here, because flink-local does
// not evaluate CEL and a stored resource may be older than the rule. The rules that need the name, the status or more
// than one field are here only. An error names the field, the value and the remedy. Pure.
#pragma once

#include "flink/resource/application.hpp"

#include <vector>

namespace flink {

/// Returns the errors that prevent a deploy of the spec; empty if it can be deployed. Names and labels come first, then
/// the fields in the order of the CRD.
std::vector<json::field_error> validate(const application& x);

/// Returns warnings about parts of the spec that do not prevent a deploy: entries of flinkConfig that the operator
/// replaces, deprecated fields, fields without effect.
std::vector<json::field_error> warnings(const application& x);

/// Returns all errors that prevent a deploy: those of the decoder, and those of validate() about other fields. Leaves
/// out errors about the status.
std::vector<json::field_error> deploy_errors(const application& x, const std::vector<json::field_error>& decoding);

} // namespace flink
