#include "local/model/api/openapi_v2.hpp"

#include "local/model/api/openapi.hpp"

#include <cstdint>
#include <string_view>

namespace local::model {

namespace {

/// Numbers of fields in gnostic's OpenAPIv2.proto.
namespace document {
constexpr auto swagger = 1U, info = 2U, paths = 8U, definitions = 9U;
} // namespace document
namespace schema_field {
constexpr auto format = 2U, description = 4U, required = 19U, additional = 21U, type = 22U, items = 23U,
               properties = 25U, extension = 31U;
} // namespace schema_field

void append_number(std::string& out, uint64_t x) {
  for (; x >= 0x80; x >>= 7)
    out += static_cast<char>((x & 0x7f) | 0x80);
  out += static_cast<char>(x);
}

/// One length-delimited field.
std::string field(unsigned number, std::string_view value) {
  constexpr auto length_delimited = 2U;
  std::string out;
  append_number(out, number << 3 | length_delimited);
  append_number(out, value.size());
  return out += value;
}

std::string named(std::string_view name, std::string_view value) {
  return field(1, name) + field(2, value);
}

std::string encode(const json::value& schema) {
  std::string out;
  auto text = [&](unsigned number, const char* name) {
    if (auto value = text_at(schema, name); !value.empty())
      out += field(number, value);
  };
  text(schema_field::format, "format");
  text(schema_field::description, "description");
  if (auto* names = array_at(schema, "required"))
    for (auto& name : *names)
      out += field(schema_field::required, to_text(name));
  if (auto* any = find(schema, "additionalProperties"); any && any->is_object())
    out += field(schema_field::additional, field(1, encode(*any)));
  if (auto type = text_at(schema, "type"); !type.empty())
    out += field(schema_field::type, field(1, type));
  if (auto* items = find(schema, "items"))
    out += field(schema_field::items, field(1, encode(*items)));
  if (auto* properties = object_at(schema, "properties")) {
    std::string all;
    for (auto& x : *properties)
      all += field(1, named(x.key(), encode(x.value())));
    out += field(schema_field::properties, all);
  }
  return out;
}

/// Returns the extension by which kubectl finds the schema of a kind.
std::string identity(const kind_info& x) {
  auto yaml = "- group: " + x.group + "\n  kind: " + x.kind + "\n  version: " + x.version + "\n";
  return field(schema_field::extension, named("x-kubernetes-group-version-kind", field(2, yaml)));
}

} // namespace

std::string openapi_v2(const catalog& kinds) {
  std::string definitions;
  for (auto& x : kinds.all())
    if (x->custom)
      definitions += field(1, named(component_name(*x), encode(component(*x)) + identity(*x)));
  return field(document::swagger, "2.0") + field(document::info, field(1, "flink-local") + field(2, "1"))
       + field(document::paths, "") + field(document::definitions, definitions);
}

} // namespace local::model
