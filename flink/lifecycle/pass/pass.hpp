// The top layer of a pass: one run of decide() from a situation to a decision.
#pragma once

#include "flink/lifecycle/pass/queries.hpp"

namespace flink {

class pass : public queries {
public:
  using queries::queries;

  /// Completes the status (health, conditions, times) and returns the decision. The pass ends with it.
  decision finish();
};

} // namespace flink
