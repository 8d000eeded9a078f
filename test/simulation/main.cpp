// Plays many runs and sums them up; a run that fails prints its seed, its shortest failing prefix and its trace.
#include "config/log.hpp"
#include "test/simulation/mutants.hpp"
#include "test/simulation/play.hpp"
#include "test/simulation/shrink.hpp"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <atomic>
#include <iostream>
#include <mutex>
#include <thread>

namespace {

using namespace simulation;

struct options {
  uint64_t seeds = 2000;
  uint64_t from = 1;
  unsigned jobs = std::max(1U, std::thread::hardware_concurrency());
  bool shrink = true;
};

/// What many runs came to.
struct summary {
  std::mutex lock;
  uint64_t runs = 0;
  uint64_t steps = 0;
  uint64_t operators = 0;
  std::map<std::string, uint64_t> faults;
  std::map<std::pair<std::string, std::string>, uint64_t> transitions;
  std::map<uint64_t, std::string> failed;

  void add(uint64_t seed, const outcome& x) {
    std::lock_guard guard{lock};
    ++runs;
    steps += x.steps;
    operators += x.operators;
    for (auto& [kind, n] : x.faults)
      faults[kind] += n;
    for (auto& [pair, n] : x.transitions)
      transitions[pair] += n;
    if (!x.complaint.empty()) {
      failed[seed] = x.complaint;
      std::cout << "seed " << seed << ": " << x.complaint << std::endl;
    }
  }
};

void tell(const summary& x) {
  std::cout << "\nfaults\n";
  for (auto& [kind, n] : x.faults)
    std::cout << "  " << kind << ": " << n << "\n";
  std::cout << "phases\n";
  for (auto& [pair, n] : x.transitions)
    std::cout << "  " << (pair.first.empty() ? "New" : pair.first) << " -> " << pair.second << ": " << n << "\n";
  std::cout << x.runs << " runs, " << x.steps << " steps, " << x.operators << " operators\n";
}

void play_all(const options& o, summary& sum) {
  std::atomic<uint64_t> next = o.from;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < o.jobs; ++i)
    workers.emplace_back([&] {
      for (auto seed = next++; seed < o.from + o.seeds; seed = next++)
        sum.add(seed, play({.seed = seed}));
    });
  for (auto& x : workers)
    x.join();
}

/// How many runs a mutant may survive.
constexpr uint64_t longest_life = 400;

/// Plays runs with a mistaken operator until one fails; returns that run's number and complaint.
std::optional<std::pair<uint64_t, std::string>> hunt(const mutant& x, uint64_t from) {
  for (uint64_t n = 1; n <= longest_life; ++n)
    if (auto found = play({.seed = from + n, .decide = x.decide}); !found.complaint.empty())
      if (play({.seed = from + n}).complaint.empty()) // it is the mistake that shows
        return std::pair{n, found.complaint};
  return std::nullopt;
}

/// Each mutant is hunted three times, with other seeds; returns how many got away.
uint64_t hunt_all(const options& o) {
  std::atomic<std::size_t> next = 0;
  std::atomic<uint64_t> escaped = 0;
  std::mutex lock;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < o.jobs; ++i)
    workers.emplace_back([&] {
      for (auto n = next++; n < mutants().size(); n = next++) {
        auto& x = mutants()[n];
        std::vector<uint64_t> died;
        std::string how;
        for (uint64_t from : {0U, 100'000U, 200'000U})
          if (auto found = hunt(x, o.from + from)) {
            died.push_back(found->first);
            how = found->second;
          }
        std::sort(died.begin(), died.end());
        std::lock_guard guard{lock};
        if (died.size() < 2) {
          ++escaped;
          std::cout << "  " << x.name << ": GOT AWAY" << std::endl;
        } else
          std::cout << "  " << x.name << ": died in run " << died[died.size() / 2]
                    << " (median of three hunts): " << how.substr(0, 120) << std::endl;
      }
    });
  for (auto& x : workers)
    x.join();
  return escaped;
}

void print(const std::string& line) {
  std::cout << line << "\n";
}

/// Kills the operator at every single step of a plot, one run for each; returns how many runs failed.
uint64_t crash_everywhere(const options& o, plot x, const char* name) {
  auto steps = play({.seed = 1, .plot = x}).steps;
  std::atomic<uint64_t> next = 0;
  std::atomic<uint64_t> failed = 0;
  std::mutex lock;
  std::vector<std::thread> workers;
  for (unsigned i = 0; i < o.jobs; ++i)
    workers.emplace_back([&] {
      for (auto n = next++; n <= steps; n = next++) {
        auto found = play({.seed = 1, .plot = x, .crash_at = n ? std::optional{n} : std::nullopt});
        std::lock_guard guard{lock};
        if (!found.complaint.empty() && failed++ < 5)
          std::cout << "  " << name << ", killed at step " << n << ": " << found.complaint << std::endl;
      }
    });
  for (auto& worker : workers)
    worker.join();
  std::cout << "  " << name << ": killed at each of " << steps << " steps, " << failed << " failed" << std::endl;
  return failed;
}

/// The same for every plot; returns how many plots have a failing run.
uint64_t crash_everywhere(const options& o) {
  std::cout << "crashes\n";
  uint64_t failed = 0;
  for (auto [x, name] : {std::pair{plot::create, "create"}, std::pair{plot::update, "update"},
                         std::pair{plot::rollback, "rollback"}, std::pair{plot::remove, "delete"}})
    failed += crash_everywhere(o, x, name) ? 1 : 0;
  return failed;
}

/// The decisions of the mutant with this name, or the real ones.
flink::decide_function decisions_of(const std::string& name) {
  for (auto& x : mutants())
    if (x.name == name)
      return x.decide;
  return flink::decide;
}

/// Plays one run with its trace.
int show(uint64_t seed, bool shortest, flink::decide_function decide) {
  play_setup setup{.seed = seed, .decide = decide};
  auto found = play(setup);
  if (found.complaint.empty()) {
    setup.trace = print;
    play(setup);
    std::cout << "seed " << seed << ": all was well\n";
    return 0;
  }
  if (shortest)
    setup.record = shrink(setup, found);
  setup.trace = print;
  auto again = play(setup);
  std::cout << "seed " << seed << ": " << again.complaint << "\n";
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Plays the operator against models of Kubernetes and Flink, with an adversary that chooses what goes wrong.\n"
      "The same seed always gives the same run."};
  options o;
  std::optional<uint64_t> seed;
  bool whole = false;
  bool hunt = false;
  bool crashes = false;
  std::string as;
  app.add_option("--seeds", o.seeds, "How many runs")->capture_default_str();
  app.add_option("--from", o.from, "The first seed")->capture_default_str();
  app.add_option("--jobs", o.jobs, "Runs at once")->capture_default_str();
  app.add_option("--seed", seed, "Play this one run and print its trace, shortened if it fails");
  app.add_flag("--mutants", hunt, "Play operators with one mistake each until the mistake shows");
  app.add_flag("--crashes", crashes, "Kill the operator at every step of a create, an update, a rollback and a delete");
  app.add_option("--as", as, "With --seed: the mutant by whose decisions it is played")
      ->check([](const std::string& x) {
        return decisions_of(x) == &flink::decide ? "there is no mutant " + x : std::string{};
      });
  app.add_flag("--whole", whole, "With --seed: do not shorten");
  CLI11_PARSE(app, argc, argv);

  config::log::setup(config::log::level::off, config::log::format::text);
  if (seed)
    return show(*seed, !whole, decisions_of(as));
  if (hunt) {
    std::cout << "mutants\n";
    auto escaped = hunt_all(o);
    std::cout << mutants().size() - escaped << " passed, " << escaped << " failed\n";
    return escaped ? 1 : 0;
  }
  if (crashes) {
    auto failed = crash_everywhere(o);
    std::cout << 4 - failed << " passed, " << failed << " failed\n";
    return failed ? 1 : 0;
  }
  summary sum;
  play_all(o, sum);
  tell(sum);
  if (!sum.failed.empty())
    show(sum.failed.begin()->first, true, flink::decide);
  std::cout << sum.runs - sum.failed.size() << " passed, " << sum.failed.size() << " failed\n";
  return sum.failed.empty() ? 0 : 1;
}
