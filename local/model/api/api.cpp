#include "local/model/api/api.hpp"

#include "local/model/api/api_call.hpp"
#include "local/model/api/discovery.hpp"
#include "local/model/api/protobuf.hpp"

#include <algorithm>

namespace local::model {

namespace {

presentation form_of(std::string_view accept) {
  if (accept.find("as=Table") != std::string_view::npos)
    return presentation::table;
  if (accept.find("as=PartialObjectMetadata") != std::string_view::npos)
    return presentation::metadata;
  return presentation::object;
}

/// Returns whether the client accepts a media type that this server writes.
bool takes_json(std::string_view accept) {
  return accept.empty() || accept.find("json") != std::string_view::npos || accept.find("*/*") != std::string_view::npos
      || accept.find("application/*") != std::string_view::npos;
}

std::string join(const std::vector<std::string>& parts, std::size_t first) {
  std::string text;
  for (auto i = first; i < parts.size(); ++i)
    text += (text.empty() ? "" : "/") + parts[i];
  return text;
}

/// Returns how many parts of the path name group and version, or 0 for a path without resources.
std::size_t head_length(const target& x) {
  if (x.path.size() >= 3 && x.path[0] == "api")
    return 2;
  return x.path.size() >= 4 && x.path[0] == "apis" ? 3 : 0;
}

/// Returns whether "namespaces/NAME/..." leads to objects inside the namespace.
bool leads_inside(const std::vector<std::string>& path, std::size_t at) {
  return path[at] == "namespaces" && path.size() > at + 2 && path[at + 2] != "status" && path[at + 2] != "finalize";
}

/// Pods are processes of this machine, so clients reach them without the API server.
api_error not_offered(const std::string& part) {
  return {.code = 501,
          .reason = "NotImplemented",
          .message = "flink-local offers no " + part
                   + ": its pods are processes of this machine, to be reached at their status.podIP, and their files "
                     "are below the folder given by --dir"};
}

/// Every authenticated client has all rights.
answer allow_everything(const request& x) {
  auto body = read_body(x);
  if (auto* error = failed(body))
    return refuse(*error);
  auto review = std::get<json::value>(std::move(body));
  make_object(review, "status")["allowed"] = true;
  return reply(review, 201);
}

} // namespace

write_call api::call::write() const {
  auto word = what.parameter("fieldValidation");
  return {.now = now,
          .dry_run = what.parameter("dryRun") == "All",
          .strictness = word == "Strict" ? strictness::strict
                      : word == "Ignore" ? strictness::ignore
                                         : strictness::warn};
}

row_object api::call::include() const {
  auto word = what.parameter("includeObject");
  return word == "None" ? row_object::none : word == "Object" ? row_object::full : row_object::metadata;
}

answer refuse(const api_error& x) {
  return {.status = x.code, .body = json::serialize(to_status(x))};
}

answer reply(const json::value& body, int status) {
  return {.status = status, .body = json::serialize(body)};
}

json::value success(const kind_info& kind, const json::value& object) {
  json::object details{
      {"name", text_at(object, "metadata.name")}, {"kind", kind.plural}, {"uid", text_at(object, "metadata.uid")}};
  if (!kind.group.empty())
    details["group"] = kind.group;
  return {{"kind", "Status"},
          {"apiVersion", "v1"},
          {"metadata", json::object{}},
          {"status", "Success"},
          {"details", std::move(details)}};
}

result<json::value> read_body(const request& x) {
  auto is = [&](std::string_view name) { return x.content_type.find(name) != std::string::npos; };
  std::string problem;
  if (is("application/vnd.kubernetes.protobuf")) {
    if (auto read = read_protobuf(x.body, problem))
      return *read;
    return unsupported_media_type(problem
                                  + "; send JSON or YAML (kubectl create ... --dry-run=client -o yaml | "
                                    "kubectl create -f -)");
  }
  // The code that applies patches checks their media types.
  if (x.method != "PATCH" && !x.content_type.empty() && !is("json") && !is("yaml"))
    return unsupported_media_type(x.content_type);
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 512; // a real API server takes a thousand levels; pod-like parts may be deep
  auto body = json::parse(x.body, error, {}, options);
  if (!error)
    return body;
  problem = error.message();
  if (is("yaml"))
    if (auto read = parse_yaml(x.body, problem))
      return *read;
  return bad_request("the object provided is unrecognized: couldn't get version/kind; json parse error: " + problem);
}

answer api::handle(const request& x, moment now) {
  call c{.asked = &x, .now = now, .what = parse_target(x.target)};
  if (auto found = discover(objects_->kinds(), c.what)) {
    if (x.method != "GET")
      return refuse(method_not_allowed());
    return {.content_type = found->content_type, .body = std::move(found->body)};
  }
  if (!takes_json(x.accept))
    return refuse(not_acceptable());
  return serve(c);
}

std::optional<api_error> api::check_words(const call& x) {
  auto unsupported = [&](std::string_view name, const std::vector<std::string>& known) -> std::optional<api_error> {
    auto word = x.what.parameter(name);
    if (word.empty() || std::find(known.begin(), known.end(), word) != known.end())
      return std::nullopt;
    return invalid("meta.k8s.io", "CreateOptions", "",
                   {unsupported_value(std::string{name}, json::string{word}, known)});
  };
  if (auto error = unsupported("dryRun", {"All"}))
    return error;
  return unsupported("fieldValidation", {"Ignore", "Strict", "Warn"});
}

answer api::serve(call& x) {
  auto& path = x.what.path;
  auto at = head_length(x.what);
  if (at == 0)
    return refuse(unknown_path());
  auto group = at == 2 ? std::string{} : path[1];
  auto& version = path[at - 1];
  if (group == "authorization.k8s.io" && x.asked->method == "POST")
    return allow_everything(*x.asked);
  if (leads_inside(path, at)) {
    x.ns = path[at + 1];
    at += 2;
  }
  x.kind = objects_->kinds().find(group, version, path[at]);
  if (!x.kind || (!x.ns.empty() && !x.kind->namespaced))
    return refuse(unknown_path());
  if (auto error = x.asked->method == "GET" ? std::nullopt : check_words(x))
    return refuse(*error);
  x.form = form_of(x.asked->accept);
  if (path.size() == at + 1)
    return serve_collection(x);
  x.name = path[at + 1];
  if (x.kind->namespaced && x.ns.empty())
    return refuse(unknown_path());
  if (path.size() == at + 2)
    return serve_object(x);
  x.part = path[at + 2];
  x.rest = join(path, at + 3);
  return serve_subresource(x);
}

answer api::serve_collection(call& x) {
  auto& method = x.asked->method;
  if (method == "GET")
    return x.what.flag("watch") ? start_watch(x) : list(x);
  if (method == "POST" && (!x.kind->namespaced || !x.ns.empty()))
    return create(x);
  if (method == "DELETE" && x.kind->resource() != "namespaces")
    return remove_all(x);
  return refuse(method_not_allowed());
}

answer api::serve_object(call& x) {
  auto& method = x.asked->method;
  if (method == "GET") {
    auto found = objects_->get(*x.kind, x.object());
    if (auto* error = failed(found))
      return refuse(*error);
    return {.body = present(*x.kind, std::get<object_ptr>(found), x.form, x.include(), true, x.now)};
  }
  if (method == "PUT")
    return replace(x, "");
  if (method == "PATCH")
    return patch(x, "");
  return method == "DELETE" ? remove(x) : refuse(method_not_allowed());
}

answer api::serve_subresource(call& x) {
  auto& method = x.asked->method;
  if (x.part == "scale" && x.kind->scale)
    return scale(x);
  if (x.part == "proxy" && (x.kind->plural == "pods" || x.kind->plural == "services"))
    return proxy(x);
  if (x.kind->resource() == "pods" && method == "POST" && (x.part == "binding" || x.part == "eviction"))
    return x.part == "binding" ? bind(x) : remove(x);
  if (x.kind->resource() == "pods" && x.part == "log" && method == "GET") {
    auto found = objects_->get(*x.kind, x.object());
    if (auto* error = failed(found))
      return refuse(*error);
    // A pod without a node has no log, not even an empty one.
    if (text_at(*std::get<object_ptr>(found), "spec.nodeName").empty())
      return {.status = 204, .content_type = "text/plain"};
    return {.content_type = "text/plain",
            .log = log_request{.ns = x.ns,
                               .pod = x.name,
                               .container = std::string{x.what.parameter("container")},
                               .previous = x.what.flag("previous"),
                               .follow = x.what.flag("follow"),
                               .tail_lines = x.what.number("tailLines")}};
  }
  if (x.kind->resource() == "pods" && (x.part == "exec" || x.part == "attach" || x.part == "portforward"))
    return refuse(not_offered(x.part));
  if (!(x.part == "status" && x.kind->has_status))
    return refuse(unknown_path());
  if (method == "GET") {
    x.part.clear();
    return serve_object(x);
  }
  if (method == "PUT")
    return replace(x, "status");
  return method == "PATCH" ? patch(x, "status") : refuse(method_not_allowed());
}

} // namespace local::model
