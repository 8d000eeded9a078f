// Builds JSON patches that add or remove a finalizer, which keeps a deleted object until its owner has cleaned up.
// Promises that the API server rejects a patch if the object or its finalizers have changed since they were read.
#pragma once

#include "k8s/meta.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// Returns true if the object has the finalizer.
bool has_finalizer(const object_meta& object, std::string_view name);

/// Returns the JSON patch that adds the finalizer. Returns nothing if the object has it or is being deleted: then the
/// API server accepts no new finalizers.
std::optional<std::string> add_finalizer(const object_meta& object, std::string_view name);

/// Returns the JSON patch that removes the finalizer; nothing if the object does not have it.
std::optional<std::string> remove_finalizer(const object_meta& object, std::string_view name);

} // namespace k8s
