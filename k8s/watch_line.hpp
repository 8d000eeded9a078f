// One line of a watch: what happened to which object.
#pragma once

#include "k8s/json/codec.hpp"
#include "k8s/status_error.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace k8s {

/// What a line of a watch tells.
enum class watch_type {
  /// An object is new to the watch.
  added,
  /// An object has changed.
  modified,
  /// An object is gone or no longer selected; it is told as it was last.
  deleted,
  /// Nothing happened up to a version.
  bookmark,
  /// The watch has failed and ends.
  error,
};

/// One line of a watch. Views into the line's text.
struct watch_line {
  watch_type type = watch_type::bookmark;
  /// The object's text, to be decoded by the caller; the Status object for an error.
  std::string_view object;
  /// Where a watch goes on after this line; empty for an error.
  std::string resource_version;
  /// Why the watch has failed.
  std::optional<status_error> error;
};

/// Reads a line; nothing, and `problem` says why, if it is none: then the watch ends and resumes.
std::optional<watch_line> decode_watch_line(std::string_view line, json::complaint& problem);

} // namespace k8s
