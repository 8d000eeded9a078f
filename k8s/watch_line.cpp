#include "k8s/watch_line.hpp"

#include <array>

namespace k8s {

namespace {

std::optional<watch_type> type_of(std::string_view name) {
  constexpr std::array<std::string_view, 5> names{"ADDED", "MODIFIED", "DELETED", "BOOKMARK", "ERROR"};
  for (std::size_t i = 0; i < names.size(); ++i)
    if (names[i] == name)
      return static_cast<watch_type>(i);
  return std::nullopt;
}

/// Members of a line; the last one counts if a name occurs twice.
struct parts {
  json::cursor type;
  json::cursor object;
};

parts parts_of(std::string_view line) {
  parts out;
  json::members all{json::cursor{line}};
  while (auto x = all.next()) {
    if (x->key == "type")
      out.type = x->value;
    else if (x->key == "object")
      out.object = x->value;
  }
  return out;
}

} // namespace

std::optional<watch_line> decode_watch_line(std::string_view line, json::field_error& problem) {
  if (auto flaw = json::flaw(line)) {
    problem = {{}, std::move(*flaw)};
    return std::nullopt;
  }
  auto [type_text, object] = parts_of(line);
  auto type = type_of(type_text.string());
  if (!type || object.kind() != json::kind::object) {
    problem = type ? json::field_error{"object", "is missing"}
                   : json::field_error{"type", "must be ADDED, MODIFIED, DELETED, BOOKMARK or ERROR"};
    return std::nullopt;
  }
  watch_line out{*type, object.text(), {}, {}};
  if (*type == watch_type::error)
    out.error = decode_status_error(object).value_or(status_error{});
  else
    out.resource_version = object.string_at({"metadata", "resourceVersion"});
  return out;
}

} // namespace k8s
