// What the API server knows of its own kinds: defaults, checks, references that must exist.
#pragma once

#include "local/model/error.hpp"
#include "local/model/kinds/kinds.hpp"
#include "local/model/store.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace local::model {

/// Fills in what a user may leave out. `before` is null for a new object.
void complete_builtin(const kind_info& kind, json::value& object, const json::value* before);

/// Returns what is wrong with an object of a built-in kind.
std::vector<cause> check_builtin(const kind_info& kind, const json::value& object, const json::value* before);

/// Returns what a new object refers to in vain, in the words of the admission plugin that refuses it.
std::optional<std::string> missing_reference(const kind_info& kind, const json::value& object, const store& objects);

/// Returns how many seconds the deletion of an object waits: only running pods wait at all.
int64_t grace_of(const kind_info& kind, const json::value& object, int64_t wanted);

} // namespace local::model
