#include "local/model/api.hpp"

#include "local/model/api_call.hpp"
#include "local/model/discovery.hpp"

#include <algorithm>
#include <charconv>

namespace local::model {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_snapshots = 64;
// Watches without a limit of their own end after this, so that none lives for ever.
constexpr auto longest_watch = 30min;

presentation form_of(std::string_view accept) {
  if (accept.find("as=Table") != std::string_view::npos)
    return presentation::table;
  if (accept.find("as=PartialObjectMetadata") != std::string_view::npos)
    return presentation::metadata;
  return presentation::object;
}

std::string join(const std::vector<std::string>& parts, std::size_t first) {
  std::string text;
  for (auto i = first; i < parts.size(); ++i)
    text += (text.empty() ? "" : "/") + parts[i];
  return text;
}

/// Returns how many parts of the path name group and version, or 0 if it is no path of resources.
std::size_t head_length(const target& x) {
  if (x.path.size() >= 3 && x.path[0] == "api")
    return 2;
  return x.path.size() >= 4 && x.path[0] == "apis" ? 3 : 0;
}

/// Returns whether "namespaces/NAME/..." leads to objects inside the namespace.
bool leads_inside(const std::vector<std::string>& path, std::size_t at) {
  return path[at] == "namespaces" && path.size() > at + 2 && path[at + 2] != "status" && path[at + 2] != "finalize";
}

/// Everything is allowed to whoever is let in.
answer allow_everything(const request& x) {
  auto body = read_body(x);
  if (auto* error = failed(body))
    return refuse(*error);
  auto review = std::get<json::value>(std::move(body));
  make_object(review, "status")["allowed"] = true;
  return reply(review, 201);
}

std::string list_head(const kind_info& kind, presentation form) {
  if (form == presentation::metadata)
    return R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":)";
  return R"({"kind":")" + kind.kind + R"(List","apiVersion":")" + kind.api_version() + R"(","metadata":)";
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
  boost::system::error_code error;
  json::parse_options options;
  options.max_depth = 512; // a real API server takes a thousand levels; pod-like parts may be deep
  auto body = json::parse(x.body, error, {}, options);
  if (!error)
    return body;
  auto yaml = x.content_type.find("yaml") != std::string::npos;
  std::string problem = error.message();
  if (yaml)
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
  if (x.content_type.find("protobuf") != std::string::npos)
    return refuse(unsupported_media_type("only JSON and YAML are understood here"));
  return serve(c);
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
  if (method == "DELETE")
    return remove_all(x);
  return refuse(method_not_allowed());
}

answer api::serve_object(call& x) {
  auto& method = x.asked->method;
  if (method == "GET" && x.what.flag("watch")) {
    x.what.query.emplace_back("fieldSelector", "metadata.name=" + x.name);
    return start_watch(x);
  }
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
    return {.content_type = "text/plain",
            .log = log_request{.ns = x.ns,
                               .pod = x.name,
                               .container = std::string{x.what.parameter("container")},
                               .previous = x.what.flag("previous"),
                               .follow = x.what.flag("follow"),
                               .tail_lines = x.what.number("tailLines")}};
  }
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

result<std::vector<object_ptr>> api::select(call& x, std::string& continue_token, uint64_t& version,
                                            std::size_t& rest) {
  auto labels = parse_labels(x.what.parameter("labelSelector"));
  if (auto* error = failed(labels))
    return *error;
  auto fields = parse_fields(x.what.parameter("fieldSelector"), *x.kind);
  if (auto* error = failed(fields))
    return *error;
  selector wanted{std::get<0>(std::move(labels)), std::get<0>(std::move(fields))};
  snapshot page{.id = 0, .version = objects_->store().version(), .items = {}};
  std::size_t first = 0;
  if (auto token = std::string{x.what.parameter("continue")}; !token.empty()) {
    // A token is "snapshot-offset"; all pages of a list show the same moment.
    auto id = std::strtoull(token.c_str(), nullptr, 10);
    auto found = std::find_if(snapshots_.begin(), snapshots_.end(), [&](auto& y) { return y.id == id; });
    auto dash = token.find('-');
    if (found == snapshots_.end() || dash == std::string::npos)
      return expired("The provided continue parameter is too old to display a consistent list result. You can start a "
                     "new list without the continue parameter.");
    first = std::min<std::size_t>(std::strtoull(token.c_str() + dash + 1, nullptr, 10), found->items.size());
    page = *found;
  } else
    for (auto& [k, object] : objects_->store().all(x.kind->resource()))
      if ((x.ns.empty() || k.ns == x.ns) && wanted.matches(*object))
        page.items.push_back(object);
  auto limit = x.what.number("limit").value_or(0);
  auto last = limit > 0 ? std::min(page.items.size(), first + static_cast<std::size_t>(limit)) : page.items.size();
  rest = page.items.size() - last;
  version = page.version;
  std::vector<object_ptr> items(page.items.begin() + static_cast<std::ptrdiff_t>(first),
                                page.items.begin() + static_cast<std::ptrdiff_t>(last));
  if (rest > 0 && page.id == 0) {
    page.id = next_snapshot_++;
    if (snapshots_.size() >= most_snapshots)
      snapshots_.pop_front();
    snapshots_.push_back(page);
  }
  if (rest > 0)
    continue_token = std::to_string(page.id) + "-" + std::to_string(last);
  return items;
}

answer api::list(call& x) {
  std::string token;
  uint64_t version = 0;
  std::size_t rest = 0;
  auto selected = select(x, token, version, rest);
  if (auto* error = failed(selected))
    return refuse(*error);
  auto& items = std::get<0>(selected);
  json::object metadata{{"resourceVersion", std::to_string(version)}};
  if (!token.empty()) {
    metadata["continue"] = token;
    metadata["remainingItemCount"] = rest;
  }
  if (x.form == presentation::table)
    return reply(to_table(*x.kind, items, std::move(metadata), x.include(), true, x.now));
  // Put together as text: a list may hold megabytes, which need not be copied as values first.
  auto body = list_head(*x.kind, x.form) + json::serialize(metadata) + R"(,"items":[)";
  for (std::size_t i = 0; i < items.size(); ++i)
    body += (i == 0 ? "" : ",") + present(*x.kind, items[i], x.form, row_object::none, false, x.now);
  return {.body = body + "]}"};
}

answer api::start_watch(call& x) {
  if (x.what.flag("sendInitialEvents"))
    return refuse(invalid("meta.k8s.io", "ListOptions", "",
                          {forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for watch unless the "
                                                                "WatchList feature gate is enabled")}));
  auto labels = parse_labels(x.what.parameter("labelSelector"));
  if (auto* error = failed(labels))
    return refuse(*error);
  auto fields = parse_fields(x.what.parameter("fieldSelector"), *x.kind);
  if (auto* error = failed(fields))
    return refuse(*error);
  auto since = x.what.parameter("resourceVersion");
  std::optional<uint64_t> version;
  if (!since.empty() && since != "0") {
    uint64_t value = 0;
    if (std::from_chars(since.data(), since.data() + since.size(), value).ptr != since.data() + since.size())
      return refuse(bad_request("invalid resource version: \"" + std::string{since} + "\""));
    version = value;
  }
  auto seconds = x.what.number("timeoutSeconds").value_or(0);
  auto lasts = seconds > 0 ? std::chrono::milliseconds{std::chrono::seconds{seconds}} : longest_watch;
  watch_options options{.kind = x.kind,
                        .ns = x.ns,
                        .selector = {std::get<0>(std::move(labels)), std::get<0>(std::move(fields))},
                        .since = version,
                        .bookmarks = x.what.flag("allowWatchBookmarks"),
                        .form = x.form,
                        .include = x.include(),
                        .ends = x.now + lasts};
  return {.stream = std::make_shared<watch>(objects_->store(), std::move(options), x.now)};
}

} // namespace local::model
