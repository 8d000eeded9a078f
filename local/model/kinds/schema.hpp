// Structural schemas of CustomResourceDefinitions: defaults, pruning, checks, with the words of the real server.
// CEL rules are not evaluated here; only real Kubernetes does that.
#pragma once

#include "local/model/error.hpp"
#include "local/model/json.hpp"

#include <string>
#include <vector>

namespace local::model {

/// Fills in the defaults that `schema` names, in objects that are there.
void apply_defaults(const json::value& schema, json::value& x);

/// Removes fields that `schema` does not know and returns their paths, e.g. "spec.imgae".
/// apiVersion, kind and metadata of the root stay.
std::vector<std::string> prune(const json::value& schema, json::value& x);

/// Returns what `schema` finds wrong with `x`.
std::vector<cause> check(const json::value& schema, const json::value& x);

} // namespace local::model
