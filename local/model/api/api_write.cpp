// API calls that change objects: create, replace, patch, delete, and the scale subresource.
#include "local/model/api/api.hpp"
#include "local/model/api/api_call.hpp"
#include "local/model/api/patch.hpp"

namespace local::model {

namespace {

/// Returns an answer with the object that a write left behind.
answer written(const kind_info& kind, const object_ptr& object, write_call&& how, presentation form, moment now,
               int status) {
  return {.status = status,
          .body = present(kind, object, form, row_object::full, true, now),
          .warnings = std::move(how.warnings)};
}

/// Returns `x` changed by a patch in the format that `type` names.
result<json::value> apply_patch(const kind_info& kind, const json::value& x, const json::value& change,
                                std::string_view type) {
  auto is = [&](std::string_view name) { return type.starts_with(name); };
  if (is("application/json-patch+json"))
    return json_patch(x, change);
  if (!change.is_object())
    return bad_request("the patch is not a JSON object");
  if (is("application/merge-patch+json") || (is("application/apply-patch+yaml") && kind.custom)) {
    auto merged = x;
    merge_patch(merged, change);
    return merged;
  }
  if ((is("application/strategic-merge-patch+json") && !kind.custom) || is("application/apply-patch+yaml"))
    return strategic_patch(x, change);
  std::string known = "application/json-patch+json, application/merge-patch+json, application/apply-patch+yaml";
  return unsupported_media_type("accepted media types include: " + known
                                + (kind.custom ? "" : ", application/strategic-merge-patch+json"));
}

/// Reads DeleteOptions from body and query; the query wins.
result<delete_options> read_delete_options(const request& asked, const target& what, bool& dry_run) {
  delete_options options;
  json::value body = json::object{};
  if (!asked.body.empty()) {
    auto read = read_body(asked);
    if (auto* error = failed(read))
      return *error;
    body = std::get<json::value>(std::move(read));
  }
  // An Eviction carries them one level down.
  if (auto* inner = find(body, "deleteOptions"))
    body = json::value(*inner);
  if (find(body, "gracePeriodSeconds"))
    options.grace = integer_at(body, "gracePeriodSeconds");
  options.propagation = text_at(body, "propagationPolicy");
  if (true_at(body, "orphanDependents"))
    options.propagation = "Orphan";
  options.uid = text_at(body, "preconditions.uid");
  options.resource_version = text_at(body, "preconditions.resourceVersion");
  if (auto seconds = what.number("gracePeriodSeconds"))
    options.grace = seconds;
  if (auto word = what.parameter("propagationPolicy"); !word.empty())
    options.propagation = word;
  dry_run = what.parameter("dryRun") == "All" || list_holds(body, "dryRun", "All");
  auto& word = options.propagation;
  if (!word.empty() && word != "Background" && word != "Foreground" && word != "Orphan")
    return invalid(
        "meta.k8s.io", "DeleteOptions", "",
        {unsupported_value("propagationPolicy", json::string{word}, {"Background", "Foreground", "Orphan"})});
  return options;
}

} // namespace

answer api::create(call& x) {
  auto body = read_body(*x.asked);
  if (auto* error = failed(body))
    return refuse(*error);
  auto how = x.write();
  auto made = objects_->create(*x.kind, x.ns, std::get<json::value>(std::move(body)), how);
  if (auto* error = failed(made))
    return refuse(*error);
  return written(*x.kind, std::get<object_ptr>(made), std::move(how), x.form, x.now, 201);
}

answer api::replace(call& x, std::string_view part) {
  auto body = read_body(*x.asked);
  if (auto* error = failed(body))
    return refuse(*error);
  auto how = x.write();
  auto& object = std::get<json::value>(body);
  auto missing = objects_->get(*x.kind, x.object()).index() != 0;
  if (missing && x.kind->made_by_update && part.empty() && text_at(object, "metadata.name") == x.name) {
    auto made = objects_->create(*x.kind, x.ns, std::move(object), how);
    if (auto* error = failed(made))
      return refuse(*error);
    return written(*x.kind, std::get<object_ptr>(made), std::move(how), x.form, x.now, 201);
  }
  auto kept = objects_->update(*x.kind, x.object(), part, std::move(object), how);
  if (auto* error = failed(kept))
    return refuse(*error);
  return written(*x.kind, std::get<object_ptr>(kept), std::move(how), x.form, x.now, 200);
}

answer api::patch(call& x, std::string_view part) {
  auto body = read_body(*x.asked);
  if (auto* error = failed(body))
    return refuse(*error);
  auto& change = std::get<json::value>(body);
  auto how = x.write();
  how.patched = true;
  auto found = objects_->get(*x.kind, x.object());
  if (auto* error = failed(found)) {
    // Server-side apply of a new object creates it.
    if (!x.asked->content_type.starts_with("application/apply-patch+yaml") || !part.empty())
      return refuse(*error);
    make_object(change, "metadata")["name"] = x.name;
    auto made = objects_->create(*x.kind, x.ns, std::move(change), how);
    if (auto* refused = failed(made))
      return refuse(*refused);
    return written(*x.kind, std::get<object_ptr>(made), std::move(how), x.form, x.now, 201);
  }
  auto patched = apply_patch(*x.kind, *std::get<object_ptr>(found), change, x.asked->content_type);
  if (auto* error = failed(patched)) {
    auto named = *error;
    named.name = x.name;
    named.kind = x.kind->plural;
    named.group = x.kind->group;
    return refuse(named);
  }
  auto kept = objects_->update(*x.kind, x.object(), part, std::get<json::value>(std::move(patched)), how);
  if (auto* error = failed(kept))
    return refuse(*error);
  return written(*x.kind, std::get<object_ptr>(kept), std::move(how), x.form, x.now, 200);
}

answer api::remove(call& x) {
  auto how = x.write();
  auto options = read_delete_options(*x.asked, x.what, how.dry_run);
  if (auto* error = failed(options))
    return refuse(*error);
  auto gone = objects_->remove(*x.kind, x.object(), std::get<delete_options>(options), how);
  if (auto* error = failed(gone))
    return refuse(*error);
  auto& object = std::get<object_ptr>(gone);
  if (x.part == "eviction")
    return reply(success(*x.kind, *object), 201);
  // A dry run keeps the object, but answers like a real delete.
  auto stays = array_at(*object, "metadata.finalizers") || array_at(*object, "spec.finalizers");
  auto there = objects_->store().get(x.kind->resource(), x.object()) && (stays || !how.dry_run);
  if (there || x.kind->resource() == "pods")
    return {.body = present(*x.kind, object, x.form, row_object::full, true, x.now)};
  return reply(success(*x.kind, *object));
}

answer api::remove_all(call& x) {
  auto how = x.write();
  auto options = read_delete_options(*x.asked, x.what, how.dry_run);
  if (auto* error = failed(options))
    return refuse(*error);
  auto selected = select(x);
  if (auto* error = failed(selected))
    return refuse(*error);
  auto& chosen = std::get<selection>(selected).items;
  for (auto& object : chosen) {
    key k{std::string{text_at(*object, "metadata.namespace")}, std::string{text_at(*object, "metadata.name")}};
    // It does not matter who removes one of them first.
    (void)objects_->remove(*x.kind, k, std::get<delete_options>(options), how);
  }
  json::array items;
  for (auto& object : chosen)
    items.push_back(*object);
  return reply({{"kind", x.kind->kind + "List"},
                {"apiVersion", x.kind->api_version()},
                {"metadata", {{"resourceVersion", std::to_string(objects_->store().version())}}},
                {"items", std::move(items)}});
}

answer api::scale(call& x) {
  auto found = objects_->get(*x.kind, x.object());
  if (auto* error = failed(found))
    return refuse(*error);
  auto object = *std::get<object_ptr>(found);
  auto& paths = *x.kind->scale;
  auto as_scale = [&](const json::value& of) {
    json::object metadata;
    for (auto* name : {"name", "namespace", "uid", "resourceVersion", "creationTimestamp"})
      if (auto* value = find(of, std::string{"metadata."} + name))
        metadata[name] = *value;
    json::object status{{"replicas", integer_at(of, paths.status_replicas)}};
    auto chosen
        = paths.selector.empty() ? selector_text(find(of, "spec.selector")) : std::string{text_at(of, paths.selector)};
    if (!chosen.empty())
      status["selector"] = chosen;
    return json::value{{"kind", "Scale"},
                       {"apiVersion", "autoscaling/v1"},
                       {"metadata", std::move(metadata)},
                       {"spec", {{"replicas", integer_at(of, paths.spec_replicas)}}},
                       {"status", std::move(status)}};
  };
  if (x.asked->method == "GET")
    return reply(as_scale(object));
  auto body = read_body(*x.asked);
  if (auto* error = failed(body))
    return refuse(*error);
  auto wanted = std::get<json::value>(std::move(body));
  if (x.asked->method == "PATCH") {
    auto patched = apply_patch(*x.kind, as_scale(object), wanted, x.asked->content_type);
    if (auto* error = failed(patched))
      return refuse(*error);
    wanted = std::get<json::value>(std::move(patched));
  } else if (x.asked->method != "PUT")
    return refuse(method_not_allowed());
  auto replicas = integer_at(wanted, "spec.replicas");
  if (replicas < 0)
    return refuse(invalid("autoscaling", "Scale", x.name,
                          {invalid_value("spec.replicas", replicas, "must be greater than or equal to 0")}));
  auto dot = paths.spec_replicas.rfind('.');
  make_object(object, paths.spec_replicas.substr(0, dot))[paths.spec_replicas.substr(dot + 1)] = replicas;
  if (auto version = text_at(wanted, "metadata.resourceVersion"); !version.empty())
    make_object(object, "metadata")["resourceVersion"] = json::string{version};
  auto how = x.write();
  auto kept = objects_->update(*x.kind, x.object(), "", std::move(object), how);
  if (auto* error = failed(kept))
    return refuse(*error);
  return reply(as_scale(*std::get<object_ptr>(kept)));
}

} // namespace local::model
