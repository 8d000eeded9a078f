// Label and field selectors: read from a query, matched against objects.
#pragma once

#include "local/model/error.hpp"
#include "local/model/json.hpp"
#include "local/model/kinds/kinds.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace local::model {

/// What a label must be.
struct label_requirement {
  enum class relation {
    /// The label has one of the values.
    in,
    /// The label is missing or has none of the values.
    not_in,
    exists,
    missing,
    /// The value is an integer above or below the first of the values.
    greater,
    less,
  };
  std::string label;
  relation is = relation::exists;
  std::vector<std::string> values;
};

/// What a field must be or, with `equal` false, must not be.
struct field_requirement {
  std::string path;
  std::string value;
  bool equal = true;
};

/// Which objects a list or watch is about.
struct selector {
  std::vector<label_requirement> labels;
  std::vector<field_requirement> fields;

  /// Returns whether `object` matches.
  bool matches(const json::value& object) const;

  /// Returns whether every object matches.
  bool empty() const { return labels.empty() && fields.empty(); }
};

/// Reads a labelSelector, e.g. "a=b,c!=d,e in (f,g),h,!i".
result<std::vector<label_requirement>> parse_labels(std::string_view text);

/// Reads a fieldSelector, e.g. "metadata.name=a,status.phase!=Failed"; refuses fields that `kind` cannot be selected
/// by.
result<std::vector<field_requirement>> parse_fields(std::string_view text, const kind_info& kind);

/// Returns the requirements of a metav1.LabelSelector (matchLabels, matchExpressions).
std::vector<label_requirement> requirements_of(const json::value* label_selector);

/// Returns the labelSelector text of a metav1.LabelSelector.
std::string selector_text(const json::value* label_selector);

/// Returns whether the labels of `object` meet all requirements.
bool labels_match(const json::value& object, const std::vector<label_requirement>& requirements);

} // namespace local::model
