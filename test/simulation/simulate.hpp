// One run of the simulation: a user, the operator and a world with faults, then convergence without faults. Invariants
// are checked throughout, expectations at the end.
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

struct run_setup {
  uint64_t seed = 0;
  /// If set, these choices are replayed; afterwards the adversary stops.
  std::optional<std::vector<uint32_t>> record;
  /// The operator's decide function; mutants replace it.
  flink::decide_function decide = flink::decide;
  /// If set, this scenario runs instead, without faults except for `crash_at`.
  std::optional<simulation::scenario> scenario;
  /// The step at which the operator is killed.
  std::optional<uint64_t> crash_at;
  /// Kinds of faults that are never injected; literals.
  std::vector<std::string_view> without;
  /// Receives the lines of the trace.
  std::function<void(const std::string&)> trace;
};

struct outcome {
  /// The first violation; empty: the run passed.
  std::string failure;
  std::vector<choice> choices;
  uint64_t steps = 0;
  std::map<std::string, uint64_t> faults;
  /// Changes of the phase in the status.
  std::map<std::pair<std::string, std::string>, uint64_t> transitions;
  uint64_t operators = 0;
};

/// Simulates one run. The same setup gives the same outcome.
outcome simulate(const run_setup& setup);

} // namespace simulation
