#include "k8s/event.hpp"

#include "config/defaults.hpp"
#include "k8s/json/codec.hpp"
#include "k8s/json/utf8.hpp"

#include <array>
#include <charconv>

namespace k8s {

namespace defaults = config::defaults;

namespace wire {

struct event_meta {
  std::string name;
  std::string namespace_;
};
BOOST_DESCRIBE_STRUCT(event_meta, (), (name, namespace_))

struct involved_object {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string namespace_;
  std::string uid;
  std::string resource_version;
};
BOOST_DESCRIBE_STRUCT(involved_object, (), (api_version, kind, name, namespace_, uid, resource_version))

struct event_source {
  std::string component;
};
BOOST_DESCRIBE_STRUCT(event_source, (), (component))

struct event {
  std::string api_version = "v1";
  std::string kind = "Event";
  event_meta metadata;
  wire::involved_object involved_object;
  std::string type;
  std::string reason;
  std::string message;
  event_source source;
  std::string reporting_component;
  std::string first_timestamp;
  std::string last_timestamp;
  int64_t count = 1;
};
BOOST_DESCRIBE_STRUCT(event, (),
                      (api_version, kind, metadata, involved_object, type, reason, message, source, reporting_component,
                       first_timestamp, last_timestamp, count))

struct repetition {
  std::string last_timestamp;
  int64_t count = 1;
};
BOOST_DESCRIBE_STRUCT(repetition, (), (last_timestamp, count))

} // namespace wire

namespace {

/// Computes FNV-1a: an event's name must be the same after a restart and in every build.
uint64_t hash(std::string_view text, uint64_t from = 0xcbf29ce484222325U) {
  for (auto c : text)
    from = (from ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
  return from;
}

std::string cut(std::string text) {
  if (text.size() <= defaults::event_message)
    return text;
  return text.substr(0, json::character_boundary(text, defaults::event_message - 3)) + "...";
}

/// Returns the namespace of an event: "default" for objects without a namespace, as in client-go.
std::string namespace_of(const event_subject& x) {
  return x.key.ns.empty() ? "default" : x.key.ns;
}

std::string body_of(const event_subject& subject, const occurrence& what, wall_time first, wall_time last,
                    int64_t count) {
  wire::event x;
  x.metadata = {event_name(subject, what), namespace_of(subject)};
  x.involved_object
      = {api_version(subject.type), std::string{subject.type.kind}, subject.key.name, subject.key.ns, subject.uid,
         subject.resource_version};
  x.type = what.type == event_type::Normal ? "Normal" : "Warning";
  x.reason = what.reason;
  x.message = cut(what.message);
  x.source.component = field_manager;
  x.reporting_component = field_manager;
  x.first_timestamp = format_time(first);
  x.last_timestamp = format_time(last);
  x.count = count;
  return json::write(x);
}

} // namespace

std::string event_name(const event_subject& subject, const occurrence& what) {
  // The separators keep ("ab", "c") and ("a", "bc") apart.
  auto value = hash(subject.uid + '\n' + what.reason + '\n' + what.message,
                    hash(what.type == event_type::Normal ? "Normal" : "Warning"));
  std::array<char, 16> digits{};
  auto [end, error] = std::to_chars(digits.data(), digits.data() + digits.size(), value, 16);
  // The API server accepts names of at most 253 characters.
  return subject.key.name.substr(0, 236) + '.' + std::string{digits.data(), end};
}

std::optional<event_write> event_aggregator::note(const event_subject& subject, const occurrence& what, wall_time wall,
                                                  clock::time_point now) {
  forget_old(now);
  auto& memory = subjects_
                     .try_emplace(subject.uid,
                                  event_aggregator::memory{
                                      token_bucket{defaults::events_per_second, defaults::event_burst}, {}, now})
                     .first->second;
  memory.last = now;
  auto name = event_name(subject, what);
  if (memory.all.size() >= defaults::event_most_series && !memory.all.contains(name))
    memory.all.clear();
  auto& series = memory.all[name];
  if (series.count == 0 || now - series.last > defaults::event_series)
    series = {wall, now, 0, false};
  series.last = now;
  ++series.count;
  if (!memory.bucket.take(now)) {
    ++dropped_;
    return std::nullopt;
  }
  auto created = create(events, namespace_of(subject), body_of(subject, what, series.first, wall, series.count));
  auto patched = merge_patch(events, {namespace_of(subject), name},
                             json::write(wire::repetition{format_time(wall), series.count}));
  auto known = std::exchange(series.written, true);
  return known ? event_write{std::move(patched), std::move(created)}
               : event_write{std::move(created), std::move(patched)};
}

void event_aggregator::forget_old(clock::time_point now) {
  if (now < next_sweep_)
    return;
  next_sweep_ = now + defaults::event_series;
  std::erase_if(subjects_, [&](auto& x) { return now - x.second.last > defaults::event_memory; });
  for (auto& [uid, memory] : subjects_)
    std::erase_if(memory.all, [&](auto& x) { return now - x.second.last > defaults::event_series; });
}

} // namespace k8s
