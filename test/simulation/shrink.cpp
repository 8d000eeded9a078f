#include "test/simulation/shrink.hpp"

#include <algorithm>

namespace simulation {

namespace {

using record = std::vector<uint32_t>;

/// Returns the kind of a failure: its words without ids, numbers and details.
std::string kind_of(const std::string& failure) {
  std::string out;
  for (char c : failure.substr(0, failure.find(':')))
    if (c < '0' || c > '9')
      out += c;
  return out.substr(0, out.find("job ") == 0 ? 4 : std::string::npos);
}

class shrinker {
public:
  shrinker(run_setup setup, const std::string& failure) : setup_{std::move(setup)}, kind_{kind_of(failure)} {
    setup_.trace = nullptr;
  }

  bool fails(const record& x) {
    ++tried_;
    setup_.record = x;
    auto failure = simulate(setup_).failure;
    return !failure.empty() && kind_of(failure) == kind_;
  }

  /// Returns the shortest prefix that fails, provided that all longer ones fail too.
  record prefix(record all) {
    std::size_t good = 0, bad = all.size();
    while (good + 1 < bad) {
      auto middle = good + (bad - good) / 2;
      fails({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(middle)}) ? bad = middle : good = middle;
    }
    all.resize(bad);
    return all;
  }

  /// Sets ranges of choices to 0 as long as the run still fails.
  record clear_ranges(record x) {
    for (auto length = x.size() / 2; length > 0 && tried_ < most_tries; length /= 2)
      for (std::size_t begin = 0; begin < x.size() && tried_ < most_tries; begin += length) {
        auto y = x;
        auto first = y.begin() + static_cast<std::ptrdiff_t>(begin);
        auto last = y.begin() + static_cast<std::ptrdiff_t>(std::min(begin + length, y.size()));
        if (std::all_of(first, last, [](auto z) { return z == 0; }))
          continue;
        std::fill(first, last, 0U);
        if (fails(y))
          x = std::move(y);
      }
    return x;
  }

private:
  static constexpr int most_tries = 600;
  run_setup setup_;
  std::string kind_;
  int tried_ = 0;
};

} // namespace

record shrink(run_setup setup, const outcome& failing) {
  record all;
  for (auto& x : failing.choices)
    all.push_back(x.index);
  shrinker s{std::move(setup), failing.failure};
  auto x = s.prefix(all);
  if (!s.fails(x))
    x = all; // longer prefixes did not all fail: keep every choice
  return s.clear_ranges(std::move(x));
}

} // namespace simulation
