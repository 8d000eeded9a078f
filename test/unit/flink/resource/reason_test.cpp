// The table of reasons and docs/operations.md have the same rows. If a row of the page differs, the test prints the
// right one to copy.
#include "flink/resource/reason.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace flink {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAreArray;

const fs::path root = SOURCE_DIR;

std::string read(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Returns the rows of the table below a heading of the manual that begin with a reason.
std::vector<std::string> rows_under(std::string_view heading) {
  std::istringstream manual{read(root / "docs/operations.md")};
  std::vector<std::string> found;
  bool inside = false;
  for (std::string line; std::getline(manual, line);) {
    if (line.starts_with("## "))
      inside = line.substr(3) == heading;
    if (inside && line.starts_with("| `"))
      found.push_back(line);
  }
  return found;
}

std::string row_of(const reason_row& x) {
  std::string row = "| `" + std::string{name_of(x.what)} + "` | " + std::string{x.meaning} + " |";
  return x.remedy.empty() ? row : row + " " + std::string{x.remedy} + " |";
}

std::vector<std::string> rows_for(reason_use use) {
  std::vector<std::string> rows;
  for (auto& x : reason_table)
    if (x.use == use)
      rows.push_back(row_of(x));
  return rows;
}

/// A reason of both types has one row for both.
std::vector<std::string> event_rows() {
  std::vector<std::string> rows;
  std::map<std::string_view, std::size_t> row_of_reason;
  for (auto& x : reason_table) {
    if (x.use != reason_use::event && x.use != reason_use::warning)
      continue;
    auto [known, is_new] = row_of_reason.emplace(name_of(x.what), rows.size());
    std::string type = is_new ? x.use == reason_use::event ? "Normal" : "Warning" : "Normal, Warning";
    std::string row = "| `" + std::string{name_of(x.what)} + "` | " + type + " | " + std::string{x.meaning} + " |";
    if (is_new)
      rows.push_back(row);
    else
      rows[known->second] = row;
  }
  return rows;
}

TEST(reasons, of_blocked_applications_are_those_of_the_manual) {
  EXPECT_THAT(rows_under("Troubles"), ElementsAreArray(rows_for(reason_use::blocked)));
}

TEST(reasons, of_waits_are_those_of_the_manual) {
  EXPECT_THAT(rows_under("Waiting"), ElementsAreArray(rows_for(reason_use::wait)));
}

TEST(reasons, of_failed_deploys_are_those_of_the_manual) {
  EXPECT_THAT(rows_under("Failed deploys"), ElementsAreArray(rows_for(reason_use::failed_deploy)));
}

TEST(reasons, of_events_are_those_of_the_manual) {
  EXPECT_THAT(rows_under("Events"), ElementsAreArray(event_rows()));
}

TEST(reasons, that_block_an_application_name_a_remedy) {
  for (auto& x : reason_table)
    if (severity_of(x.use) == severity::blocked)
      EXPECT_FALSE(x.remedy.empty()) << name_of(x.what);
}

TEST(reasons, are_described_once_for_each_use) {
  std::set<std::pair<reason, reason_use>> seen;
  for (auto& x : reason_table)
    EXPECT_TRUE(seen.emplace(x.what, x.use).second) << name_of(x.what);
}

TEST(reasons, have_a_heading_in_the_documentation) {
  for (auto& x : reason_table) {
    auto place = documentation_of(x.use);
    auto hash = place.find('#');
    ASSERT_NE(hash, place.npos);
    auto page = read(root / "docs" / place.substr(0, hash));
    std::string heading;
    for (char c : std::string{"\n## "} + std::string{place.substr(hash + 1)})
      heading += c == '-' ? ' ' : c;
    heading[4] = static_cast<char>(heading[4] - 'a' + 'A');
    EXPECT_NE(page.find(heading + "\n"), page.npos) << place;
  }
}

TEST(reasons, that_nobody_uses_are_not_described) {
  std::string sources;
  for (auto& file : fs::recursive_directory_iterator{root / "flink"})
    if (file.path().extension() == ".cpp")
      sources += read(file.path());
  for (auto& x : reason_table)
    EXPECT_NE(sources.find("reason::" + std::string{name_of(x.what)}), sources.npos) << name_of(x.what);
}

} // namespace
} // namespace flink
