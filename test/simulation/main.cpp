// Runs the simulation with many seeds and prints a summary. For a run that fails it prints the seed and the trace of
// the shortest failing run.
#include "config/log/log.hpp"
#include "test/kit/lifecycle.hpp"
#include "test/simulation/operator/mutants.hpp"
#include "test/simulation/shrink.hpp"
#include "test/simulation/suites.hpp"

#include <CLI/CLI.hpp>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>

#include <algorithm>
#include <fstream>
#include <iostream>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace simulation;

/// Totals of many runs.
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
    if (!x.failure.empty()) {
      failed[seed] = x.failure;
      std::cout << "seed " << seed << ": " << x.failure << std::endl;
    }
  }
};

std::vector<std::string> phases() {
  std::vector<std::string> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<flink::phase>>(
      [&](auto x) { out.emplace_back(x.name); });
  return out;
}

using phase_pair = std::pair<std::string, std::string>;

/// Returns the phase changes that docs/lifecycle.md describes.
std::set<phase_pair> documented_changes() {
  std::ifstream file{SOURCE_DIR "/docs/lifecycle.md"};
  std::stringstream text;
  text << file.rdbuf();
  std::set<phase_pair> all;
  for (auto& row : flink::lifecycle::read(text.str()).changes)
    for (auto& from : row.from.phases)
      if (row.to && *row.to != from)
        all.insert({from, *row.to});
  return all;
}

/// Prints how many of them the runs covered, and which phase changes the document lacks.
void compare_with_lifecycle(const std::set<phase_pair>& seen) {
  auto documented = documented_changes();
  auto print = [](const char* words, const std::set<phase_pair>& from, const std::set<phase_pair>& without) {
    std::cout << words;
    for (auto& x : from)
      if (!without.contains(x))
        std::cout << " " << x.first << "->" << x.second;
    std::cout << "\n";
  };
  auto both = std::ranges::count_if(documented, [&](auto& x) { return seen.contains(x); });
  std::cout << "phase changes of docs/lifecycle.md: " << both << " of " << documented.size() << " seen";
  print("; missing:", documented, seen);
  print("phase changes that it does not describe:", seen, documented);
}

void print_summary(const summary& x) {
  std::cout << "\nfaults\n";
  for (auto& [kind, n] : x.faults)
    std::cout << "  " << kind << ": " << n << "\n";
  std::set<std::string> reached;
  std::set<phase_pair> seen;
  std::cout << "transitions\n";
  for (auto& [pair, n] : x.transitions) {
    auto from = pair.first.empty() ? "New" : pair.first;
    std::cout << "  " << from << " -> " << pair.second << ": " << n << "\n";
    reached.insert({from, pair.second});
    seen.insert({from, pair.second});
  }
  compare_with_lifecycle(seen);
  std::cout << "phases: " << reached.size() << " of " << phases().size() << " reached; missing:";
  for (auto& phase : phases())
    std::cout << (reached.contains(phase) ? "" : " " + phase);
  std::cout << "\n";
  std::cout << x.runs << " runs, " << x.steps << " steps, " << x.operators << " operators\n";
}

void simulate_all(const options& o, summary& sum) {
  in_parallel(o.jobs, o.seeds, [&](uint64_t n) { sum.add(o.from + n, simulate({.seed = o.from + n})); });
}

void print(const std::string& line) {
  std::cout << line << "\n";
}

int list_mutants() {
  for (auto& x : mutants())
    std::cout << x.name << "\n";
  return 0;
}

/// Returns the decide function of the mutant with this name, or the real one.
flink::decide_function decisions_of(const std::string& name) {
  for (auto& x : mutants())
    if (x.name == name)
      return x.decide;
  return flink::decide;
}

/// Returns what is wrong with the name of a scenario; empty if nothing is.
std::string check_scenario(const std::string& name) {
  if (std::ranges::any_of(scenarios(), [&](auto& x) { return x.first == name; }))
    return {};
  std::string out = "unknown scenario: " + name + "; the scenarios are:";
  for (auto& x : scenarios())
    out += "\n  " + x.first;
  return out;
}

scenario scenario_called(const std::string& name) {
  return std::ranges::find(scenarios(), name, [](auto& x) { return x.first; })->second;
}

/// Repeats one run with its trace; `shortest` shortens it first if it fails.
int show(run_setup setup, bool shortest) {
  auto seed = setup.seed;
  auto found = simulate(setup);
  if (found.failure.empty()) {
    setup.trace = print;
    simulate(setup);
    std::cout << "seed " << seed << ": passed\n";
    return 0;
  }
  if (shortest)
    setup.record = shrink(setup, found);
  setup.trace = print;
  auto again = simulate(setup);
  std::cout << "seed " << seed << ": " << again.failure << "\n";
  return 1;
}

} // namespace

int main(int argc, char** argv) {
  CLI::App app{"Runs the operator against models of Kubernetes and Flink, with an adversary that injects faults.\n"
               "The same seed always gives the same run."};
  options o;
  std::optional<uint64_t> seed;
  bool whole = false;
  bool gentle = false;
  bool hunt = false;
  bool crashes = false;
  bool list = false;
  std::string scenario_name;
  std::optional<uint64_t> killed_at;
  std::string as;
  app.add_option("--seeds", o.seeds, "Number of runs")->capture_default_str();
  app.add_option("--from", o.from, "The first seed")->capture_default_str();
  app.add_option("--jobs", o.jobs, "Runs in parallel")->capture_default_str();
  app.add_option("--seed", seed, "Run this seed only and print the trace; a run that fails is shortened first");
  app.add_flag("--mutants", hunt, "Run operators with one mistake each until every mistake is found");
  app.add_flag("--list-mutants", list, "Print the names of the mutants");
  app.add_flag("--crashes", crashes, "Kill the operator at every step of each scenario: create, update, rollback, ...");
  app.add_option("--scenario", scenario_name,
                 "Run one scenario of --crashes, by the name that it prints, with its trace")
      ->check(check_scenario)
      ->type_name("NAME");
  app.add_option("--plot", scenario_name)->check(check_scenario)->group(""); // the old spelling, hidden from --help
  app.add_option("--killed-at", killed_at, "With --scenario: the step at which the operator is killed");
  app.add_option("--as", as, "With --seed: run this mutant; with --mutants: run this mutant only")
      ->check([](const std::string& x) {
        return decisions_of(x) == &flink::decide ? "unknown mutant: " + x + " (--list-mutants prints the names)"
                                                 : std::string{};
      });
  app.add_flag("--whole", whole, "With --seed: do not shorten a run that fails");
  app.add_flag("--gentle", gentle, "With --seed: inject neither crashes nor lost answers");
  CLI11_PARSE(app, argc, argv);

  config::log::setup(config::log::level::off, config::log::format::text);
  if (seed)
    return show({.seed = *seed,
                 .decide = decisions_of(as),
                 .without = gentle ? crashes_and_lost_answers() : std::vector<std::string_view>{}},
                !whole);
  if (!scenario_name.empty())
    return show({.seed = 1, .scenario = scenario_called(scenario_name), .crash_at = killed_at}, false);
  if (list)
    return list_mutants();
  o.only = as;
  if (hunt)
    return hunt_mutants(o);
  if (crashes)
    return crash_everywhere(o);
  summary sum;
  simulate_all(o, sum);
  print_summary(sum);
  if (!sum.failed.empty())
    show({.seed = sum.failed.begin()->first}, true);
  std::cout << sum.runs - sum.failed.size() << " passed, " << sum.failed.size() << " failed\n";
  return sum.failed.empty() ? 0 : 1;
}
