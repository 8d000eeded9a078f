// One watch of one client: reads the store's history independently of the others.
#pragma once

#include "local/model/api/table.hpp"
#include "local/model/kinds/kinds.hpp"
#include "local/model/kinds/selectors.hpp"
#include "local/model/moment.hpp"
#include "local/model/store.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace local::model {

/// The format in which a client wants objects.
enum class presentation {
  object,
  metadata,
  table,
};

/// What a watch selects, and the format of its events.
struct watch_options {
  kind_ptr kind;
  /// Empty means all namespaces.
  std::string ns;
  model::selector selector;
  /// Sends changes after this version; nullopt sends all present objects first.
  std::optional<uint64_t> since;
  bool bookmarks = false;
  /// Sends a bookmark after the present objects.
  bool marks_initial_end = false;
  presentation form = presentation::object;
  row_object include = row_object::metadata;
  /// The watch ends normally at this time.
  moment ends;
};

class watch {
public:
  /// `objects` must outlive the watch.
  watch(const store& objects, watch_options options, moment now);

  /// Returns the events to send now: JSON texts, each followed by a line feed.
  std::string take(moment now);

  /// Returns whether the watch has ended.
  bool ended() const { return ended_; }

  /// Returns when take() is due without a change.
  moment due() const;

private:
  void tell_everything(std::string& out, moment now);
  void send(std::string& out, const change& x, moment now);
  void send(std::string& out, std::string_view type, const object_ptr& object, moment now);
  void tell_gone(std::string& out);
  void tell_bookmark(std::string& out, bool initial_end = false);
  bool concerned(const object_ptr& object) const;

  const store* objects_;
  watch_options options_;
  uint64_t version_ = 0;
  moment next_bookmark_;
  bool started_ = false;
  bool ended_ = false;
  bool columns_told_ = false;
};

/// Returns an object as a client wants to see it.
std::string present(const kind_info& kind, const object_ptr& object, presentation form, row_object include,
                    bool with_columns, moment now);

} // namespace local::model
