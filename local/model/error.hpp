// Errors with the messages of the Kubernetes API, and results that may be errors.
#pragma once

#include "local/model/json.hpp"

#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace local::model {

/// One error in an object: field, reason and message.
struct cause {
  /// e.g. "spec.parallelism" or "spec.containers[0].image"
  std::string field;
  /// FieldValueInvalid, FieldValueRequired, ...
  std::string reason;
  /// e.g. `Invalid value: "x": must be ...`; the field is put before it.
  std::string message;
};

/// An error answer; becomes a metav1.Status.
struct api_error {
  int code = 500;
  std::string reason = "InternalError";
  std::string message;
  /// Resource or kind, name and group of the object in question; may be empty.
  std::string kind;
  std::string name;
  std::string group;
  std::vector<cause> causes = {};
  /// Seconds after which the client may retry; 0: not sent.
  int retry_after = 0;
};

/// A value or an error.
template <class T>
using result = std::variant<T, api_error>;

/// Returns the refusal in `x`, or null.
template <class T>
const api_error* failed(const result<T>& x) {
  return std::get_if<api_error>(&x);
}

/// Returns the metav1.Status for `x`.
json::value to_status(const api_error& x);

// The usual errors. `resource` is the plural name, e.g. "pods".
api_error bad_request(std::string message);
api_error not_found(std::string_view group, std::string_view resource, std::string_view name);
api_error unknown_path();
api_error already_exists(std::string_view group, std::string_view resource, std::string_view name);
api_error conflict(std::string_view group, std::string_view resource, std::string_view name, std::string_view why);
api_error invalid(std::string_view group, std::string_view kind, std::string_view name, std::vector<cause> causes);
api_error forbidden(std::string_view group, std::string_view resource, std::string_view name, std::string_view why);
api_error method_not_allowed();
api_error unsupported_media_type(std::string_view got);
api_error not_acceptable();
api_error expired(std::string message);

// The usual causes.
cause required(std::string field, std::string_view detail = "");
cause invalid_value(std::string field, const json::value& got, std::string_view detail);
cause wrong_type(std::string field, const json::value& got, std::string_view expected);
cause unsupported_value(std::string field, const json::value& got, const std::vector<std::string>& allowed);
cause too_long(std::string field, std::size_t limit);
cause forbidden_field(std::string field, std::string_view detail);
cause duplicate_value(std::string field, const json::value& got);

} // namespace local::model
