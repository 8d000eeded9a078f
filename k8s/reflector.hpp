// Keeps a local store of one collection of objects up to date. Does no I/O: pass it what the API server sent and carry
// out what it returns.
//
// Flow: list all pages, watch from the version of the list, resume where a watch ended, and list again when the server
// has expired that version (410, as an answer or inside a stream).
//
// Guarantees:
// - A complete list replaces the store in one step; objects that it lacks are reported as removed.
// - The identity of an object is its key *and* its uid: a new object with the same name is a removal and an addition.
// - A known version of an object is not reported again.
// - After each failure the pause grows; Retry-After is honoured; the version is kept.
// - Versions are only compared for equality and sent back, never ordered.
//
// Assumptions: the caller keeps at most one call or pause open. do_list, do_watch and do_wait replace the one before,
// whose answers must not be passed any more. Caveat: events between two lists may be lost, so nothing may depend on a
// particular event.
#pragma once

#include "config/defaults.hpp"
#include "k8s/backoff.hpp"
#include "k8s/meta.hpp"
#include "k8s/watch_line.hpp"

#include <chrono>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace k8s {

namespace defaults = config::defaults;

/// Identity and version of an object.
struct object_identity {
  object_key key;
  const std::string& uid;
  const std::string& resource_version;
};

/// Returns the identity of an object with a member `metadata` (resources) or `head` (owned objects).
template <class T>
object_identity identity_of(const T& x) {
  if constexpr (requires { x.metadata; })
    return {key_of(x.metadata), x.metadata.uid, x.metadata.resource_version};
  else
    return {x.head.key, x.head.uid, x.head.resource_version};
}

// -- inputs: from the API server --------------------------------------------------------------------

/// One page of a list. Objects that cannot be decoded must be in it with their identity; otherwise they would be
/// reported as removed.
template <class T>
struct list_page {
  std::vector<std::shared_ptr<const T>> items;
  std::string resource_version;
  /// Empty on the last page.
  std::string continue_token;
};

/// One line of a watch, except errors.
template <class T>
struct watch_event {
  watch_type type = watch_type::bookmark;
  /// The object; absent in a bookmark.
  std::shared_ptr<const T> object;
  std::string resource_version;
};

/// A call was rejected or lost, or an ERROR event or an invalid line has ended a watch.
struct call_failed {
  /// HTTP status code, or the code of the event; 0 without an answer or after an invalid line.
  int code = 0;
  /// Value of Retry-After.
  std::optional<std::chrono::milliseconds> retry_after;
};

/// A watch has ended normally: its time was over, or the server closed the stream.
struct watch_closed {};

/// The pause of do_wait is over.
struct pause_over {};

/// Any input of a reflector.
template <class T>
using reflector_input = std::variant<list_page<T>, watch_event<T>, call_failed, watch_closed, pause_over>;

// -- outputs: requests and changes -------------------------------------------------------

/// Request a page of the list.
struct do_list {
  /// Empty for the first page.
  std::string continue_token;
  bool operator==(const do_list&) const = default;
};

/// Open a watch with bookmarks. Its connection may be silent for a few seconds longer than its timeout.
struct do_watch {
  std::string resource_version;
  /// Value of the parameter timeoutSeconds.
  std::chrono::seconds timeout{};
  bool operator==(const do_watch&) const = default;
};

/// Pass `pause_over` after the delay.
struct do_wait {
  std::chrono::milliseconds delay{};
  bool operator==(const do_wait&) const = default;
};

/// Read the credentials again before the next call.
struct reload_credentials {
  bool operator==(const reload_credentials&) const = default;
};

/// An object was added or has changed.
template <class T>
struct upserted {
  std::shared_ptr<const T> object;
  /// Its previous version; null if it was added.
  std::shared_ptr<const T> previous;
};

/// An object was removed.
template <class T>
struct removed {
  /// Its last known version.
  std::shared_ptr<const T> object;
};

/// The store is complete. Follows every list.
struct synced {
  bool operator==(const synced&) const = default;
};

/// Any output of a reflector. Carry outputs out in order.
template <class T>
using reflector_output = std::variant<do_list, do_watch, do_wait, reload_credentials, upserted<T>, removed<T>, synced>;

/// The state machine described at the top of this file.
template <class T>
class reflector {
public:
  using clock = backoff::clock;
  using object_ptr = std::shared_ptr<const T>;
  using input = reflector_input<T>;
  using output = reflector_output<T>;
  using outputs = std::vector<output>;
  using store = std::map<object_key, object_ptr>;

  explicit reflector(unit_random random) : random_{random}, backoff_{std::move(random)} {}

  /// Returns the first outputs.
  outputs start() { return relist(); }

  /// Handles one input and returns the outputs.
  outputs step(const input& x, clock::time_point now) {
    return std::visit([&](const auto& y) { return on(y, now); }, x);
  }

  /// Returns the store: the last complete list and the events since.
  const store& objects() const { return objects_; }

  /// Returns true after the first complete list.
  bool has_synced() const { return has_synced_; }

private:
  enum class state { idle, listing, watching, pausing_before_list, pausing_before_watch };

  static constexpr int unauthorized = 401;
  static constexpr int gone = 410;

  outputs on(const list_page<T>& x, clock::time_point now) {
    if (state_ != state::listing)
      return {};
    reloaded_ = false;
    for (auto& object : x.items)
      incoming_.insert_or_assign(identity_of(*object).key, object);
    if (!x.continue_token.empty())
      return {do_list{x.continue_token}};
    if (x.resource_version.empty())
      return pause(state::pausing_before_list, now);
    outputs out;
    replace_store(out);
    resource_version_ = x.resource_version;
    has_synced_ = true;
    out.push_back(synced{});
    out.push_back(watch(now));
    return out;
  }

  outputs on(const watch_event<T>& x, clock::time_point now) {
    if (state_ != state::watching)
      return {};
    if (x.type == watch_type::error)
      return on(call_failed{}, now);
    // Without a version the watch cannot be resumed.
    if (x.resource_version.empty())
      return pause(state::pausing_before_list, now);
    reloaded_ = false;
    watch_delivered_ = true;
    resource_version_ = x.resource_version;
    outputs out;
    if (x.object && x.type == watch_type::deleted)
      erase(x.object, out);
    else if (x.object && x.type != watch_type::bookmark)
      upsert(x.object, out);
    return out;
  }

  outputs on(const call_failed& x, clock::time_point now) {
    if (state_ != state::listing && state_ != state::watching)
      return {};
    if (x.code == unauthorized && !std::exchange(reloaded_, true))
      return retry_with_new_credentials(now);
    had_failure_ = true;
    // A continue token expires, so a list that failed starts again.
    auto list_again = state_ == state::listing || x.code == gone;
    return pause(list_again ? state::pausing_before_list : state::pausing_before_watch, now, x.retry_after);
  }

  outputs on(const watch_closed&, clock::time_point now) {
    if (state_ != state::watching)
      return {};
    if (!watch_delivered_ && now - watch_began_ < defaults::shortest_watch)
      return pause(state::pausing_before_watch, now);
    reloaded_ = false;
    return {watch(now)};
  }

  outputs on(const pause_over&, clock::time_point now) {
    if (state_ == state::pausing_before_list)
      return relist();
    if (state_ == state::pausing_before_watch)
      return {watch(now)};
    return {};
  }

  outputs relist() {
    incoming_.clear();
    state_ = state::listing;
    return {do_list{}};
  }

  outputs retry_with_new_credentials(clock::time_point now) {
    outputs out{reload_credentials{}};
    if (state_ == state::watching)
      out.push_back(watch(now));
    else
      out.push_back(relist().front());
    return out;
  }

  do_watch watch(clock::time_point now) {
    state_ = state::watching;
    watch_began_ = now;
    watch_delivered_ = false;
    if (std::exchange(had_failure_, false))
      return {resource_version_, between(defaults::trial_watch_time, defaults::trial_watch_time_spread)};
    return {resource_version_, between(defaults::watch_time, defaults::watch_time_spread)};
  }

  std::chrono::seconds between(std::chrono::seconds least, std::chrono::seconds spread) {
    return least + std::chrono::seconds{static_cast<int64_t>(static_cast<double>(spread.count()) * random_())};
  }

  outputs pause(state next, clock::time_point now, std::optional<std::chrono::milliseconds> retry_after = {}) {
    state_ = next;
    auto delay = backoff_.next(now);
    return {do_wait{std::max(delay, std::min(retry_after.value_or(delay), defaults::retry_after_longest))}};
  }

  void replace_store(outputs& out) {
    auto before = std::exchange(objects_, {});
    // Objects that the new list lacks were deleted between the watches.
    for (auto& [key, object] : before)
      if (!incoming_.contains(key))
        out.push_back(removed<T>{object});
    for (auto& [key, object] : incoming_) {
      auto i = before.find(key);
      emit_change(i == before.end() ? nullptr : i->second, object, out);
    }
    objects_ = std::exchange(incoming_, {});
  }

  void upsert(const object_ptr& object, outputs& out) {
    auto previous = std::exchange(objects_[identity_of(*object).key], object);
    emit_change(previous, object, out);
  }

  void erase(const object_ptr& object, outputs& out) {
    auto i = objects_.find(identity_of(*object).key);
    if (i == objects_.end() || identity_of(*i->second).uid != identity_of(*object).uid)
      return;
    objects_.erase(i);
    out.push_back(removed<T>{object});
  }

  static void emit_change(const object_ptr& before, const object_ptr& now, outputs& out) {
    if (!before)
      return out.push_back(upserted<T>{now, nullptr});
    auto old_identity = identity_of(*before);
    auto identity = identity_of(*now);
    if (old_identity.uid != identity.uid) {
      out.push_back(removed<T>{before});
      out.push_back(upserted<T>{now, nullptr});
    } else if (old_identity.resource_version != identity.resource_version) {
      out.push_back(upserted<T>{now, before});
    }
  }

  state state_ = state::idle;
  store objects_;
  /// Objects of the list in progress.
  store incoming_;
  std::string resource_version_;
  clock::time_point watch_began_{};
  bool watch_delivered_ = false;
  bool has_synced_ = false;
  /// The credentials were reloaded, and no call has succeeded since.
  bool reloaded_ = false;
  bool had_failure_ = false;
  unit_random random_;
  backoff backoff_;
};

} // namespace k8s
