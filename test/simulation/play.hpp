// One run of the simulation: a user, an operator and a world full of troubles, then peace; and what has to be true
// meanwhile and in the end.
#pragma once

#include "flink/lifecycle/decide.hpp"
#include "test/simulation/choices.hpp"
#include "test/simulation/user/user.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace simulation {

struct play_setup {
  uint64_t seed = 0;
  /// If set, these choices are replayed and the adversary rests afterwards.
  std::optional<std::vector<uint32_t>> record;
  /// What the operator decides by; mutants go here.
  flink::decide_function decide = flink::decide;
  /// If set, this is played instead, and nothing goes wrong but that the operator is killed at one step.
  std::optional<simulation::plot> plot;
  std::optional<uint64_t> crash_at;
  /// Kinds of faults that never strike; literals.
  std::vector<std::string_view> without;
  /// Takes the lines of a readable trace.
  std::function<void(const std::string&)> trace;
};

struct outcome {
  /// Empty: all was well.
  std::string complaint;
  std::vector<choice> choices;
  uint64_t steps = 0;
  std::map<std::string, uint64_t> faults;
  /// Phases that followed each other in the status.
  std::map<std::pair<std::string, std::string>, uint64_t> transitions;
  uint64_t operators = 0;
};

/// Plays one run. The same setup gives the same outcome.
outcome play(const play_setup& setup);

} // namespace simulation
