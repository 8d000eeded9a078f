// Flink's configuration as the operator renders it into FLINK_PROPERTIES: the user's entries, what the
// operator owns, and defaults without which the operator could not keep its promises. No comments, no
// duplicates: the official images rewrite this text into a nested config.yaml since Flink 1.19.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/names.hpp"
#include "flink/resource/version.hpp"

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace flink {

/// Entries by key, sorted by byte.
using properties = std::map<std::string, std::string>;

/// Returns an entry's value as it is written in the spec.
std::string text_of(const config_value& x);

/// Returns the release line that the spec names; if it names none, the one that the tag of an official image
/// (`…/flink:1.20.1-java17`) tells.
std::optional<version> version_of(const spec& x);

/// Returns what the user says about one role: flinkConfig, overridden by the lines of a FLINK_PROPERTIES
/// variable; old keys that are also the beginning of others are spelled anew where Flink knows the new name.
properties user_properties(const spec& x, cluster_role role);

/// Returns whether high availability is configured, under either of its keys.
bool high_availability(const properties& x);

/// Returns two keys of which one is the parent of the other: a nested config.yaml cannot hold both.
std::optional<std::pair<std::string, std::string>> prefix_clash(const properties& x);

/// Returns the whole configuration of one role of the cluster with this id.
properties render_properties(const application& app, const std::string& id, cluster_role role);

/// Returns `key: value` lines.
std::string properties_text(const properties& x);

} // namespace flink
