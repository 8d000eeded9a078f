// Merging of pod templates as `kubectl patch` does it: objects by member, the lists of a pod by the key
// that identifies their entries. Works on JSON text, so that whatever the user wrote stays as written.
#pragma once

#include <string>
#include <string_view>

namespace flink {

/// Returns a PodTemplateSpec, or a part of one, with everything from `over`, and from `under` what `over`
/// does not say. Containers are merged member by member; volumes, variables, mounts, ports and the like are
/// taken whole from whoever has them first; tolerations and envFrom are joined; any other list is replaced.
std::string strategic_merge(std::string_view under, std::string_view over);

} // namespace flink
