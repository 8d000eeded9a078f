// Flink's configuration as text: `key: value` lines. effective_config.hpp interprets the entries.
#pragma once

#include "flink/resource/application.hpp"
#include "flink/resource/version.hpp"

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace flink {

/// Entries by key, sorted by byte.
using properties = std::map<std::string, std::string>;

/// Returns an entry's value as it is written in the spec.
std::string text_of(const config_value& x);

/// Returns a value without the white space around it. A line break inside would begin another entry and becomes a
/// blank.
std::string one_line(std::string_view x);

/// Reads `key: value` lines as Flink does: the first colon ends the key, later lines win.
void read_lines(std::string_view text, properties& into);

/// Returns the release line that the spec names. If it names none, the tag of an official image
/// (`…/flink:1.20.1-java17`) decides.
std::optional<version> version_of(const spec& x);

/// Returns two keys of which one is the parent of the other: a nested config.yaml cannot hold both.
std::optional<std::pair<std::string, std::string>> prefix_clash(const properties& x);

/// Returns `key: value` lines without comments or duplicates. The official images rewrite this text into a nested
/// config.yaml since Flink 1.19.
std::string properties_text(const properties& x);

} // namespace flink
