#include "local/model/api/watch.hpp"

#include <algorithm>

namespace local::model {

namespace {

using namespace std::chrono_literals;

constexpr auto bookmark_interval = 60s; // as the real server does

void append(std::string& out, std::string_view type, std::string_view object) {
  out += R"({"type":")";
  out += type;
  out += R"(","object":)";
  out += object;
  out += "}\n";
}

} // namespace

watch::watch(const store& objects, watch_options options, moment now)
    : objects_{&objects}, options_{std::move(options)}, next_bookmark_{now + bookmark_interval} {
  // Changes between the request and the first take() must be sent exactly once.
  version_ = options_.since.value_or(objects.version());
}

std::string watch::take(moment now) {
  std::string out;
  if (ended_)
    return out;
  auto resource = options_.kind->resource();
  if (!started_ && !options_.since) {
    tell_everything(out, now);
    if (options_.marks_initial_end)
      tell_bookmark(out, true);
  }
  started_ = true;
  if (version_ < objects_->oldest(resource)) {
    tell_gone(out);
    return out;
  }
  objects_->each_after(resource, version_, [&](const change& x) { send(out, x, now); });
  version_ = objects_->version();
  auto ending = now >= options_.ends;
  if (options_.bookmarks && (now >= next_bookmark_ || ending))
    tell_bookmark(out);
  if (now >= next_bookmark_)
    next_bookmark_ = now + bookmark_interval;
  ended_ = ending;
  return out;
}

moment watch::due() const {
  return options_.bookmarks ? std::min(next_bookmark_, options_.ends) : options_.ends;
}

void watch::tell_everything(std::string& out, moment now) {
  for (auto& [k, object] : objects_->all(options_.kind->resource()))
    if ((options_.ns.empty() || k.ns == options_.ns) && concerned(object))
      send(out, "ADDED", object, now);
  version_ = objects_->version();
}

void watch::send(std::string& out, const change& x, moment now) {
  if (!options_.ns.empty() && x.key.ns != options_.ns)
    return;
  auto was = concerned(x.before);
  auto is = x.type != change_type::deleted && concerned(x.object);
  if (is)
    send(out, was ? "MODIFIED" : "ADDED", x.object, now);
  else if (was && x.type == change_type::deleted)
    send(out, "DELETED", x.object, now);
  else if (was) {
    // For this client the object is deleted, at the version of the change that removed it from the selection.
    auto last = *x.before;
    make_object(last, "metadata")["resourceVersion"] = std::to_string(x.version);
    send(out, "DELETED", std::make_shared<const json::value>(std::move(last)), now);
  }
}

void watch::send(std::string& out, std::string_view type, const object_ptr& object, moment now) {
  append(out, type, present(*options_.kind, object, options_.form, options_.include, !columns_told_, now));
  columns_told_ = true;
}

void watch::tell_gone(std::string& out) {
  auto text = "too old resource version: " + std::to_string(version_) + " ("
            + std::to_string(objects_->oldest(options_.kind->resource())) + ")";
  append(out, "ERROR", json::serialize(to_status(expired(text))));
  ended_ = true;
}

void watch::tell_bookmark(std::string& out, bool initial_end) {
  json::value x{{"kind", options_.kind->kind},
                {"apiVersion", options_.kind->api_version()},
                {"metadata", {{"resourceVersion", std::to_string(version_)}, {"creationTimestamp", nullptr}}}};
  if (initial_end)
    make_object(x, "metadata")["annotations"] = {{"k8s.io/initial-events-end", "true"}};
  append(out, "BOOKMARK", json::serialize(x));
}

bool watch::concerned(const object_ptr& object) const {
  return object && (options_.selector.empty() || options_.selector.matches(*object));
}

std::string present(const kind_info& kind, const object_ptr& object, presentation form, row_object include,
                    bool with_columns, moment now) {
  switch (form) {
  case presentation::object:
    return json::serialize(*object);
  case presentation::metadata:
    return json::serialize(json::value{
        {"kind", "PartialObjectMetadata"}, {"apiVersion", "meta.k8s.io/v1"}, {"metadata", object->at("metadata")}});
  case presentation::table: {
    json::object metadata{{"resourceVersion", text_at(*object, "metadata.resourceVersion")}};
    return json::serialize(to_table(kind, {object}, std::move(metadata), include, with_columns, now));
  }
  }
  return {};
}

} // namespace local::model
