// docs/operations.md and the program name the same metrics, events, troubles, waits and failures.
#include "actors/metrics.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

namespace {

namespace fs = std::filesystem;
using testing::ContainerEq;
using testing::IsEmpty;
using testing::Not;

using names = std::set<std::string>;
/// A name of the catalogue and the words of its second column, or of the source.
using entries = std::map<std::string, names>;

const fs::path root = SOURCE_DIR;

std::string read(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Everything between backticks.
names quoted(std::string_view cell) {
  names found;
  for (auto open = cell.find('`'); open != cell.npos; open = cell.find('`', open)) {
    auto close = cell.find('`', open + 1);
    if (close == cell.npos)
      break;
    found.emplace(cell.substr(open + 1, close - open - 1));
    open = close + 1;
  }
  return found;
}

names words(std::string_view cell) {
  names found;
  std::string word;
  for (char c : cell) {
    if (c != ' ' && c != ',') {
      word += c;
      continue;
    }
    if (!word.empty())
      found.insert(std::exchange(word, {}));
  }
  if (!word.empty())
    found.insert(word);
  return found;
}

/// The first two columns of the tables under a heading of the manual; rows that name nothing are its head.
entries table_under(std::string_view heading) {
  std::istringstream manual{read(root / "docs/operations.md")};
  entries found;
  bool inside = false;
  for (std::string line; std::getline(manual, line);) {
    if (line.starts_with("## "))
      inside = line.substr(3) == heading;
    if (!inside || !line.starts_with("| "))
      continue;
    auto first = line.find('|', 1);
    auto second = first == line.npos ? line.npos : line.find('|', first + 1);
    if (second == line.npos)
      continue;
    for (auto& name : quoted(std::string_view{line}.substr(0, first)))
      found[name] = words(std::string_view{line}.substr(first + 1, second - first - 1));
  }
  return found;
}

names keys(const entries& x) {
  names all;
  for (auto& [name, ignored] : x)
    all.insert(name);
  return all;
}

std::string flink_sources() {
  std::string all;
  for (auto& file : fs::recursive_directory_iterator{root / "flink"})
    if (file.path().extension() == ".cpp")
      all += read(file.path());
  return all;
}

/// The texts that begin the arguments of a call, wherever the line is broken.
names named_by(std::string_view call) {
  static const auto sources = flink_sources();
  names found;
  for (auto at = sources.find(call); at != sources.npos; at = sources.find(call, at + call.size())) {
    auto open = sources.find_first_not_of(" \n", at + call.size());
    if (open == sources.npos || sources[open] != '"')
      continue;
    auto close = sources.find('"', open + 1);
    found.insert(sources.substr(open + 1, close - open - 1));
  }
  return found;
}

names together(names x, const names& y) {
  x.insert(y.begin(), y.end());
  return x;
}

entries events_of_the_source() {
  entries found;
  for (auto& reason : named_by(".event("))
    found[reason].insert("Normal");
  for (auto& reason : named_by(".warn("))
    found[reason].insert("Warning");
  return found;
}

void use_all(actors::metrics& x) {
  x.kube_request("GET pods");
  x.kube_failure("GET pods");
  x.flink_request("GET /jobs");
  x.flink_failure("GET /jobs");
  x.decided();
  x.entered("Running");
  x.in_phase("Running", 1);
  x.deploy("Deployed", 1.5, 0.01);
  x.actor_restarted();
  x.relisted("pods");
  x.watch_failed("pods");
  x.applications(1);
  x.leader(true);
  x.event("JobSubmitted");
}

/// Names of the families that a text in Prometheus' format declares.
names families_in(const std::string& text) {
  std::istringstream in{text};
  names found;
  constexpr std::string_view mark = "# TYPE ";
  for (std::string line; std::getline(in, line);)
    if (line.starts_with(mark))
      found.insert(line.substr(mark.size(), line.find(' ', mark.size()) - mark.size()));
  return found;
}

names names_of(const actors::metrics& x) {
  auto all = x.names();
  return {all.begin(), all.end()};
}

TEST(catalogue, of_metrics_is_the_list_of_their_names) {
  actors::metrics x;
  EXPECT_THAT(keys(table_under("Metrics")), ContainerEq(names_of(x)));
}

TEST(catalogue, names_every_metric_that_is_served) {
  actors::metrics x;
  use_all(x);
  EXPECT_THAT(families_in(x.text()), ContainerEq(names_of(x)));
}

TEST(catalogue, has_a_value_of_every_metric_that_was_used) {
  actors::metrics x;
  use_all(x);
  auto text = x.text();
  for (auto& name : x.names()) {
    bool plain = text.find("\n" + name + " ") != text.npos || text.find("\n" + name + "{") != text.npos;
    bool histogram = text.find("\n" + name + "_count{") != text.npos;
    EXPECT_TRUE(plain || histogram) << name;
  }
}

TEST(catalogue, of_events_has_the_reasons_and_types_that_are_recorded) {
  auto recorded = events_of_the_source();
  ASSERT_THAT(recorded, Not(IsEmpty()));
  EXPECT_THAT(table_under("Events"), ContainerEq(recorded));
}

TEST(catalogue, of_troubles_has_every_reason) {
  auto source = together(together(named_by(".blocked("), named_by(" blocked(")), named_by("defect{"));
  ASSERT_THAT(source, Not(IsEmpty()));
  EXPECT_THAT(keys(table_under("Troubles")), ContainerEq(source));
}

TEST(catalogue, of_waits_has_every_reason) {
  auto source = together(named_by(".wait("), named_by(".wait_visibly("));
  ASSERT_THAT(source, Not(IsEmpty()));
  EXPECT_THAT(keys(table_under("Waiting")), ContainerEq(source));
}

TEST(catalogue, of_failed_deploys_has_every_reason) {
  auto source = named_by("fail_deploy(p,");
  ASSERT_THAT(source, Not(IsEmpty()));
  EXPECT_THAT(keys(table_under("Failed deploys")), ContainerEq(source));
}

} // namespace
