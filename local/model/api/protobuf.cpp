#include "local/model/api/protobuf.hpp"

#include "local/model/base64.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

namespace local::model {

namespace {

using namespace std::string_view_literals;

constexpr auto magic = "k8s\0"sv;

enum class shape {
  text,
  /// In JSON: base64.
  bytes,
  integer,
  /// Zero means unset.
  count,
  boolean,
  message,
  /// An integer or a text.
  either,
  text_map,
  bytes_map,
  /// Owned by the server; values from clients are ignored.
  ignored,
};

struct message;

/// One field, by its number in Kubernetes' generated.proto.
struct field {
  uint64_t number = 0;
  const char* name = "";
  shape is = shape::text;
  const message* of = nullptr;
  bool list = false;
};

struct message {
  std::vector<field> fields;
};

// -- the kinds ----------------------------------------------------------------------------------------------

const message owner{{{1, "kind"}, {3, "name"}, {4, "uid"}, {5, "apiVersion"}}};
const message metadata{{{1, "name"},
                        {2, "generateName"},
                        {3, "namespace"},
                        {11, "labels", shape::text_map},
                        {12, "annotations", shape::text_map},
                        {13, "ownerReferences", shape::message, &owner, true},
                        {14, "finalizers", shape::text, nullptr, true}}};

field head() {
  return {1, "metadata", shape::message, &metadata};
}

const message plain{{head()}};
const message space{{head(), {3, "status", shape::ignored}}};
const message config_map{
    {head(), {2, "data", shape::text_map}, {3, "binaryData", shape::bytes_map}, {4, "immutable", shape::boolean}}};
const message secret{{head(),
                      {2, "data", shape::bytes_map},
                      {3, "type"},
                      {4, "stringData", shape::text_map},
                      {5, "immutable", shape::boolean}}};

const message service_port{{{1, "name"},
                            {2, "protocol"},
                            {3, "port", shape::integer},
                            {4, "targetPort", shape::either},
                            {5, "nodePort", shape::count}}};
const message service_spec{{{1, "ports", shape::message, &service_port, true},
                            {2, "selector", shape::text_map},
                            {3, "clusterIP"},
                            {4, "type"},
                            {10, "externalName"}}};
const message service{{head(), {2, "spec", shape::message, &service_spec}, {3, "status", shape::ignored}}};

const message container_port{
    {{1, "name"}, {2, "hostPort", shape::count}, {3, "containerPort", shape::integer}, {4, "protocol"}}};
const message variable{{{1, "name"}, {2, "value"}}};
const message container{{{1, "name"},
                         {2, "image"},
                         {3, "command", shape::text, nullptr, true},
                         {4, "args", shape::text, nullptr, true},
                         {6, "ports", shape::message, &container_port, true},
                         {7, "env", shape::message, &variable, true},
                         {14, "imagePullPolicy"}}};
const message pod_spec{
    {{2, "containers", shape::message, &container, true}, {3, "restartPolicy"}, {8, "serviceAccountName"}}};
const message pod_template{{head(), {2, "spec", shape::message, &pod_spec}}};
const message selector{{{1, "matchLabels", shape::text_map}}};
const message strategy{{{1, "type"}}};
const message deployment_spec{{{1, "replicas", shape::integer},
                               {2, "selector", shape::message, &selector},
                               {3, "template", shape::message, &pod_template},
                               {4, "strategy", shape::message, &strategy}}};
const message deployment{{head(), {2, "spec", shape::message, &deployment_spec}, {3, "status", shape::ignored}}};

const message rule{{{1, "verbs", shape::text, nullptr, true},
                    {2, "apiGroups", shape::text, nullptr, true},
                    {3, "resources", shape::text, nullptr, true},
                    {4, "resourceNames", shape::text, nullptr, true},
                    {5, "nonResourceURLs", shape::text, nullptr, true}}};
const message role{{head(), {2, "rules", shape::message, &rule, true}}};
const message subject{{{1, "kind"}, {2, "apiGroup"}, {3, "name"}, {4, "namespace"}}};
const message role_reference{{{1, "apiGroup"}, {2, "kind"}, {3, "name"}}};
const message binding{
    {head(), {2, "subjects", shape::message, &subject, true}, {3, "roleRef", shape::message, &role_reference}}};
const message priority{{head(),
                        {2, "value", shape::integer},
                        {3, "globalDefault", shape::boolean},
                        {4, "description"},
                        {5, "preemptionPolicy"}}};

const message resource_attributes{
    {{1, "namespace"}, {2, "verb"}, {3, "group"}, {4, "version"}, {5, "resource"}, {6, "subresource"}, {7, "name"}}};
const message path_attributes{{{1, "path"}, {2, "verb"}}};
const message review_spec{{{1, "resourceAttributes", shape::message, &resource_attributes},
                           {2, "nonResourceAttributes", shape::message, &path_attributes}}};
const message review{{head(), {2, "spec", shape::message, &review_spec}, {3, "status", shape::ignored}}};

const std::map<std::string_view, const message*> kinds{{"Namespace", &space},
                                                       {"ConfigMap", &config_map},
                                                       {"Secret", &secret},
                                                       {"ServiceAccount", &plain},
                                                       {"Service", &service},
                                                       {"Deployment", &deployment},
                                                       {"Role", &role},
                                                       {"ClusterRole", &role},
                                                       {"RoleBinding", &binding},
                                                       {"ClusterRoleBinding", &binding},
                                                       {"PriorityClass", &priority},
                                                       {"SelfSubjectAccessReview", &review}};

const message type_meta{{{1, "apiVersion"}, {2, "kind"}}};
const message envelope{
    {{1, "typeMeta", shape::message, &type_meta}, {2, "raw"}, {3, "contentEncoding"}, {4, "contentType"}}};
const message integer_or_text{{{1, "type", shape::count}, {2, "integer", shape::count}, {3, "text"}}};
const message text_pair{{{1, "key"}, {2, "value"}}};
const message bytes_pair{{{1, "key"}, {2, "value", shape::bytes}}};

// -- reading ------------------------------------------------------------------------------------------------

/// Takes bytes from the front of a text; after the first one that is missing it is `broken`.
struct reader {
  std::string_view rest;
  bool broken = false;

  uint64_t number() {
    uint64_t value = 0;
    for (auto shift = 0U; shift < 64; shift += 7) {
      if (rest.empty())
        break;
      auto byte = static_cast<unsigned char>(rest.front());
      rest.remove_prefix(1);
      value |= uint64_t{byte & 0x7fU} << shift;
      if (byte < 0x80)
        return value;
    }
    broken = true;
    return 0;
  }

  std::string_view bytes() {
    auto size = number();
    broken |= size > rest.size();
    auto taken = rest.substr(0, broken ? 0 : size);
    rest.remove_prefix(taken.size());
    return taken;
  }
};

/// One value as it stands in the bytes.
struct raw_value {
  bool is_number = false;
  uint64_t number = 0;
  std::string_view bytes;

  bool empty() const { return is_number ? number == 0 : bytes.empty(); }
};

class decoder {
public:
  std::string problem;

  json::object read(std::string_view bytes, const message& as, const std::string& path) {
    json::object out;
    reader in{bytes};
    while (!in.rest.empty() && problem.empty()) {
      auto key = in.number();
      auto wire = key & 7;
      raw_value x{.is_number = wire == 0};
      if (wire == 0)
        x.number = in.number();
      else if (wire == 2)
        x.bytes = in.bytes();
      if (in.broken || (wire != 0 && wire != 2))
        problem = path + " is cut short or malformed";
      else
        take(out, key >> 3, x, as, path);
    }
    return out;
  }

private:
  void take(json::object& out, uint64_t number, const raw_value& x, const message& as, const std::string& path) {
    auto i = std::find_if(as.fields.begin(), as.fields.end(), [&](auto& y) { return y.number == number; });
    if (i == as.fields.end()) {
      // Unset members of Go's structs are sent too, empty.
      if (!x.empty())
        problem = "field " + std::to_string(number) + " of " + path + " is not known in protobuf";
      return;
    }
    auto takes_number = i->is == shape::integer || i->is == shape::count || i->is == shape::boolean;
    if (i->is != shape::ignored && takes_number != x.is_number)
      problem = path + "." + i->name + " has the wrong type";
    else
      put(out, *i, x, path + "." + i->name);
  }

  void put(json::object& out, const field& f, const raw_value& x, const std::string& path) {
    switch (f.is) {
    case shape::ignored:
      return;
    case shape::text_map:
    case shape::bytes_map: {
      auto pair = read(x.bytes, f.is == shape::text_map ? text_pair : bytes_pair, path);
      auto& members = out[f.name];
      if (!members.is_object())
        members.emplace_object();
      auto key = pair["key"].is_string() ? pair["key"].get_string() : json::string{};
      members.get_object()[key] = pair["value"].is_string() ? pair["value"] : json::value{json::string{}};
      return;
    }
    case shape::text:
    case shape::count:
      if (x.empty() && !f.list)
        return;
      break;
    case shape::bytes:
    case shape::integer:
    case shape::boolean:
    case shape::message:
    case shape::either:
      break;
    }
    if (!f.list) {
      out[f.name] = value(f, x, path);
      return;
    }
    auto& list = out[f.name];
    if (!list.is_array())
      list.emplace_array();
    list.get_array().push_back(value(f, x, path));
  }

  json::value value(const field& f, const raw_value& x, const std::string& path) {
    switch (f.is) {
    case shape::integer:
    case shape::count:
      return static_cast<int64_t>(x.number);
    case shape::boolean:
      return x.number != 0;
    case shape::bytes:
      return json::string{to_base64(x.bytes)};
    case shape::message:
      return read(x.bytes, *f.of, path);
    case shape::either: {
      auto parts = read(x.bytes, integer_or_text, path);
      if (auto* text = parts.if_contains("text"))
        return *text;
      auto* number = parts.if_contains("integer");
      return number ? *number : json::value{0};
    }
    case shape::text:
    case shape::text_map:
    case shape::bytes_map:
    case shape::ignored:
      break;
    }
    return json::string{x.bytes};
  }
};

} // namespace

std::optional<json::value> read_protobuf(std::string_view body, std::string& problem) {
  if (!body.starts_with(magic)) {
    problem = "the body does not begin as Kubernetes' protobuf does";
    return std::nullopt;
  }
  decoder in;
  json::value outer = in.read(body.substr(magic.size()), envelope, "envelope");
  auto kind = text_at(outer, "typeMeta.kind");
  auto known = kinds.find(kind);
  if (in.problem.empty() && known == kinds.end())
    in.problem = "kind " + std::string{kind} + " is not known in protobuf";
  if (in.problem.empty() && text_at(outer, "raw").empty())
    in.problem = "the body holds no object";
  if (in.problem.empty()) {
    auto object = in.read(text_at(outer, "raw"), *known->second, std::string{kind});
    object["apiVersion"] = json::string{text_at(outer, "typeMeta.apiVersion")};
    object["kind"] = json::string{kind};
    if (in.problem.empty())
      return object;
  }
  problem = in.problem;
  return std::nullopt;
}

} // namespace local::model
