// Source of all the adversary's choices: drawn from a seed and recorded, or replayed from a record. Index 0 always
// means that nothing interferes, so after the end of a record the adversary does nothing.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string_view>
#include <vector>

namespace simulation {

/// A choice that was made.
struct choice {
  std::string_view kind;
  uint32_t index = 0;
};

class choices {
public:
  /// Draws everything from `seed`.
  explicit choices(uint64_t seed) : random_{seed} {}

  /// Replays `record`, then always chooses 0. Kinds are not compared: a shortened record may lead elsewhere.
  explicit choices(std::vector<uint32_t> record) : record_{std::move(record)}, replaying_{true} {}

  /// Returns an index below `n`. `kind` must be a literal.
  uint32_t choose(std::string_view kind, uint32_t n);

  /// Returns true for about `permille` of 1000 calls, and counts a fault of this kind.
  bool strikes(std::string_view kind, uint32_t permille);

  /// Never injects faults of this kind.
  void forbid(std::string_view kind) { forbidden_.insert(kind); }

  /// Stops the adversary: from now on every choice is 0.
  void stop() { stopped_ = true; }

  const std::vector<choice>& made() const { return made_; }

  /// How many faults of each kind were injected.
  const std::map<std::string_view, uint64_t>& faults() const { return faults_; }

private:
  uint32_t take(std::string_view kind, uint32_t drawn);

  std::mt19937_64 random_;
  std::vector<uint32_t> record_;
  bool replaying_ = false;
  bool stopped_ = false;
  std::set<std::string_view> forbidden_;
  std::vector<choice> made_;
  std::map<std::string_view, uint64_t> faults_;
};

} // namespace simulation
