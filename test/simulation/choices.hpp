// Where every choice of the adversary comes from: drawn from a seed and recorded, or replayed from a record. Index 0
// is always what happens when nobody interferes, so a record that ends early means that the adversary rests.
#pragma once

#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string_view>
#include <vector>

namespace simulation {

/// One choice as it was made.
struct choice {
  std::string_view kind;
  uint32_t index = 0;
};

class choices {
public:
  /// Draws everything from `seed`.
  explicit choices(uint64_t seed) : random_{seed} {}

  /// Replays `record`, then rests. Kinds are not compared: a shortened record is a world of its own.
  explicit choices(std::vector<uint32_t> record) : record_{std::move(record)}, replaying_{true} {}

  /// Returns an index below `n`. `kind` must be a literal.
  uint32_t choose(std::string_view kind, uint32_t n);

  /// Returns true about `permille` times of a thousand; counts as a fault of this kind.
  bool strikes(std::string_view kind, uint32_t permille);

  /// Faults of this kind never strike.
  void forbid(std::string_view kind) { forbidden_.insert(kind); }

  /// The adversary rests: from now on every choice is 0.
  void rest() { resting_ = true; }

  const std::vector<choice>& made() const { return made_; }

  /// How often each kind of fault struck.
  const std::map<std::string_view, uint64_t>& faults() const { return faults_; }

private:
  uint32_t take(std::string_view kind, uint32_t drawn);

  std::mt19937_64 random_;
  std::vector<uint32_t> record_;
  bool replaying_ = false;
  bool resting_ = false;
  std::set<std::string_view> forbidden_;
  std::vector<choice> made_;
  std::map<std::string_view, uint64_t> faults_;
};

} // namespace simulation
