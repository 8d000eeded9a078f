// The result of a step.
#pragma once

namespace flink {

enum class [[nodiscard]] step_result {
  /// The goal is reached; the next step may begin.
  done,
  /// Not done yet. The necessary commands are sent, and the report contains what the application waits for.
  waiting,
  /// Impossible: the deploy has failed, and the pass has entered another phase.
  gave_up,
};

} // namespace flink
