// One watch of one client: reads the store's history at its own pace.
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

/// In which form a client wants objects.
enum class presentation {
  object,
  metadata,
  table,
};

/// What a watch is about and how it is told.
struct watch_options {
  kind_ptr kind;
  /// Empty means all namespaces.
  std::string ns;
  model::selector selector;
  /// Changes after this version are told; an empty optional tells first of everything that is there.
  std::optional<uint64_t> since;
  bool bookmarks = false;
  /// A bookmark says where the telling of what is there ends.
  bool marks_initial_end = false;
  presentation form = presentation::object;
  row_object include = row_object::metadata;
  /// The watch ends in order at this time.
  moment ends;
};

class watch {
public:
  /// `objects` must outlive the watch.
  watch(const store& objects, watch_options options, moment now);

  /// Returns what is to be sent now: JSON texts, each ended by a line feed.
  std::string take(moment now);

  /// Returns whether nothing will come any more.
  bool ended() const { return ended_; }

  /// When take() has something to do even if nothing changes.
  moment due() const;

private:
  void tell_everything(std::string& out, moment now);
  void tell(std::string& out, const change& x, moment now);
  void tell(std::string& out, std::string_view type, const object_ptr& object, moment now);
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
