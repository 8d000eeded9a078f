// Plays many runs and sums them up; a run that fails prints its seed, its shortest failing prefix and its trace.
#include "config/log/log.hpp"
#include "test/kit/lifecycle.hpp"
#include "test/simulation/campaigns.hpp"
#include "test/simulation/operator/mutants.hpp"
#include "test/simulation/shrink.hpp"

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

std::vector<std::string> phases() {
  std::vector<std::string> out;
  boost::mp11::mp_for_each<boost::describe::describe_enumerators<flink::phase>>(
      [&](auto x) { out.emplace_back(x.name); });
  return out;
}

using phase_pair = std::pair<std::string, std::string>;

/// The ways from phase to phase that docs/lifecycle.md tells.
std::set<phase_pair> ways_told() {
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

/// How many of them were gone, and which were gone that it does not tell.
void compare_with_lifecycle(const std::set<phase_pair>& gone) {
  auto told = ways_told();
  auto print = [](const char* words, const std::set<phase_pair>& from, const std::set<phase_pair>& without) {
    std::cout << words;
    for (auto& x : from)
      if (!without.contains(x))
        std::cout << " " << x.first << "->" << x.second;
    std::cout << "\n";
  };
  auto both = std::ranges::count_if(told, [&](auto& x) { return gone.contains(x); });
  std::cout << "ways of docs/lifecycle.md: " << both << " of " << told.size() << " gone";
  print("; not:", told, gone);
  print("ways that it does not tell:", gone, told);
}

void tell(const summary& x) {
  std::cout << "\nfaults\n";
  for (auto& [kind, n] : x.faults)
    std::cout << "  " << kind << ": " << n << "\n";
  std::set<std::string> reached;
  std::set<phase_pair> gone;
  std::cout << "transitions\n";
  for (auto& [pair, n] : x.transitions) {
    auto from = pair.first.empty() ? "New" : pair.first;
    std::cout << "  " << from << " -> " << pair.second << ": " << n << "\n";
    reached.insert({from, pair.second});
    gone.insert({from, pair.second});
  }
  compare_with_lifecycle(gone);
  std::cout << "phases: " << reached.size() << " of " << phases().size() << " reached; not:";
  for (auto& phase : phases())
    std::cout << (reached.contains(phase) ? "" : " " + phase);
  std::cout << "\n";
  std::cout << x.runs << " runs, " << x.steps << " steps, " << x.operators << " operators\n";
}

void play_all(const options& o, summary& sum) {
  side_by_side(o.jobs, o.seeds, [&](uint64_t n) { sum.add(o.from + n, play({.seed = o.from + n})); });
}

void print(const std::string& line) {
  std::cout << line << "\n";
}

int list_mutants() {
  for (auto& x : mutants())
    std::cout << x.name << "\n";
  return 0;
}

/// The decisions of the mutant with this name, or the real ones.
flink::decide_function decisions_of(const std::string& name) {
  for (auto& x : mutants())
    if (x.name == name)
      return x.decide;
  return flink::decide;
}

/// Plays one run with its trace.
int show(play_setup setup, bool shortest) {
  auto seed = setup.seed;
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
  bool gentle = false;
  bool hunt = false;
  bool crashes = false;
  bool list = false;
  std::optional<plot> acted;
  std::optional<uint64_t> killed_at;
  std::string as;
  app.add_option("--seeds", o.seeds, "How many runs")->capture_default_str();
  app.add_option("--from", o.from, "The first seed")->capture_default_str();
  app.add_option("--jobs", o.jobs, "Runs at once")->capture_default_str();
  app.add_option("--seed", seed, "Play this one run and print its trace, shortened if it fails");
  app.add_flag("--mutants", hunt, "Play operators with one mistake each until the mistake shows");
  app.add_flag("--list-mutants", list, "Print the names of the mutants");
  app.add_flag("--crashes", crashes,
               "Kill the operator at every step of some stories: a create, an update, a rollback, ...");
  app.add_option("--plot", acted, "Play one of the stories of --crashes, by the name that it prints, with its trace")
      ->transform(CLI::Transformer(plots()).description(""))
      ->type_name("NAME");
  app.add_option("--killed-at", killed_at, "With --plot: the step at which the operator is killed");
  app.add_option("--as", as, "With --seed: the mutant by whose decisions it is played; with --mutants: the only one")
      ->check([](const std::string& x) {
        return decisions_of(x) == &flink::decide ? "there is no mutant " + x : std::string{};
      });
  app.add_flag("--whole", whole, "With --seed: do not shorten");
  app.add_flag("--gentle", gentle, "With --seed: without crashes and lost answers");
  CLI11_PARSE(app, argc, argv);

  config::log::setup(config::log::level::off, config::log::format::text);
  if (seed)
    return show({.seed = *seed,
                 .decide = decisions_of(as),
                 .without = gentle ? crashes_and_lost_answers() : std::vector<std::string_view>{}},
                !whole);
  if (acted)
    return show({.seed = 1, .plot = acted, .crash_at = killed_at}, false);
  if (list)
    return list_mutants();
  o.only = as;
  if (hunt)
    return hunt_mutants(o);
  if (crashes)
    return crash_everywhere(o);
  summary sum;
  play_all(o, sum);
  tell(sum);
  if (!sum.failed.empty())
    show({.seed = sum.failed.begin()->first}, true);
  std::cout << sum.runs - sum.failed.size() << " passed, " << sum.failed.size() << " failed\n";
  return sum.failed.empty() ? 0 : 1;
}
