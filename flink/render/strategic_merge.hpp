// Merges pod templates as `kubectl patch` does: objects by member, the lists of a pod by the key that identifies their
// entries. Works on JSON text, so that values keep the user's notation.
#pragma once

#include <string>
#include <string_view>

namespace flink {

/// Returns a PodTemplateSpec, or a part of one: everything from `over`, and from `under` what `over` does not set.
/// Containers are merged member by member. Of two volumes, variables, mounts or ports with the same key, the one of
/// `over` is taken whole. Tolerations and envFrom are joined. Any other list is replaced.
std::string strategic_merge(std::string_view under, std::string_view over);

} // namespace flink
