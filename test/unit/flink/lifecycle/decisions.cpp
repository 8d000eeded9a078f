#include "test/unit/flink/lifecycle/decisions.hpp"

#include "test/simulation/operator/mutants.hpp"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace flink {

namespace {

decide_function chosen() {
  auto* name = std::getenv("FLINK_MUTANT");
  if (!name)
    return decide;
  for (auto& x : simulation::mutants())
    if (x.name == name)
      return x.decide;
  throw std::runtime_error{"there is no mutant " + std::string{name}};
}

} // namespace

decide_function decisions_under_test() {
  static const auto found = chosen();
  return found;
}

} // namespace flink
