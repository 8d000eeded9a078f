// The options of Flink that the operator owns: an entry of the user has no effect. The renderer sets or erases them,
// warnings name the remedy, and the spec hash and the comparison with a cluster of the Go operator ignore them.
#pragma once

#include "flink/resource/spec.hpp"
#include "flink/resource/version.hpp"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace flink {

struct owned_option {
  std::string_view key;
  /// The field of the spec that sets it, or why there is none.
  std::string_view remedy;
  /// Computes the value from fields of the spec. Null: the cluster determines the value, or the entry is erased because
  /// it is another name of an option that is set.
  std::string (*value)(const spec&) = nullptr;
  /// Flink does not know the option since this version, so it is erased there. Absent: all versions know it.
  std::optional<version> until;
  /// Owned only where high availability is configured. Without it Flink does not read the option, unless the image
  /// itself configures high availability; then the user's entry is needed.
  bool with_ha = false;
  /// The Go operator sets it from the same field.
  bool set_by_go_operator = false;
  /// Release 0.1.0 counted it into the spec hash, which must not change.
  bool in_hash = false;
};

/// Returns all of them, sorted by key.
std::span<const owned_option> owned_options();

/// Returns the entry of a key; null if the option is the user's.
const owned_option* find_owned(std::string_view key);

} // namespace flink
