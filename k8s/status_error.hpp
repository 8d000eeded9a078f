// What the API server says when it refuses: a Status object, as the body of an answer or as the
// object of an ERROR event.
#pragma once

#include "k8s/json/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k8s {

/// One of several reasons for a refusal, e.g. one field of an invalid object.
struct status_cause {
  /// The field's path, e.g. "spec.template.spec.containers[0].image".
  std::string field;
  /// What is wrong with it.
  std::string message;
  bool operator==(const status_cause&) const = default;
};

/// A Status object that tells of a failure.
struct status_error {
  /// HTTP status code; 0 if not told.
  int32_t code = 0;
  /// One word for machines: AlreadyExists, NotFound, Conflict, Invalid, Forbidden, Expired, ...
  std::string reason;
  /// A sentence for people.
  std::string message;
  /// How long to wait before the next try.
  std::optional<int32_t> retry_after_seconds;
  /// The single reasons, if there are several.
  std::vector<status_cause> causes;
  bool operator==(const status_error&) const = default;
};

/// Reads a body; nothing if it is no Status object (a proxy's page, an empty body, cut text).
std::optional<status_error> decode_status_error(std::string_view body);

/// Reads a Status object inside a valid text.
std::optional<status_error> decode_status_error(json::cursor object);

} // namespace k8s
