// What is wrong with a spec that the types cannot say. Every rule of the CRD has its twin here, because
// flink-local does not evaluate CEL and a stored resource may be older than the rule; and here stands
// what needs the name, the status, or more than one field. An error names the field, the value, and
// what to do. Pure; knows nothing of the world.
#pragma once

#include "flink/resource/application.hpp"

#include <vector>

namespace flink {

/// Returns why the spec cannot be deployed; nothing if it can. In the order in which the fields stand in
/// the CRD, names and labels first.
std::vector<json::field_error> validate(const application& x);

/// Returns what is odd and works nevertheless: entries of flinkConfig that the operator replaces by its
/// own, deprecated fields, fields without effect.
std::vector<json::field_error> remarks(const application& x);

/// Returns all that stands against deploying a spec: what its decoder complained about, and what
/// validate() adds about other fields. Complaints about the status are no part of it.
std::vector<json::field_error> objections(const application& x, const std::vector<json::field_error>& decoding);

} // namespace flink
