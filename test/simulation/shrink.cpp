#include "test/simulation/shrink.hpp"

#include <algorithm>

namespace simulation {

namespace {

using record = std::vector<uint32_t>;

/// What kind of complaint it is: its words without ids, numbers and details.
std::string kind_of(const std::string& complaint) {
  std::string out;
  for (char c : complaint.substr(0, complaint.find(':')))
    if (c < '0' || c > '9')
      out += c;
  return out.substr(0, out.find("job ") == 0 ? 4 : std::string::npos);
}

class shrinker {
public:
  shrinker(play_setup setup, const std::string& complaint) : setup_{std::move(setup)}, kind_{kind_of(complaint)} {
    setup_.trace = nullptr;
  }

  bool fails(const record& x) {
    ++tried_;
    setup_.record = x;
    auto complaint = play(setup_).complaint;
    return !complaint.empty() && kind_of(complaint) == kind_;
  }

  /// Shortest prefix that fails, if longer ones do too.
  record prefix(record all) {
    std::size_t good = 0, bad = all.size();
    while (good + 1 < bad) {
      auto middle = good + (bad - good) / 2;
      fails({all.begin(), all.begin() + static_cast<std::ptrdiff_t>(middle)}) ? bad = middle : good = middle;
    }
    all.resize(bad);
    return all;
  }

  /// Lays stretches of choices to rest as long as the run still fails.
  record quieten(record x) {
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
  play_setup setup_;
  std::string kind_;
  int tried_ = 0;
};

} // namespace

record shrink(play_setup setup, const outcome& failing) {
  record all;
  for (auto& x : failing.choices)
    all.push_back(x.index);
  shrinker s{std::move(setup), failing.complaint};
  auto x = s.prefix(all);
  if (!s.fails(x))
    x = all; // a longer prefix fails, this one does not: keep them all
  return s.quieten(std::move(x));
}

} // namespace simulation
