// Decodes one line of a watch: the type of event and its object.
// Does not decode the object itself: see decode.hpp.
#pragma once

#include "k8s/json/codec.hpp"
#include "k8s/status_error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// Type of a watch event.
enum class watch_type {
  /// An object was created or has started matching.
  added,
  /// An object has changed.
  modified,
  /// An object was deleted or has stopped matching; the line contains its last version.
  deleted,
  /// Nothing else happened up to a version.
  bookmark,
  /// The watch has failed and ends.
  error,
};

/// One line of a watch. Refers to the text of the line.
struct watch_line {
  watch_type type = watch_type::bookmark;
  /// Text of the object, not decoded; for an error, of the Status object.
  std::string_view object;
  /// Version at which a watch resumes after this line; empty for an error.
  std::string resource_version;
  /// Why the watch failed; only for an error.
  std::optional<status_error> error;
};

/// Decodes a line. Returns nothing and sets `problem` if it is invalid; end the watch then and resume it.
std::optional<watch_line> decode_watch_line(std::string_view line, json::field_error& problem);

} // namespace k8s
