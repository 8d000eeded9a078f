#include "test/simulation/choices.hpp"

namespace simulation {

uint32_t choices::take(std::string_view kind, uint32_t drawn) {
  auto index = drawn;
  if (replaying_)
    index = made_.size() < record_.size() ? record_[made_.size()] : 0;
  made_.push_back({kind, index});
  return index;
}

uint32_t choices::choose(std::string_view kind, uint32_t n) {
  if (stopped_ || n < 2)
    return 0;
  auto drawn = replaying_ ? 0 : static_cast<uint32_t>(random_() % n);
  return take(kind, drawn) % n;
}

bool choices::strikes(std::string_view kind, uint32_t permille) {
  if (stopped_)
    return false;
  auto drawn = replaying_ ? 0 : static_cast<uint32_t>(random_() % 1000 < permille);
  if (take(kind, drawn) == 0 || forbidden_.contains(kind))
    return false;
  ++faults_[kind];
  return true;
}

} // namespace simulation
