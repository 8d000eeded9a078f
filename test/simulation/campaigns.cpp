#include "test/simulation/campaigns.hpp"

#include "test/simulation/operator/mutants.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <optional>
#include <utility>

namespace simulation {

void side_by_side(unsigned jobs, uint64_t n, const std::function<void(uint64_t)>& each) {
  std::atomic<uint64_t> next = 0;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < jobs; ++i)
    workers.emplace_back([&] {
      for (auto k = next++; k < n; k = next++)
        each(k);
    });
  for (auto& x : workers)
    x.join();
}

// -- mutants ----------------------------------------------------------------------------------------------

namespace {

/// How many runs a mutant may survive.
constexpr uint64_t longest_life = 400;
/// A mutant that is said to need crashes or lost answers survives as many runs without them as it died after with them,
/// and at least so many.
constexpr uint64_t gentle_runs = 40;

} // namespace

const std::vector<std::string_view>& crashes_and_lost_answers() {
  static const std::vector<std::string_view> all{"operator killed",
                                                 "operator frozen",
                                                 "supervisor crashes",
                                                 "answer lost",
                                                 "request lost",
                                                 "late",
                                                 "error though it took effect",
                                                 "request doubled",
                                                 "API server away",
                                                 "JobManager dies",
                                                 "JobManager hangs",
                                                 "pod evicted",
                                                 "node cut off",
                                                 "crash loop",
                                                 "object deleted by hand",
                                                 "status erased or set back",
                                                 "target removed from the status",
                                                 "state deleted by hand",
                                                 "lost job started by hand",
                                                 "slow main()",
                                                 "main() without end"};
  return all;
}

namespace {

struct death {
  uint64_t run;
  std::string complaint;
};

/// Plays runs with a mistaken operator until one fails.
std::optional<death> hunt(const mutant& x, uint64_t from, uint64_t runs, std::vector<std::string_view> without = {}) {
  for (uint64_t n = 1; n <= runs; ++n)
    if (auto found = play({.seed = from + n, .decide = x.decide, .without = without}); !found.complaint.empty())
      if (play({.seed = from + n, .without = without}).complaint.empty()) // it is the mistake that shows
        return death{n, found.complaint};
  return std::nullopt;
}

/// Returns what became of a mutant, and whether that is as it should be.
std::pair<bool, std::string> fate_of(const mutant& x, uint64_t from) {
  std::vector<death> all;
  for (uint64_t far : {0U, 100'000U, 200'000U}) {
    // A third hunt that takes longer than the other two does not move the median.
    auto limit = all.size() == 2 ? std::max(all[0].run, all[1].run) : longest_life;
    if (auto found = hunt(x, from + far, limit))
      all.push_back(*found);
  }
  if (all.size() < 2)
    return {false, "GOT AWAY"};
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.run < b.run; });
  auto& middle = all[all.size() / 2];
  auto how
      = "died in run " + std::to_string(middle.run) + " (median of three hunts): " + middle.complaint.substr(0, 120);
  if (!x.needs_loss)
    return {true, how};
  auto gentle = std::max(gentle_runs, middle.run);
  if (auto died = hunt(x, from, gentle, crashes_and_lost_answers()))
    return {false, "NEEDS NO CRASH AND NO LOST ANSWER, run " + std::to_string(died->run) + ": "
                       + died->complaint.substr(0, 120)};
  return {true, how + " [lives through " + std::to_string(gentle) + " runs where nothing crashes or gets lost]"};
}

} // namespace

int hunt_mutants(const options& o) {
  std::cout << "mutants\n";
  std::atomic<uint64_t> escaped = 0;
  std::mutex lock;
  std::vector<mutant> all = mutants();
  if (!o.only.empty())
    std::erase_if(all, [&](auto& x) { return x.name != o.only; });
  side_by_side(o.jobs, all.size(), [&](uint64_t n) {
    auto& x = all[n];
    auto [dead, how] = fate_of(x, o.from);
    escaped += dead ? 0U : 1U;
    std::lock_guard guard{lock};
    std::cout << "  " << x.name << ": " << how << std::endl;
  });
  std::cout << all.size() - escaped << " passed, " << escaped << " failed\n";
  return escaped ? 1 : 0;
}

// -- crashes ----------------------------------------------------------------------------------------------

namespace {

/// Returns how many runs failed.
uint64_t crash_at_every_step(const options& o, plot x, const std::string& name) {
  auto steps = play({.seed = 1, .plot = x}).steps;
  std::atomic<uint64_t> failed = 0;
  std::mutex lock;
  side_by_side(o.jobs, steps + 1, [&](uint64_t n) { // 0: no crash at all
    auto found = play({.seed = 1, .plot = x, .crash_at = n ? std::optional{n} : std::nullopt});
    std::lock_guard guard{lock};
    if (!found.complaint.empty() && failed++ < 5)
      std::cout << "  " << name << ", killed at step " << n << ": " << found.complaint << std::endl;
  });
  std::cout << "  " << name << ": killed at each of " << steps << " steps, " << failed << " failed" << std::endl;
  return failed;
}

} // namespace

const std::vector<std::pair<std::string, plot>>& plots() {
  static const std::vector<std::pair<std::string, plot>> all{
      {"create", plot::create},
      {"update", plot::update},
      {"rollback", plot::rollback},
      {"delete", plot::remove},
      {"rollback in Single", plot::single_rollback},
      {"second version and teardown", plot::teardown},
      {"more parallelism in place", plot::rescale},
      {"more parallelism of a job that runs", plot::adaptive_rescale},
      {"JobManager that restarts, and a slow main()", plot::slow_main}};
  return all;
}

int crash_everywhere(const options& o) {
  std::cout << "crashes\n";
  auto failed = std::ranges::count_if(plots(), [&](auto& x) { return crash_at_every_step(o, x.second, x.first) > 0; });
  std::cout << std::ssize(plots()) - failed << " passed, " << failed << " failed\n";
  return failed ? 1 : 0;
}

} // namespace simulation
