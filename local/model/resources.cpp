#include "local/model/resources.hpp"

#include "local/model/kinds/builtin.hpp"
#include "local/model/kinds/decode.hpp"
#include "local/model/kinds/names.hpp"
#include "local/model/kinds/schema.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace local::model {

namespace {

constexpr auto changed_meanwhile
    = "the object has been modified; please apply your changes to the latest version and try again";
constexpr int64_t default_grace = 30;

bool has_generation(const kind_info& kind) {
  return kind.custom || kind.group == "apps" || kind.group == "networking.k8s.io"
      || kind.plural == "customresourcedefinitions";
}

/// Returns the object without what may change without being a new wish of the user.
json::value wish_of(const kind_info& kind, json::value object) {
  auto& members = object.get_object();
  members.erase("metadata");
  if (kind.has_status)
    members.erase("status");
  return object;
}

/// Returns the fields that only the server sets, from `before` into `object`.
void keep_system_metadata(json::value& object, const json::value& before) {
  auto& to = make_object(object, "metadata");
  auto& from = before.at("metadata").get_object();
  for (auto* name : {"name", "namespace", "generateName", "uid", "creationTimestamp", "generation", "deletionTimestamp",
                     "deletionGracePeriodSeconds"}) {
    to.erase(name);
    if (auto* value = from.if_contains(name))
      to[name] = *value;
  }
  to.erase("selfLink");
  to.erase("managedFields");
  for (auto* name : {"labels", "annotations", "finalizers", "ownerReferences"})
    if (auto* value = to.if_contains(name); value
                                            && (value->is_null() || (value->is_object() && value->get_object().empty())
                                                || (value->is_array() && value->get_array().empty())))
      to.erase(name);
}

/// Returns which finalizers `object` has beyond those of `before`.
std::string new_finalizers(const json::value& object, const json::value& before) {
  std::string added;
  if (auto* list = array_at(object, "metadata.finalizers"))
    for (auto& x : *list)
      if (!list_holds(before, "metadata.finalizers", to_text(x)))
        added += (added.empty() ? "\"" : ", \"") + to_text(x) + "\"";
  return added;
}

std::optional<api_error> check_head(const kind_info& kind, const key& k, const json::value& object) {
  if (!object.is_object())
    return bad_request("the request's body is not a JSON object");
  auto version = text_at(object, "apiVersion");
  auto name = text_at(object, "kind");
  if (kind.custom && (version.empty() || name.empty()))
    return bad_request("the object provided is unrecognized (must be of type " + kind.kind
                       + "): apiVersion and kind are required");
  if ((!version.empty() && version != kind.api_version()) || (!name.empty() && name != kind.kind))
    return bad_request("the object provided is unrecognized (must be of type " + kind.kind + " in " + kind.api_version()
                       + "): " + std::string{version} + ", Kind=" + std::string{name});
  if (auto* metadata = find(object, "metadata"); metadata && !metadata->is_object())
    return bad_request(kind.kind + " in version \"" + kind.version + "\" cannot be handled as a " + kind.kind
                       + ": metadata must be an object");
  if (auto problem = misfit(kind, object))
    return bad_request(kind.kind + " in version \"" + kind.version + "\" cannot be handled as a " + kind.kind + ": "
                       + *problem);
  auto ns = text_at(object, "metadata.namespace");
  if (kind.namespaced && !ns.empty() && ns != k.ns)
    return bad_request("the namespace of the provided object does not match the namespace sent on the request");
  return std::nullopt;
}

std::optional<api_error> check_name(const kind_info& kind, std::string_view name) {
  auto label = kind.plural == "services" || kind.plural == "namespaces";
  auto good = kind.group == "rbac.authorization.k8s.io" ? name.find('/') == std::string_view::npos && !name.empty()
            : label                                     ? is_dns_label(name)
                                                        : is_dns_subdomain(name);
  if (good)
    return std::nullopt;
  auto rule = label ? "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must "
                      "start and end with an alphanumeric character (at most 63 characters)"
                    : "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', "
                      "and must start and end with an alphanumeric character (at most 253 characters)";
  return invalid(kind.group, kind.kind, name, {invalid_value("metadata.name", json::string{name}, rule)});
}

} // namespace

resources::resources(random draw, std::size_t history_limit) : draw_{std::move(draw)}, store_{history_limit} {}

result<object_ptr> resources::create(const kind_info& kind, const std::string& ns, json::value object,
                                     write_call& call) {
  key k{kind.namespaced ? ns : "", ""};
  if (auto error = check_head(kind, k, object))
    return *error;
  auto& metadata = make_object(object, "metadata");
  if (text_at(object, "metadata.name").empty() && !text_at(object, "metadata.generateName").empty())
    metadata["name"] = std::string{text_at(object, "metadata.generateName")} + name_suffix();
  k.name = text_at(object, "metadata.name");
  if (k.name.empty())
    return invalid(kind.group, kind.kind, "", {required("metadata.name", "name or generateName is required")});
  if (auto error = check_name(kind, k.name))
    return *error;
  if (auto error = check_namespace(kind, k))
    return *error;
  if (!text_at(object, "metadata.resourceVersion").empty())
    return api_error{
        .code = 500, .reason = "", .message = "resourceVersion should not be set on objects to be created"};
  for (auto* name :
       {"uid", "selfLink", "deletionTimestamp", "deletionGracePeriodSeconds", "managedFields", "generation"})
    metadata.erase(name);
  if (kind.namespaced)
    metadata["namespace"] = k.ns;
  metadata["uid"] = new_uid();
  metadata["creationTimestamp"] = to_rfc3339(call.now);
  if (has_generation(kind))
    metadata["generation"] = 1;
  if (kind.has_status)
    erase(object, "status");
  if (auto error = admit(kind, k, object, nullptr, call))
    return *error;
  if (store_.get(kind.resource(), k))
    return already_exists(kind.group, kind.plural, k.name);
  return keep(kind, k, std::move(object), call);
}

result<object_ptr> resources::update(const kind_info& kind, const key& k, std::string_view part, json::value object,
                                     write_call& call) {
  if (auto error = check_head(kind, k, object))
    return *error;
  if (auto name = text_at(object, "metadata.name"); name != k.name)
    return bad_request("the name of the object (" + std::string{name} + ") does not match the name on the URL ("
                       + k.name + ")");
  auto before = store_.get(kind.resource(), k);
  if (!before)
    return not_found(kind.group, kind.plural, k.name);
  auto version = text_at(object, "metadata.resourceVersion");
  if (version.empty() && kind.needs_version)
    return invalid(kind.group, kind.kind, k.name,
                   {invalid_value("metadata.resourceVersion", 0, "must be specified for an update")});
  auto uid = text_at(object, "metadata.uid");
  auto another = !uid.empty() && uid != text_at(*before, "metadata.uid");
  if (another && call.patched)
    return invalid(kind.group, kind.kind, k.name,
                   {invalid_value("metadata.uid", json::string{uid}, "field is immutable")});
  if (another)
    return conflict(kind.group, kind.plural, k.name,
                    "Precondition failed: UID in precondition: " + std::string{uid}
                        + ", UID in object meta: " + std::string{text_at(*before, "metadata.uid")});
  if (!version.empty() && version != text_at(*before, "metadata.resourceVersion"))
    return conflict(kind.group, kind.plural, k.name, changed_meanwhile);

  if (part == "status") {
    auto status = find(object, "status") ? *find(object, "status") : json::value{};
    object = *before;
    if (status.is_null())
      erase(object, "status");
    else
      object.get_object()["status"] = std::move(status);
  } else {
    if (kind.has_status) {
      erase(object, "status");
      if (auto* status = find(*before, "status"))
        object.get_object()["status"] = *status;
    }
    keep_system_metadata(object, *before);
  }
  auto deleting = !text_at(*before, "metadata.deletionTimestamp").empty();
  if (auto added = new_finalizers(object, *before); deleting && !added.empty())
    return invalid(kind.group, kind.kind, k.name,
                   {forbidden_field("metadata.finalizers", "no new finalizers can be added if the object is being "
                                                           "deleted, found new finalizers []string{"
                                                               + added + "}")});
  if (auto error = admit(kind, k, object, before, call))
    return *error;
  auto& metadata = make_object(object, "metadata");
  if (has_generation(kind) && wish_of(kind, object) != wish_of(kind, *before))
    metadata["generation"] = integer_at(*before, "metadata.generation") + 1;
  metadata["resourceVersion"] = text_at(*before, "metadata.resourceVersion");
  if (object == *before)
    return before;
  return keep(kind, k, std::move(object), call);
}

result<object_ptr> resources::remove(const kind_info& kind, const key& k, const delete_options& options,
                                     write_call& call) {
  auto before = store_.get(kind.resource(), k);
  if (!before)
    return not_found(kind.group, kind.plural, k.name);
  auto lasting = k.name == "default" || k.name == "kube-system" || k.name == "kube-public";
  if (kind.resource() == "namespaces" && lasting)
    return forbidden(kind.group, kind.plural, k.name, "this namespace may not be deleted");
  auto uid = text_at(*before, "metadata.uid");
  if (!options.uid.empty() && options.uid != uid)
    return conflict(kind.group, kind.plural, k.name,
                    "Precondition failed: UID in precondition: " + options.uid
                        + ", UID in object meta: " + std::string{uid});
  auto version = text_at(*before, "metadata.resourceVersion");
  if (!options.resource_version.empty() && options.resource_version != version)
    return conflict(kind.group, kind.plural, k.name,
                    "Precondition failed: ResourceVersion in precondition: " + options.resource_version
                        + ", ResourceVersion in object meta: " + std::string{version});
  auto object = *before;
  auto& metadata = make_object(object, "metadata");
  auto deleting = metadata.contains("deletionTimestamp");
  if (!options.propagation.empty() || !deleting) {
    drop_from_list(object, "metadata.finalizers", foreground_finalizer);
    drop_from_list(object, "metadata.finalizers", orphan_finalizer);
    auto* finalizer = options.propagation == "Foreground" ? foreground_finalizer
                    : options.propagation == "Orphan"     ? orphan_finalizer
                                                          : nullptr;
    auto& list = metadata["finalizers"];
    if (!list.is_array())
      list.emplace_array();
    if (finalizer)
      list.get_array().push_back(finalizer);
    if (list.get_array().empty())
      metadata.erase("finalizers");
  }
  auto grace = grace_of(
      kind, *before, options.grace.value_or(integer_at(*before, "spec.terminationGracePeriodSeconds", default_grace)));
  if (deleting && kind.plural == "pods")
    grace = std::min(grace, integer_at(*before, "metadata.deletionGracePeriodSeconds"));
  if (kind.plural == "namespaces" && kind.group.empty())
    make_object(object, "status")["phase"] = "Terminating";
  if (!deleting && metadata.contains("generation"))
    metadata["generation"] = integer_at(object, "metadata.generation") + 1;
  if (!deleting || kind.plural == "pods") {
    metadata["deletionTimestamp"] = to_rfc3339(call.now + std::chrono::seconds{grace});
    metadata["deletionGracePeriodSeconds"] = grace;
  }
  if (deleting && grace == integer_at(*before, "metadata.deletionGracePeriodSeconds") && grace > 0)
    metadata["deletionTimestamp"] = text_at(*before, "metadata.deletionTimestamp");
  if (object == *before)
    return before;
  return keep(kind, k, std::move(object), call);
}

result<object_ptr> resources::get(const kind_info& kind, const key& k) const {
  if (auto object = store_.get(kind.resource(), k))
    return object;
  return not_found(kind.group, kind.plural, k.name);
}

void resources::drop_finalizer(const kind_info& kind, const key& k, std::string_view finalizer, moment now) {
  auto before = store_.get(kind.resource(), k);
  if (!before || !list_holds(*before, "metadata.finalizers", finalizer))
    return;
  auto object = *before;
  drop_from_list(object, "metadata.finalizers", finalizer);
  keep(kind, k, std::move(object), {.now = now});
}

std::string resources::name_suffix() {
  // The alphabet of Kubernetes: no vowels, so that no words arise.
  constexpr std::string_view alphabet = "bcdfghjklmnpqrstvwxz2456789";
  std::string text;
  for (auto bits = draw_(); text.size() < 5; bits /= alphabet.size())
    text += alphabet[bits % alphabet.size()];
  return text;
}

std::optional<api_error> resources::admit(const kind_info& kind, const key& k, json::value& object,
                                          const object_ptr& before, write_call& call) {
  auto& members = object.get_object();
  members["apiVersion"] = kind.api_version();
  members["kind"] = kind.kind;
  if (kind.schema) {
    auto unknown = prune(*kind.schema, object);
    if (!unknown.empty() && call.strictness == strictness::strict) {
      std::string all;
      for (auto& path : unknown)
        all += (all.empty() ? "unknown field \"" : ", unknown field \"") + path + "\"";
      if (call.patched)
        return invalid(kind.group, kind.kind, k.name,
                       {{"patch", "FieldValueInvalid", "strict decoding error: " + all}});
      return bad_request(kind.kind + " in version \"" + kind.version + "\" cannot be handled as a " + kind.kind
                         + ": strict decoding error: " + all);
    }
    for (auto& path : unknown)
      if (call.strictness == strictness::warn)
        call.warnings.push_back("unknown field \"" + path + "\"");
    apply_defaults(*kind.schema, object);
  }
  auto causes = check_metadata(object);
  if (kind.schema && causes.empty())
    causes = check(*kind.schema, object);
  if (!causes.empty())
    return invalid(kind.group, kind.kind, k.name, std::move(causes));
  if (kind.custom)
    return std::nullopt;
  complete_builtin(kind, object, before ? before.get() : nullptr);
  causes = check_builtin(kind, object, before ? before.get() : nullptr);
  if (!causes.empty())
    return invalid(kind.group, kind.kind, k.name, std::move(causes));
  if (!before)
    if (auto missing = missing_reference(kind, object, store_))
      return forbidden(kind.group, kind.plural, k.name, *missing);
  if (kind.plural == "services")
    allocate(kind, object, before);
  return std::nullopt;
}

std::optional<api_error> resources::check_namespace(const kind_info& kind, const key& k) const {
  if (!kind.namespaced)
    return std::nullopt;
  auto ns = store_.get("namespaces", {"", k.ns});
  if (!ns)
    return not_found("", "namespaces", k.ns);
  if (text_at(*ns, "metadata.deletionTimestamp").empty())
    return std::nullopt;
  auto refusal = forbidden(kind.group, kind.plural, k.name,
                           "unable to create new content in namespace " + k.ns + " because it is being terminated");
  refusal.causes.push_back(
      {"metadata.namespace", "NamespaceTerminating", "namespace " + k.ns + " is being terminated"});
  return refusal;
}

object_ptr resources::keep(const kind_info& kind, const key& k, json::value object, const write_call& call) {
  auto deleting = !text_at(object, "metadata.deletionTimestamp").empty();
  auto free_to_go = deleting && !array_at(object, "metadata.finalizers")
                 && integer_at(object, "metadata.deletionGracePeriodSeconds") == 0
                 && !(kind.plural == "namespaces" && array_at(object, "spec.finalizers"));
  if (call.dry_run)
    return std::make_shared<const json::value>(std::move(object));
  if (free_to_go) {
    auto last = std::make_shared<const json::value>(std::move(object));
    forget(kind, k);
    return last;
  }
  auto kept = store_.put(kind.resource(), k, std::move(object));
  if (kind.plural == "customresourcedefinitions")
    kinds_.define(*kept);
  return kept;
}

void resources::forget(const kind_info& kind, const key& k) {
  if (auto last = store_.get(kind.resource(), k); last && kind.plural == "customresourcedefinitions")
    kinds_.undefine(*last);
  store_.remove(kind.resource(), k);
}

void resources::allocate(const kind_info&, json::value& object, const object_ptr& before) {
  auto& spec = make_object(object, "spec");
  if (text_at(object, "spec.type") == "ExternalName")
    return;
  std::string address{text_at(object, "spec.clusterIP")};
  if (address.empty() && before)
    address = text_at(*before, "spec.clusterIP");
  if (address.empty()) {
    constexpr uint32_t per_block = 254;
    auto n = next_service_address_++;
    address = "10.96." + std::to_string(n / per_block % 256) + "." + std::to_string(n % per_block + 1);
  }
  spec["clusterIP"] = address;
  spec["clusterIPs"] = json::array{json::string{address}};
}

std::string resources::new_uid() {
  auto a = draw_(), b = draw_();
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%08x-%04x-4%03x-%04x-%012llx", static_cast<unsigned>(a >> 32),
                static_cast<unsigned>(a >> 16 & 0xffff), static_cast<unsigned>(a & 0xfff),
                static_cast<unsigned>((b >> 48 & 0x3fff) | 0x8000),
                static_cast<unsigned long long>(b & 0xffffffffffff));
  return text.data();
}

} // namespace local::model
