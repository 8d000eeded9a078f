// docs/compatibility.md promises by naming tests: every one of them exists, and no fault is left out.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace {

namespace fs = std::filesystem;
using names = std::set<std::string>;

const fs::path root = SOURCE_DIR;

std::string read(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

/// Everything in `text` that the first group of `pattern` matches; with two groups, joined by a dot.
names all_of(const std::string& text, const std::string& pattern) {
  std::regex wanted{pattern};
  names found;
  for (std::sregex_iterator i{text.begin(), text.end(), wanted}, end; i != end; ++i)
    found.insert(i->size() > 2 ? (*i)[1].str() + "." + (*i)[2].str() : (*i)[1].str());
  return found;
}

names tests_of_the_project() {
  names found;
  for (auto& file : fs::recursive_directory_iterator{root / "test"}) {
    auto kind = file.path().extension();
    if (kind == ".cpp")
      found.merge(all_of(read(file.path()), R"(TEST(?:_F|_P)?\((\w+),\s*(\w+)\))"));
    else if (kind == ".py")
      found.merge(all_of(read(file.path()), R"(def (test_\w+)\()"));
  }
  return found;
}

const std::string document = read(root / "docs/compatibility.md");

TEST(compatibility, names_tests_that_exist) {
  auto named = all_of(document, R"(`(\w+\.\w+)`)");
  for (auto* other : {"operations.md", "savepointInfo.savepointLocation"})
    named.erase(other);
  named.merge(all_of(document, R"(`(test_\w+)`)"));
  ASSERT_GT(named.size(), 60U);
  auto exist = tests_of_the_project();
  for (auto& name : named)
    EXPECT_TRUE(exist.contains(name)) << name;
}

TEST(compatibility, leaves_no_fault_out) {
  auto named = all_of(document, R"(\| W-(\d+) )");
  for (int i = 1; i <= 45; ++i)
    if (i != 32) // there is none of this number
      EXPECT_TRUE(named.contains(std::to_string(i))) << "W-" << i;
}

} // namespace
