// Every reason that conditions, events and status.reason may carry: its meaning and the remedy.
// A test keeps the tables of docs/operations.md equal to reason_table.hpp. The use of a reason that the table does not
// list for that use does not compile.
#pragma once

#include "flink/resource/reason_table.hpp"

#include <string>
#include <string_view>

namespace flink {

/// Returns the reason as users read it, e.g. "SavepointSlow".
std::string_view name_of(reason x);

/// Returns whether the table describes a reason for this use.
constexpr bool is_described(reason what, reason_use use) {
  for (auto& row : reason_table)
    if (row.what == what && row.use == use)
      return true;
  return false;
}

/// Severity of what a reason reports, by its use.
enum class severity {
  /// Everything works as planned.
  normal,
  /// Deserves attention, but blocks nothing.
  warning,
  /// The application cannot continue until somebody or something removes the cause.
  blocked,
  /// A deploy has ended without success.
  failed,
};

constexpr severity severity_of(reason_use use) {
  switch (use) {
  case reason_use::wait:
  case reason_use::event:
    return severity::normal;
  case reason_use::warning:
    return severity::warning;
  case reason_use::blocked:
    return severity::blocked;
  case reason_use::failed_deploy:
    return severity::failed;
  }
  return severity::normal;
}

/// Returns the section of docs/ that explains reasons of this use, e.g. "operations.md#troubles".
std::string_view documentation_of(reason_use use);

/// A reason for one use. Made from a `reason` at compile time, which fails unless the table describes it for that use.
template <reason_use Use>
class reason_for {
public:
  consteval reason_for(reason what) : what_{what} {
    if (!is_described(what, Use))
      throw "flink/resource/reason_table.hpp does not describe this reason for this use";
  }

  constexpr reason value() const { return what_; }
  std::string name() const { return std::string{name_of(what_)}; }

private:
  reason what_;
};

using wait_reason = reason_for<reason_use::wait>;
using blocked_reason = reason_for<reason_use::blocked>;
using failed_deploy_reason = reason_for<reason_use::failed_deploy>;
using event_reason = reason_for<reason_use::event>;
using warning_reason = reason_for<reason_use::warning>;

} // namespace flink
