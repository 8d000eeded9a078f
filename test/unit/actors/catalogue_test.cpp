// docs/operations.md and the program name the same metrics. reason_test.cpp does the same for reasons.
#include "actors/metrics.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

namespace {

namespace fs = std::filesystem;
using testing::ContainerEq;

using names = std::set<std::string>;

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

/// The names in the first column of the tables under a heading of the manual. Head rows name nothing.
names named_under(std::string_view heading) {
  std::istringstream manual{read(root / "docs/operations.md")};
  names found;
  bool inside = false;
  for (std::string line; std::getline(manual, line);) {
    if (line.starts_with("## "))
      inside = line.substr(3) == heading;
    if (inside && line.starts_with("| "))
      found.merge(quoted(std::string_view{line}.substr(0, line.find('|', 1))));
  }
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
  EXPECT_THAT(named_under("Metrics"), ContainerEq(names_of(x)));
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

} // namespace
