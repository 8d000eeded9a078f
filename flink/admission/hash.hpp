// The spec hash: 8 hex digits that two specs share if and only if a change from one to the other needs no deploy.
// docs/crd.md lists the fields that count.
//
// An upgrade of the operator must not redeploy applications. So a spec keeps the hash that release 0.1.0 computed, even
// where the operator renders something else today. One consequence: a role without resources has the same hash as a
// role with the default of 0.1.0 (taskManagerConfig: cpu 2, memory 1024Mi), although it gets 2048Mi now. Adding or
// removing exactly those resources redeploys nothing; the next deploy brings the new size. Writing today's default into
// the spec redeploys once.
#pragma once

#include "flink/resource/application.hpp"

#include <string>
#include <string_view>

namespace flink {

/// Returns the hash of everything that a deploy depends on. These do not change it: the order of members, a default
/// that is written out, the notation of a quantity, bookkeeping labels and annotations.
spec_digest spec_hash(const application& x);

/// Returns the hash of the fields outside spec_hash() that decide whether a deploy can succeed: the state to start
/// from, whether the job may start without it, and how long each step may take. It contains every field that the
/// message of a failed deploy advises to change. Fields with their default do not count, so a release may add fields.
spec_digest remedy_hash(const spec& x);

/// Returns 8 hex digits of the SHA-256 of a text.
std::string digest(std::string_view text);

/// Returns whether a label or annotation is the bookkeeping of a tool (kubectl's last applied text, Argo CD's tracking
/// id, ...). Such keys are not copied to pods, and a change of one redeploys nothing.
bool bookkeeping(std::string_view key);

} // namespace flink
