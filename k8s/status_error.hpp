// Decodes the API server's errors: a Status object, as the body of an answer or as the object of an ERROR event.
// Does not decide what an error means for the caller.
#pragma once

#include "k8s/json/text.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace k8s {

/// One cause of an error, e.g. one field of an invalid object.
struct status_cause {
  /// Path of the field, e.g. "spec.template.spec.containers[0].image".
  std::string field;
  /// What is wrong with it.
  std::string message;
  bool operator==(const status_cause&) const = default;
};

/// A Status object that describes a failure.
struct status_error {
  /// HTTP status code; 0 if absent.
  int32_t code = 0;
  /// Reason for programs: AlreadyExists, NotFound, Conflict, Invalid, Forbidden, Expired, ...
  std::string reason;
  /// Message for people.
  std::string message;
  /// How long to wait before the next attempt.
  std::optional<int32_t> retry_after_seconds;
  /// Details, if the server gives any.
  std::vector<status_cause> causes;
  bool operator==(const status_error&) const = default;
};

/// Reads the body of an answer. Returns nothing if it is not a Status object, e.g. a proxy's error page.
std::optional<status_error> decode_status_error(std::string_view body);

/// Reads a value inside a valid JSON text. Returns nothing if it is not a Status object.
std::optional<status_error> decode_status_error(json::cursor object);

} // namespace k8s
