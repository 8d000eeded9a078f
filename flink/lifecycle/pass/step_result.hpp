// What a function returns that acts towards a goal.
#pragma once

namespace flink {

enum class [[nodiscard]] step_result {
  /// The goal is reached; the next step may begin.
  done,
  /// Not yet. What is missing has been sent, and the report says what the application waits for.
  waiting,
  /// It cannot be reached: the deploy has failed, and the pass has entered another phase.
  gave_up,
};

} // namespace flink
