#include "test/simulation/suites.hpp"

#include "test/simulation/operator/mutants.hpp"

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <optional>
#include <utility>

namespace simulation {

void in_parallel(unsigned jobs, uint64_t n, const std::function<void(uint64_t)>& each) {
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

/// A mutant must fail within this many runs.
constexpr uint64_t most_runs = 400;
/// A mutant with `needs_loss` must pass this many runs without crashes and lost answers, or as many as it took to find
/// it with them if that is more.
constexpr uint64_t gentle_runs = 40;

} // namespace

const std::vector<std::string_view>& crashes_and_lost_answers() {
  static const std::vector<std::string_view> all{"operator killed",
                                                 "operator frozen",
                                                 "supervisor crashes",
                                                 "answer lost",
                                                 "request lost",
                                                 "late delivery",
                                                 "error after effect",
                                                 "request duplicated",
                                                 "API server down",
                                                 "JobManager dies",
                                                 "JobManager hangs",
                                                 "pod evicted",
                                                 "node cut off",
                                                 "crash loop",
                                                 "object deleted by hand",
                                                 "status erased or restored",
                                                 "target removed from the status",
                                                 "state deleted by hand",
                                                 "lost job started by hand",
                                                 "slow main()",
                                                 "endless main()"};
  return all;
}

namespace {

struct finding {
  uint64_t run;
  std::string failure;
};

/// Runs seeds with a mutant until one fails that the real operator passes.
std::optional<finding> hunt(const mutant& x, uint64_t from, uint64_t runs, std::vector<std::string_view> without = {}) {
  for (uint64_t n = 1; n <= runs; ++n)
    if (auto found = simulate({.seed = from + n, .decide = x.decide, .without = without}); !found.failure.empty())
      if (simulate({.seed = from + n, .without = without}).failure.empty()) // only the mutant fails
        return finding{n, found.failure};
  return std::nullopt;
}

/// Returns whether the mutant behaved as expected, and a sentence about it.
std::pair<bool, std::string> verdict_on(const mutant& x, uint64_t from) {
  std::vector<finding> all;
  for (uint64_t far : {0U, 100'000U, 200'000U}) {
    // A third search that takes longer than the other two does not change the median.
    auto limit = all.size() == 2 ? std::max(all[0].run, all[1].run) : most_runs;
    if (auto found = hunt(x, from + far, limit))
      all.push_back(*found);
  }
  if (all.size() < 2)
    return {false, "NOT FOUND"};
  std::sort(all.begin(), all.end(), [](auto& a, auto& b) { return a.run < b.run; });
  auto& middle = all[all.size() / 2];
  auto how
      = "found in run " + std::to_string(middle.run) + " (median of three searches): " + middle.failure.substr(0, 120);
  if (!x.needs_loss)
    return {true, how};
  auto gentle = std::max(gentle_runs, middle.run);
  if (auto early = hunt(x, from, gentle, crashes_and_lost_answers()))
    return {false, "FOUND WITHOUT CRASHES AND LOST ANSWERS, run " + std::to_string(early->run) + ": "
                       + early->failure.substr(0, 120)};
  return {true, how + " [passes " + std::to_string(gentle) + " runs without crashes and lost answers]"};
}

} // namespace

int hunt_mutants(const options& o) {
  std::cout << "mutants\n";
  std::atomic<uint64_t> unexpected = 0;
  std::mutex lock;
  std::vector<mutant> all = mutants();
  if (!o.only.empty())
    std::erase_if(all, [&](auto& x) { return x.name != o.only; });
  in_parallel(o.jobs, all.size(), [&](uint64_t n) {
    auto& x = all[n];
    auto [expected, how] = verdict_on(x, o.from);
    unexpected += expected ? 0U : 1U;
    std::lock_guard guard{lock};
    std::cout << "  " << x.name << ": " << how << std::endl;
  });
  std::cout << all.size() - unexpected << " passed, " << unexpected << " failed\n";
  return unexpected ? 1 : 0;
}

// -- crashes ----------------------------------------------------------------------------------------------

namespace {

/// Returns the number of runs that failed.
uint64_t crash_at_every_step(const options& o, scenario x, const std::string& name) {
  auto steps = simulate({.seed = 1, .scenario = x}).steps;
  std::atomic<uint64_t> failed = 0;
  std::mutex lock;
  in_parallel(o.jobs, steps + 1, [&](uint64_t n) { // 0: no crash at all
    auto found = simulate({.seed = 1, .scenario = x, .crash_at = n ? std::optional{n} : std::nullopt});
    std::lock_guard guard{lock};
    if (!found.failure.empty() && failed++ < 5)
      std::cout << "  " << name << ", killed at step " << n << ": " << found.failure << std::endl;
  });
  std::cout << "  " << name << ": killed at each of " << steps << " steps, " << failed << " failed" << std::endl;
  return failed;
}

} // namespace

const std::vector<std::pair<std::string, scenario>>& scenarios() {
  static const std::vector<std::pair<std::string, scenario>> all{
      {"create", scenario::create},
      {"update", scenario::update},
      {"rollback", scenario::rollback},
      {"delete", scenario::remove},
      {"rollback in Single", scenario::single_rollback},
      {"second version and teardown", scenario::teardown},
      {"more parallelism in place", scenario::rescale},
      {"more parallelism of a job that runs", scenario::adaptive_rescale},
      {"JobManager that restarts, and a slow main()", scenario::slow_main}};
  return all;
}

int crash_everywhere(const options& o) {
  std::cout << "crashes\n";
  auto failed
      = std::ranges::count_if(scenarios(), [&](auto& x) { return crash_at_every_step(o, x.second, x.first) > 0; });
  std::cout << std::ssize(scenarios()) - failed << " passed, " << failed << " failed\n";
  return failed ? 1 : 0;
}

} // namespace simulation
