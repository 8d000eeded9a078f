// What runs, as 8 hex digits: equal for two specs exactly if a cluster and job made from one are as
// good as those made from the other. Which fields count is listed in docs/crd.md.
//
// An upgrade of the operator redeploys nobody, so a spec keeps the hash that release 0.1.0 computed even where the
// operator renders something else today. One consequence: a role without resources has the hash of one that spells out
// the default of 0.1.0 (taskManagerConfig: cpu 2, memory 1024Mi), although it gets 2048Mi now. Adding or removing
// exactly those resources redeploys nothing; the new size comes with the next deploy. Spelling out today's default
// redeploys once.
#pragma once

#include "flink/resource/application.hpp"

#include <string>
#include <string_view>

namespace flink {

/// Returns the hash of all that a deploy depends on. Neither the order of members, nor a default spelled
/// out, nor the notation of a quantity, nor bookkeeping labels and annotations change it.
std::string spec_hash(const application& x);

/// Returns the hash of the fields outside spec_hash() that decide whether a deploy can succeed: state to start from,
/// whether the job may start without it, and how long each step may take. What messages of a failed deploy advise is
/// among them. Fields that have their default do not count, so a release may add fields.
std::string remedy_hash(const spec& x);

/// Returns 8 hex digits of the SHA-256 of a text.
std::string digest(std::string_view text);

/// Returns whether a label or annotation is some tool's bookkeeping (kubectl's last applied text, Argo
/// CD's tracking id, ...): such keys are not copied to pods, and changing one redeploys nothing.
bool bookkeeping(std::string_view key);

} // namespace flink
