// What runs, as 8 hex digits: equal for two specs exactly if a cluster and job made from one are as
// good as those made from the other. Which fields count is listed in docs/crd.md.
#pragma once

#include "flink/resource/application.hpp"

#include <string>
#include <string_view>

namespace flink {

/// Returns the hash of all that a deploy depends on. Neither the order of members, nor a default spelled
/// out, nor the notation of a quantity, nor bookkeeping labels and annotations change it.
std::string spec_hash(const application& x);

/// Returns 8 hex digits of the SHA-256 of a text.
std::string digest(std::string_view text);

/// Returns whether a label or annotation is some tool's bookkeeping (kubectl's last applied text, Argo
/// CD's tracking id, ...): such keys are not copied to pods, and changing one redeploys nothing.
bool bookkeeping(std::string_view key);

} // namespace flink
