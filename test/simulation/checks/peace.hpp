// The adversary rests: the application has to come to what its spec asks for, or say what the user has to do so that an
// edit mends it; a deletion has to end; then there is silence.
#pragma once

#include "test/simulation/stage.hpp"

namespace simulation {

/// Everything has to be as it should be after this long at the latest: three deploys' patience.
constexpr auto patience = std::chrono::minutes{20};

class peace {
public:
  explicit peace(stage& s) : s_{s} {}

  /// Complains if it does not.
  void holds();

private:
  bool until_well();
  bool has_to_choose() const;
  std::size_t broken_version() const;
  void until_repaired();
  void until_deleted();
  void start_over();
  void demand_silence();
  bool failed_for_good() const;
  bool user_can_help() const;
  bool is_tampered() const;
  bool asked_for_fallback() const;
  std::string running_shape() const;

  stage& s_;
};

} // namespace simulation
