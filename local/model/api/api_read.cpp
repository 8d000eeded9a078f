// Lists and watches.
#include "local/model/api/api.hpp"
#include "local/model/api/api_call.hpp"

#include <algorithm>
#include <charconv>

namespace local::model {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t most_snapshots = 64;
// Watches without a timeout end after this, so that none runs forever.
constexpr auto longest_watch = 30min;

std::string list_head(const kind_info& kind, presentation form) {
  if (form == presentation::metadata)
    return R"({"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1","metadata":)";
  return R"({"kind":")" + kind.kind + R"(List","apiVersion":")" + kind.api_version() + R"(","metadata":)";
}

template <class T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && rest == text.data() + text.size() ? std::optional{value} : std::nullopt;
}

api_error invalid_option(cause x) {
  return invalid("meta.k8s.io", "ListOptions", "", {std::move(x)});
}

/// Returns the error in the resourceVersionMatch parameter, if any.
std::optional<api_error> check_match(const target& what) {
  auto word = what.parameter("resourceVersionMatch");
  auto version = what.parameter("resourceVersion");
  auto watching = what.flag("watch");
  auto initial = !what.parameter("sendInitialEvents").empty();
  if (initial && !watching)
    return invalid_option(forbidden_field("sendInitialEvents", "sendInitialEvents is forbidden for list"));
  if (initial && word != "NotOlderThan")
    return invalid_option(forbidden_field("resourceVersionMatch",
                                          "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
  if (word.empty() || initial)
    return std::nullopt;
  if (watching)
    return invalid_option(forbidden_field("resourceVersionMatch",
                                          "resourceVersionMatch is forbidden for watch unless sendInitialEvents "
                                          "is provided"));
  if (version.empty())
    return invalid_option(forbidden_field("resourceVersionMatch", "resourceVersionMatch is forbidden unless "
                                                                  "resourceVersion is provided"));
  if (word != "Exact" && word != "NotOlderThan")
    return invalid_option(unsupported_value("resourceVersionMatch", json::string{word}, {"Exact", "NotOlderThan", ""}));
  if (word == "Exact" && version == "0")
    return invalid_option(forbidden_field("resourceVersionMatch", "resourceVersionMatch \"Exact\" is forbidden for "
                                                                  "resourceVersion \"0\""));
  return std::nullopt;
}

/// Reads the version that a client requests; 0 means any.
result<uint64_t> read_version(const target& what) {
  auto text = what.parameter("resourceVersion");
  if (text.empty())
    return uint64_t{0};
  if (auto value = whole_number<uint64_t>(text))
    return *value;
  return bad_request("invalid resource version: \"" + std::string{text} + "\"");
}

} // namespace

std::optional<api_error> api::check_list(const call& x) const {
  if (auto error = check_match(x.what))
    return error;
  auto read = read_version(x.what);
  if (auto* error = failed(read))
    return *error;
  auto wanted = std::get<uint64_t>(read);
  auto present = objects_->store().version();
  if (wanted != 0 && !x.what.parameter("continue").empty())
    return bad_request("specifying resource version is not allowed when using continue");
  if (wanted > present)
    return api_error{.code = 504,
                     .reason = "Timeout",
                     .message = "Too large resource version: " + std::to_string(wanted)
                              + ", current: " + std::to_string(present),
                     .retry_after = 1};
  // The server keeps no older states; the client may request the present one instead.
  if (x.what.parameter("resourceVersionMatch") == "Exact" && wanted != present)
    return expired("The resourceVersion for the provided list is too old.");
  return std::nullopt;
}

/// A token is "snapshot-offset"; all pages of a list show the same moment.
result<api::page> api::next_page(std::string_view token) const {
  auto dash = token.find('-');
  auto id = whole_number<uint64_t>(token.substr(0, dash));
  auto first = dash == std::string_view::npos ? std::nullopt : whole_number<std::size_t>(token.substr(dash + 1));
  if (!id || !first)
    return bad_request("continue key is not valid: \"" + std::string{token} + "\"");
  auto found = std::find_if(snapshots_.begin(), snapshots_.end(), [&](auto& y) { return y.id == *id; });
  if (found == snapshots_.end())
    return expired("The provided continue parameter is too old to display a consistent list result. You can start a "
                   "new list without the continue parameter.");
  return page{*found, std::min(*first, found->items.size())};
}

result<api::selection> api::select(call& x) {
  auto labels = parse_labels(x.what.parameter("labelSelector"));
  if (auto* error = failed(labels))
    return *error;
  auto fields = parse_fields(x.what.parameter("fieldSelector"), *x.kind);
  if (auto* error = failed(fields))
    return *error;
  selector wanted{std::get<0>(std::move(labels)), std::get<0>(std::move(fields))};
  page from{{.id = 0, .version = objects_->store().version(), .items = {}}, 0};
  if (auto token = x.what.parameter("continue"); !token.empty()) {
    auto next = next_page(token);
    if (auto* error = failed(next))
      return *error;
    from = std::get<page>(std::move(next));
  } else
    for (auto& [k, object] : objects_->store().all(x.kind->resource()))
      if ((x.ns.empty() || k.ns == x.ns) && wanted.matches(*object))
        from.shown.items.push_back(object);
  auto& all = from.shown.items;
  auto limit = x.what.number("limit").value_or(0);
  auto last = limit > 0 ? std::min(all.size(), from.first + static_cast<std::size_t>(limit)) : all.size();
  selection chosen{
      .items = {all.begin() + static_cast<std::ptrdiff_t>(from.first), all.begin() + static_cast<std::ptrdiff_t>(last)},
      .version = from.shown.version,
      .continue_token = {},
      .rest = wanted.empty() ? all.size() - last : 0};
  if (last == all.size())
    return chosen;
  if (from.shown.id == 0) {
    from.shown.id = next_snapshot_++;
    if (snapshots_.size() >= most_snapshots)
      snapshots_.pop_front();
    snapshots_.push_back(from.shown);
  }
  chosen.continue_token = std::to_string(from.shown.id) + "-" + std::to_string(last);
  return chosen;
}

answer api::list(call& x) {
  if (auto error = check_list(x))
    return refuse(*error);
  auto selected = select(x);
  if (auto* error = failed(selected))
    return refuse(*error);
  auto& chosen = std::get<selection>(selected);
  json::object metadata{{"resourceVersion", std::to_string(chosen.version)}};
  if (!chosen.continue_token.empty())
    metadata["continue"] = chosen.continue_token;
  if (chosen.rest > 0)
    metadata["remainingItemCount"] = chosen.rest;
  if (x.form == presentation::table)
    return reply(to_table(*x.kind, chosen.items, std::move(metadata), x.include(), true, x.now));
  // Built as text: a list may have megabytes, and copying values first would cost more.
  auto body = list_head(*x.kind, x.form) + json::serialize(metadata) + R"(,"items":[)";
  for (std::size_t i = 0; i < chosen.items.size(); ++i)
    body += (i == 0 ? "" : ",") + present(*x.kind, chosen.items[i], x.form, row_object::none, false, x.now);
  return {.body = body + "]}"};
}

answer api::start_watch(call& x) {
  if (auto error = check_match(x.what))
    return refuse(*error);
  auto labels = parse_labels(x.what.parameter("labelSelector"));
  if (auto* error = failed(labels))
    return refuse(*error);
  auto fields = parse_fields(x.what.parameter("fieldSelector"), *x.kind);
  if (auto* error = failed(fields))
    return refuse(*error);
  auto read = read_version(x.what);
  if (auto* error = failed(read))
    return refuse(*error);
  auto since = std::get<uint64_t>(read);
  auto initial = x.what.flag("sendInitialEvents");
  auto seconds = x.what.number("timeoutSeconds").value_or(0);
  auto lasts = seconds > 0 ? std::chrono::milliseconds{std::chrono::seconds{seconds}} : longest_watch;
  watch_options options{.kind = x.kind,
                        .ns = x.ns,
                        .selector = {std::get<0>(std::move(labels)), std::get<0>(std::move(fields))},
                        .since = since != 0 && !initial ? std::optional{since} : std::nullopt,
                        .bookmarks = x.what.flag("allowWatchBookmarks"),
                        .marks_initial_end = initial,
                        .form = x.form,
                        .include = x.include(),
                        .ends = x.now + lasts};
  return {.stream = std::make_shared<watch>(objects_->store(), std::move(options), x.now)};
}

} // namespace local::model
