#include "local/model/error.hpp"

namespace local::model {

namespace {

std::string qualified(std::string_view group, std::string_view resource) {
  std::string text{resource};
  if (!group.empty())
    text += "." + std::string{group};
  return text;
}

api_error about(int code, std::string reason, std::string message, std::string_view group, std::string_view kind,
                std::string_view name) {
  return {.code = code,
          .reason = std::move(reason),
          .message = std::move(message),
          .kind = std::string{kind},
          .name = std::string{name},
          .group = std::string{group}};
}

std::string joined(const std::vector<cause>& causes) {
  std::string text;
  for (auto& x : causes)
    text += (text.empty() ? "" : ", ") + x.field + ": " + x.message;
  return causes.size() > 1 ? "[" + text + "]" : text;
}

} // namespace

json::value to_status(const api_error& x) {
  json::object status{{"kind", "Status"},    {"apiVersion", "v1"},   {"metadata", json::object{}},
                      {"status", "Failure"}, {"message", x.message}, {"reason", x.reason}};
  json::object details;
  auto put = [&](const char* key, const std::string& text) {
    if (!text.empty())
      details[key] = text;
  };
  put("name", x.name);
  put("group", x.group);
  put("kind", x.kind);
  if (!x.causes.empty()) {
    json::array causes;
    for (auto& y : x.causes)
      causes.push_back({{"reason", y.reason}, {"message", y.message}, {"field", y.field}});
    details["causes"] = std::move(causes);
  }
  if (x.retry_after > 0)
    details["retryAfterSeconds"] = x.retry_after;
  if (!details.empty())
    status["details"] = std::move(details);
  status["code"] = x.code;
  return status;
}

api_error bad_request(std::string message) {
  return {.code = 400, .reason = "BadRequest", .message = std::move(message)};
}

api_error not_found(std::string_view group, std::string_view resource, std::string_view name) {
  return about(404, "NotFound", qualified(group, resource) + " \"" + std::string{name} + "\" not found", group,
               resource, name);
}

api_error unknown_path() {
  return {.code = 404, .reason = "NotFound", .message = "the server could not find the requested resource"};
}

api_error already_exists(std::string_view group, std::string_view resource, std::string_view name) {
  return about(409, "AlreadyExists", qualified(group, resource) + " \"" + std::string{name} + "\" already exists",
               group, resource, name);
}

api_error conflict(std::string_view group, std::string_view resource, std::string_view name, std::string_view why) {
  return about(409, "Conflict",
               "Operation cannot be fulfilled on " + qualified(group, resource) + " \"" + std::string{name}
                   + "\": " + std::string{why},
               group, resource, name);
}

api_error invalid(std::string_view group, std::string_view kind, std::string_view name, std::vector<cause> causes) {
  auto error
      = about(422, "Invalid", qualified(group, kind) + " \"" + std::string{name} + "\" is invalid: " + joined(causes),
              group, kind, name);
  error.causes = std::move(causes);
  return error;
}

api_error forbidden(std::string_view group, std::string_view resource, std::string_view name, std::string_view why) {
  return about(403, "Forbidden",
               qualified(group, resource) + " \"" + std::string{name} + "\" is forbidden: " + std::string{why}, group,
               resource, name);
}

api_error method_not_allowed() {
  return {.code = 405,
          .reason = "MethodNotAllowed",
          .message = "the server does not allow this method on the requested resource"};
}

api_error unsupported_media_type(std::string_view got) {
  return {.code = 415,
          .reason = "UnsupportedMediaType",
          .message = "the body of the request was in an unknown format: " + std::string{got}};
}

api_error not_acceptable() {
  return {.code = 406,
          .reason = "NotAcceptable",
          .message = "only the following media types are accepted: application/json"};
}

api_error expired(std::string message) {
  return {.code = 410, .reason = "Expired", .message = std::move(message)};
}

cause required(std::string field, std::string_view detail) {
  return {std::move(field), "FieldValueRequired",
          detail.empty() ? "Required value" : "Required value: " + std::string{detail}};
}

cause invalid_value(std::string field, const json::value& got, std::string_view detail) {
  return {std::move(field), "FieldValueInvalid", "Invalid value: " + json::serialize(got) + ": " + std::string{detail}};
}

cause wrong_type(std::string field, const json::value& got, std::string_view expected) {
  auto kind = got.is_string() ? "string"
            : got.is_bool()   ? "boolean"
            : got.is_object() ? "object"
            : got.is_array()  ? "array"
            : got.is_null()   ? "null"
            : got.is_double() ? "number"
                              : "integer";
  // Like the real server: the message has the type of the value, because the value may be large.
  auto text = field + " in body must be of type " + std::string{expected} + ": \"" + kind + "\"";
  return {std::move(field), "FieldValueTypeInvalid", "Invalid value: \"" + std::string{kind} + "\": " + text};
}

cause unsupported_value(std::string field, const json::value& got, const std::vector<std::string>& allowed) {
  std::string all;
  for (auto& x : allowed)
    all += (all.empty() ? "\"" : ", \"") + x + "\"";
  return {std::move(field), "FieldValueNotSupported",
          "Unsupported value: " + json::serialize(got) + ": supported values: " + all};
}

cause too_long(std::string field, std::size_t limit) {
  return {std::move(field), "FieldValueTooLong", "Too long: may not be more than " + std::to_string(limit) + " bytes"};
}

cause forbidden_field(std::string field, std::string_view detail) {
  return {std::move(field), "FieldValueForbidden", "Forbidden: " + std::string{detail}};
}

cause duplicate_value(std::string field, const json::value& got) {
  return {std::move(field), "FieldValueDuplicate", "Duplicate value: " + json::serialize(got)};
}

} // namespace local::model
