// Tables: what `kubectl get` prints, computed by the server.
#pragma once

#include "local/model/json.hpp"
#include "local/model/kinds/kinds.hpp"
#include "local/model/moment.hpp"

#include <vector>

namespace local::model {

/// How much of each object its row includes.
enum class row_object {
  none,
  metadata,
  full,
};

/// Returns a meta.k8s.io/v1 Table. `metadata` is the list's own; column definitions may be left out in later
/// events of a watch.
json::value to_table(const kind_info& kind, const std::vector<object_ptr>& objects, json::value metadata,
                     row_object include, bool with_columns, moment now);

} // namespace local::model
