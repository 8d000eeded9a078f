// The pages of the project name files that exist, and their links lead to pages and headings that exist.
#include <gmock/gmock.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;

using texts = std::vector<std::string>;

const fs::path root = SOURCE_DIR;

std::string read(const fs::path& file) {
  std::ifstream in{file};
  return {std::istreambuf_iterator<char>{in}, {}};
}

std::vector<fs::path> pages() {
  std::vector<fs::path> found;
  for (auto& folder : {root, root / "docs"})
    for (auto& file : fs::directory_iterator{folder})
      if (file.path().extension() == ".md")
        found.push_back(file.path());
  return found;
}

/// Returns what the first group of `pattern` matches in `text`.
texts all_of(const std::string& text, const std::string& pattern) {
  std::regex wanted{pattern};
  texts found;
  for (std::sregex_iterator i{text.begin(), text.end(), wanted}, end; i != end; ++i)
    found.push_back((*i)[1].str());
  return found;
}

/// Returns whether a text in backticks is a path of the project: it begins with a folder of the repository.
bool is_path(const std::string& text) {
  auto first = text.substr(0, text.find('/'));
  return first != "build" && fs::is_directory(root / first);
}

texts missing_files(const std::string& page) {
  texts missing;
  for (auto& path : all_of(page, R"(`([a-z_]+/[A-Za-z0-9_./-]*)`)"))
    if (is_path(path) && !fs::exists(root / path))
      missing.push_back(path);
  return missing;
}

/// Returns the anchor that GitHub gives to a heading.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (char c : heading) {
    auto code = static_cast<unsigned char>(c);
    if (std::isalnum(code) != 0 || c == '-' || c == '_')
      anchor += static_cast<char>(std::tolower(code));
    else if (c == ' ')
      anchor += '-';
  }
  return anchor;
}

std::set<std::string> anchors_in(const std::string& page) {
  std::set<std::string> anchors;
  std::istringstream in{page};
  std::regex heading{"#+ (.*)"};
  std::smatch found;
  for (std::string line; std::getline(in, line);)
    if (std::regex_match(line, found, heading))
      anchors.insert(anchor_of(found[1]));
  return anchors;
}

/// Returns the links of a page in `folder` that lead nowhere.
texts dead_links(const std::string& page, const fs::path& folder) {
  texts dead;
  for (auto& link : all_of(page, R"(\]\(([^)\s]+)\))")) {
    if (link.find("://") != link.npos)
      continue;
    auto mark = link.find('#');
    auto file = folder / link.substr(0, mark);
    auto target = mark == 0 ? page : read(file);
    if ((mark != 0 && !fs::exists(file)) || (mark != link.npos && !anchors_in(target).contains(link.substr(mark + 1))))
      dead.push_back(link);
  }
  return dead;
}

TEST(documents, name_files_that_exist) {
  for (auto& page : pages())
    EXPECT_THAT(missing_files(read(page)), IsEmpty()) << page;
}

TEST(documents, link_to_pages_and_headings_that_exist) {
  for (auto& page : pages())
    EXPECT_THAT(dead_links(read(page), page.parent_path()), IsEmpty()) << page;
}

// -- can the check fail? ----------------------------------------------------------------------------------------

TEST(documents_check, finds_a_file_that_is_missing) {
  EXPECT_THAT(missing_files("`docs/operations.md`, `docs/none.md`, `pods/proxy`, `build/none`"),
              ElementsAre("docs/none.md"));
}

TEST(documents_check, finds_a_link_that_leads_nowhere) {
  auto page = "# One heading\n[a](#one-heading) [b](#two) [c](operations.md#install) [d](operations.md#none) "
              "[e](none.md) [f](https://example.org/none)";
  EXPECT_THAT(dead_links(page, root / "docs"), ElementsAre("#two", "operations.md#none", "none.md"));
}

} // namespace
