// A finalizer keeps a deleted object until its owner has cleaned up. It is put on and taken off by
// JSON patches that guard themselves: if the object or its list of finalizers is no longer as it
// was read, the API server refuses them, and the caller looks again.
#pragma once

#include "k8s/meta.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// Returns whether the finalizer is on the object.
bool has_finalizer(const object_meta& object, std::string_view name);

/// Returns the JSON patch that puts the finalizer on; nothing if it is there already or the object
/// is being deleted, when the API server takes no new ones.
std::optional<std::string> add_finalizer(const object_meta& object, std::string_view name);

/// Returns the JSON patch that takes the finalizer off; nothing if it is not there.
std::optional<std::string> remove_finalizer(const object_meta& object, std::string_view name);

} // namespace k8s
