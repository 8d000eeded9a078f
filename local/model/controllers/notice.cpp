#include "local/model/controllers/notice.hpp"

#include <vector>

namespace local::model {

namespace {

using namespace std::chrono_literals;

constexpr auto event_lifetime = 1h; // as the real server keeps them

/// FNV-1a: equal texts give equal names in every run and on every machine.
uint64_t hash(std::string_view text) {
  uint64_t value = 14695981039346656037u;
  for (auto c : text)
    value = (value ^ static_cast<unsigned char>(c)) * 1099511628211u;
  return value;
}

std::string event_name(const json::value& object, const notice& x) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text{text_at(object, "metadata.uid")};
  auto bits = hash(text + x.reason + x.message);
  std::string name{text_at(object, "metadata.name")};
  name += '.';
  for (int i = 0; i < 16; ++i, bits >>= 4)
    name += digits[bits & 15];
  return name;
}

} // namespace

void post_notice(resources& objects, const json::value& object, const notice& x, moment now) {
  std::string ns{text_at(object, "metadata.namespace")};
  auto name = event_name(object, x);
  auto kind = objects.kinds().find("", "v1", "events");
  auto time = to_rfc3339(now);
  write_call call{.now = now};
  if (auto known = objects.store().get("events", {ns, name})) {
    auto again = *known;
    again.get_object()["count"] = integer_at(again, "count") + 1;
    again.get_object()["lastTimestamp"] = time;
    (void)objects.update(*kind, {ns, name}, "", std::move(again), call);
    return;
  }
  json::object about{{"kind", text_at(object, "kind")},
                     {"apiVersion", text_at(object, "apiVersion")},
                     {"namespace", ns},
                     {"name", text_at(object, "metadata.name")},
                     {"uid", text_at(object, "metadata.uid")}};
  json::value event{{"metadata", {{"name", name}}},
                    {"involvedObject", std::move(about)},
                    {"type", x.type},
                    {"reason", x.reason},
                    {"message", x.message},
                    {"source", {{"component", x.component}}},
                    {"firstTimestamp", time},
                    {"lastTimestamp", time},
                    {"count", 1}};
  (void)objects.create(*kind, ns, std::move(event), call);
}

json::value owner_reference(const json::value& owner, std::string_view api_version, std::string_view kind) {
  return {{"apiVersion", api_version},
          {"kind", kind},
          {"name", text_at(owner, "metadata.name")},
          {"uid", text_at(owner, "metadata.uid")},
          {"controller", true},
          {"blockOwnerDeletion", true}};
}

void drop_old_events(resources& objects, moment now) {
  std::vector<key> old;
  for (auto& [k, event] : objects.store().all("events")) {
    auto last = parse_rfc3339(text_at(*event, "lastTimestamp"));
    if (!last)
      last = parse_rfc3339(text_at(*event, "metadata.creationTimestamp"));
    if (last && now - *last > event_lifetime)
      old.push_back(k);
  }
  for (auto& k : old)
    objects.store().remove("events", k);
}

} // namespace local::model
